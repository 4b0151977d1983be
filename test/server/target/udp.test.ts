/** UDP targets: one datagram is one packet, against real sockets. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodePacket, PacketDecoder } from '../../../server/core/framing.ts';
import { Datagrams } from '../../../server/target/datagrams.ts';
import { createUdp } from '../../../server/target/udp.ts';
import { collect, failureOf, patient, permitFor, socketCount, until } from './fixtures.ts';

type Answer = (socket: Socket, message: Buffer, from: RemoteInfo) => void;

const echo: Answer = (socket, message, from) => socket.send(message, from.port, from.address);

const bound = async (answer: Answer = () => {}, host = '127.0.0.1'): Promise<Socket> => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => answer(socket, message, from));
  socket.bind(0, host);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return socket;
};

/** Connects to a port that answers as it is told to. */
const dialled = async (
  port: number,
  { idleMs = 5000, lingerMs = 5000, host = '127.0.0.1' } = {},
): Promise<Datagrams> => {
  const connect = createUdp({ timeoutMs: 5000, idleMs, lingerMs });
  const stream = await connect(permitFor({ kind: 'udp', host, port }, [host]), patient());
  onTestFinished(() => void stream.destroy());
  return stream as Datagrams;
};

/** The packets of a stream, as they come. */
const packetsOf = (stream: Datagrams): Uint8Array[] => {
  const decoder = new PacketDecoder();
  const packets: Uint8Array[] = [];
  stream.on('data', (chunk: Uint8Array) => packets.push(...decoder.push(chunk)));
  return packets;
};

describe('datagrams', () => {
  it('go out whole and one by one, however their frames are cut', async () => {
    const heard: string[] = [];
    const target = await bound((_socket, message) => heard.push(message.toString()));
    const stream = await dialled(target.address().port);
    const frames = Buffer.concat(['one', '', 'three'].map((text) => encodePacket(Buffer.from(text))));
    for (const byte of frames) stream.write(Uint8Array.of(byte));
    stream.write(frames);
    await until(() => heard.length === 6);
    expect(heard).toEqual(['one', '', 'three', 'one', '', 'three']);
  });

  it.each([0, 1, 1472, 65_507])('of %i bytes go there and back', async (size) => {
    const target = await bound(echo);
    const stream = await dialled(target.address().port);
    const packets = packetsOf(stream);
    const message = new Uint8Array(size).map((_, index) => index % 251);
    stream.write(encodePacket(message));
    await until(() => packets.length === 1);
    expect(Buffer.compare(packets[0] as Uint8Array, message)).toBe(0);
  });

  it('go over IPv6 too', async () => {
    const target = await bound(echo, '::1');
    const stream = await dialled(target.address().port, { host: '::1' });
    const packets = packetsOf(stream);
    stream.write(encodePacket(Buffer.from('six')));
    await until(() => packets.length === 1);
    expect(Buffer.from(packets[0] as Uint8Array).toString()).toBe('six');
  });

  it('longer than UDP can carry fail the stream, and those before them have gone', async () => {
    const heard: string[] = [];
    const target = await bound((_socket, message) => heard.push(message.toString()));
    const stream = await dialled(target.address().port);
    stream.write(Buffer.concat([encodePacket(Buffer.from('ok')), encodePacket(new Uint8Array(65_508))]));
    expect(await failureOf(stream)).toMatchObject({
      code: 'TOO_LARGE',
      text: 'a datagram carries at most 65507 bytes',
    });
    await until(() => heard.length === 1);
  });

  it('are with the system when the callback of their write comes', async () => {
    let heard = 0;
    const target = await bound(() => {
      heard += 1;
    });
    const stream = await dialled(target.address().port);
    const many = Buffer.concat(Array.from({ length: 200 }, () => encodePacket(Buffer.from('x'))));
    await new Promise((resolve) => stream.write(many, resolve));
    stream.destroy();
    await until(() => heard === 200);
  });

  it('of a stranger do not count', async () => {
    const [peer, stranger, socket] = [await bound(), await bound(), createSocket('udp4')];
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const stream = new Datagrams(socket, { peer: peer.address(), idleMs: 5000, lingerMs: 5000 });
    onTestFinished(() => void stream.destroy());
    const packets = packetsOf(stream);
    const { port } = socket.address();
    await new Promise((resolve) => stranger.send('no', port, '127.0.0.1', resolve));
    peer.send('yes', port, '127.0.0.1');
    await until(() => packets.length > 0);
    expect(packets.map((packet) => Buffer.from(packet).toString())).toEqual(['yes']);
  });
});

describe('a reader that does not take', () => {
  it.each([
    ['small', 4, 257],
    ['large', 60_000, 5],
  ])('has what is %s kept within bounds, the rest dropped and counted', async (_what, size, most) => {
    const target = await bound();
    const stream = await dialled(target.address().port);
    const packets = packetsOf(stream);
    stream.write(encodePacket(Buffer.from('hello')));
    const [, client] = (await once(target, 'message')) as [Buffer, RemoteInfo];
    target.send('first', client.port, client.address);
    await until(() => packets.pop() !== undefined);
    stream.pause();
    const message = Buffer.alloc(size);
    let sent = 0;
    while (stream.dropped < 100) {
      message.writeUInt32BE(sent);
      sent += 1;
      await new Promise((resolve) => target.send(message, client.port, client.address, resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.resume();
    await until(() => packets.length + stream.dropped === sent);
    expect(packets.length).toBeLessThanOrEqual(most);
    expect(packets.map((packet) => Buffer.from(packet).readUInt32BE())).toEqual([...packets.keys()]);

    // Room that was used once is room again.
    const [kept, dropped] = [packets.length, stream.dropped];
    stream.pause();
    for (let again = 0; again < 3; again += 1) {
      await new Promise((resolve) => target.send(message, client.port, client.address, resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
    stream.resume();
    await until(() => packets.length + stream.dropped === kept + dropped + 3);
    expect(stream.dropped).toBe(dropped);
  });
});

describe('the end', () => {
  it('of the client leaves time for the answer, then ends the stream', async () => {
    const target = await bound((socket, message, from) => setImmediate(() => echo(socket, message, from)));
    const stream = await dialled(target.address().port, { lingerMs: 200 });
    stream.end(encodePacket(Buffer.from('question')));
    expect(await collect(stream)).toEqual(Buffer.from(encodePacket(Buffer.from('question'))));
    if (!stream.closed) await once(stream, 'close');
    expect(stream.errored).toBeNull();
  });

  it('of the client is told to a reader that was paused, behind what waits', async () => {
    const target = await bound(echo);
    const before = socketCount();
    const stream = await dialled(target.address().port, { lingerMs: 200 });
    stream.pause();
    stream.end(Buffer.concat(['a', 'b', 'c'].map((text) => encodePacket(Buffer.from(text)))));
    await until(() => socketCount() === before);
    const all = collect(stream);
    stream.resume();
    expect((await all).toString()).toBe('\0\x01a\0\x01b\0\x01c');
  });

  it('within a packet fails the stream', async () => {
    const stream = await dialled((await bound()).address().port);
    stream.end(Uint8Array.of(0, 5, 1));
    expect(await failureOf(stream)).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('comes with IDLE after silence, and no socket stays', async () => {
    const target = await bound();
    const before = socketCount();
    const stream = await dialled(target.address().port, { idleMs: 50 });
    expect(await failureOf(stream)).toMatchObject({ code: 'IDLE' });
    await until(() => socketCount() === before);
  });

  it('comes with REFUSED where nobody listens', async () => {
    const target = createSocket('udp4').bind(0, '127.0.0.1');
    await once(target, 'listening');
    const { port } = target.address();
    target.close();
    await once(target, 'close');
    const before = socketCount();
    const stream = await dialled(port);
    stream.write(encodePacket(Buffer.from('anyone?')));
    expect(await failureOf(stream)).toMatchObject({ code: 'REFUSED' });
    await until(() => socketCount() === before);
  });
});

describe('the dial', () => {
  it.each([0, 1, 2, 3, 4])('leaves no socket when it is aborted after %i turns', async (turns) => {
    const target = await bound();
    const before = socketCount();
    const abort = new AbortController();
    const connect = createUdp({ timeoutMs: 5000, idleMs: 5000 });
    const permit = permitFor({ kind: 'udp', host: 'a.example', port: target.address().port }, ['127.0.0.1']);
    const connected = connect(permit, abort.signal).catch((reason) => reason);
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => process.nextTick(resolve));
    abort.abort('enough');
    const result = await connected;
    if (result !== 'enough') result.destroy();
    await until(() => socketCount() === before);
  });

  it('goes on to the next address where the system has no route, and leaves no socket', async () => {
    const target = await bound(echo);
    const before = socketCount();
    const connect = createUdp({ timeoutMs: 5000, idleMs: 5000 });
    const { port } = target.address();
    const permit = permitFor({ kind: 'udp', host: 'a.example', port }, ['255.255.255.255', '127.0.0.1']);
    const stream = await connect(permit, patient());
    stream.destroy();
    await expect(
      connect(permitFor({ kind: 'udp', host: 'a.example', port }, ['255.255.255.255']), patient()),
    ).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await until(() => socketCount() === before);
  });
});
