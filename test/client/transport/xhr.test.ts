/** Receivers and the sender by XMLHttpRequest against a real bridge, in an engine that is younger or older. */

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringEdge } from '../../../client/transport/edge.ts';
import { nothing } from '../../../client/transport/engine.ts';
import { mendLastEnd } from '../../../client/transport/last-end.ts';
import { more } from '../../../client/transport/more.ts';
import { xhrSender } from '../../../client/transport/senders.ts';
import { exchange, xhrPoll, xhrStream } from '../../../client/transport/xhr-receivers.ts';
import { useBridge } from '../../support/bridge.ts';
import { echo, greeter, startTarget } from '../../support/targets.ts';
import { Asked, connectTo, open, receiveOf } from './asked.ts';
import { habits, live, made, sent } from './fake-xhr.ts';

const suite = useBridge();
const base = (): string => `${suite.url}/`;
const binary = Array.from({ length: 256 }, (_, value) => String.fromCharCode(value)).join('');

afterEach(() => {
  expect([...live]).toEqual([]);
  habits.announcesOnce = habits.dropsLastEnd = false;
});

const send = (key: string, at: number, payload: string): Promise<string | null> =>
  new Promise((resolve) => {
    xhrSender(stringEdge, base()).send('send', { parameters: { key, at }, payload }, resolve);
  });

test('a poll connects, brings bytes of all values, and ends', async () => {
  const target = await suite.closing(echo());
  const poll = xhrPoll(stringEdge, base());
  const key = await open(poll, target.to);
  expect(await send(key, 0, binary)).toMatch(/^OK 256 \d+ \d+$/);
  const answer = await new Asked(poll, receiveOf(key, 0, 1)).over();
  expect(answer.records).toEqual(['AT 0 1', 'AGAIN']);
  expect(answer.chunks.join('')).toBe(binary);
  expect(answer.whole).toBe(true);
});

describe.each([false, true])('where the engine announces %s pieces only once', (announcesOnce) => {
  test('a stream shows bytes before its end, and tells nothing after a stop', async () => {
    habits.announcesOnce = announcesOnce;
    const target = await suite.closing(startTarget());
    const key = await open(xhrPoll(stringEdge, base()), target.to);
    const peer = await target.peer();
    const answer = new Asked(xhrStream(stringEdge, base()), receiveOf(key, 0, 1));
    await answer.until(({ records }) => records.includes('PING'));
    peer.socket.write(binary, 'latin1');
    await answer.until(({ chunks }) => chunks.join('').length === 256);
    expect(answer.chunks.join('')).toBe(binary);
    expect(answer.whole).toBe(null);
    answer.answering.stop();
    expect(live.size).toBe(0);
  });
});

test('a request that is over, given up or refused is let go of: old engines keep it for its handler, and that for it', async () => {
  const target = await suite.closing(echo());
  made.length = 0;
  const poll = xhrPoll(stringEdge, base());
  const key = await open(poll, target.to);
  await send(key, 0, 'x');
  await new Asked(poll, receiveOf(key, 0, 1)).over();
  const stream = new Asked(xhrStream(stringEdge, base()), receiveOf(key, 1, 2));
  await stream.until(({ records }) => records.length > 0);
  stream.answering.stop();
  await new Asked(exchange(stringEdge, base()), receiveOf('nobody', 0, 1)).over();
  await new Asked(poll, receiveOf(key, 0, 1)).over();
  expect(made.map(({ onreadystatechange, aborted }) => [onreadystatechange, aborted])).toEqual(
    Array(6).fill([nothing, true]),
  );
});

test('a refusal and a failure of the network are told apart', async () => {
  const gone = await new Asked(xhrStream(stringEdge, base()), receiveOf('nobody', 0, 1)).over();
  expect([gone.said('NO'), gone.whole]).toEqual([expect.stringMatching(/^GONE/), true]);
  const away = await new Asked(xhrPoll(stringEdge, 'http://127.0.0.1:1/'), receiveOf('nobody', 0, 1)).over();
  expect([away.records, away.whole]).toEqual([[], false]);
});

test('an exchange carries bytes both ways, and connects as a poll', async () => {
  const target = await suite.closing(echo());
  const way = exchange(stringEdge, base());
  const key = await open(way, target.to);
  const carrying = { verb: 'exchange' as const, parameters: { key, from: 0, reader: 1, at: 0 }, payload: binary };
  const first = await new Asked(way, carrying).over();
  expect(first.records[0]).toMatch(/^OK 256 /);
  const empty = { verb: 'exchange' as const, parameters: { key, from: 0, reader: 2, at: 256 }, payload: null };
  const chunks = [...first.chunks];
  if (chunks.length === 0) chunks.push(...(await new Asked(way, empty).over()).chunks);
  expect(chunks.join('')).toBe(binary);
});

test('what the target says at once comes with the connect of a stream', async () => {
  const target = await suite.closing(greeter('hello'));
  const answer = new Asked(xhrStream(stringEdge, base()), connectTo(target.to));
  await answer.until(({ chunks }) => chunks.join('') === 'hello');
  expect(answer.records.slice(0, 3).map((record) => record.split(' ')[0])).toEqual(['OK', 'INFO', 'AT']);
  answer.answering.stop();
});

describe('where the engine drops the last line end of an answer', () => {
  beforeAll(() => {
    more.mend = mendLastEnd;
  });

  /** A target of HTTP/1.0, of whose answers nobody can see whether they were cut. */
  const cutAt = async (text: string): Promise<string> => {
    const target = await suite.closing(
      startTarget(({ socket }) => {
        socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${text}`));
      }),
    );
    return `http://127.0.0.1:${target.port}/`;
  };

  test('a record that was cut is no record, and the last line of a poll shows how the engine is', async () => {
    const poll = async (text: string) => new Asked(xhrPoll(stringEdge, await cutAt(text)), receiveOf('k', 0, 1)).over();
    const line = async (text: string): Promise<string | null> => {
      const sender = xhrSender(stringEdge, await cutAt(text));
      return new Promise((resolve) => {
        sender.send('send', { parameters: { key: 'k', at: 0 }, payload: 'x' }, resolve);
      });
    };
    expect(await line('OK 1 655')).toBe(null);
    expect((await poll('AT 0 1\nERR CLOSED 1')).records).toEqual(['AT 0 1']);
    expect((await poll('AT 0 1\nAGAIN')).records).toEqual(['AT 0 1', 'AGAIN']);
    expect(await line('OK 1 65536 0')).toBe('OK 1 65536 0');
    const bytes = await poll('AT 0 1\nDATA aGVsbG8h');
    expect([bytes.records, bytes.chunks]).toEqual([['AT 0 1'], []]);
  });

  test('a session is opened, written to and read', async () => {
    habits.dropsLastEnd = true;
    const target = await suite.closing(echo());
    const poll = xhrPoll(stringEdge, base());
    const key = await open(poll, target.to);
    expect(await send(key, 0, binary)).toMatch(/^OK 256 \d+ \d+$/);
    const answer = await new Asked(poll, receiveOf(key, 0, 1)).over();
    expect([answer.records, answer.chunks.join('')]).toEqual([['AT 0 1', 'AGAIN'], binary]);
  });
});

test('a send that is given up tells nothing, and a key never stands in a URL', async () => {
  const target = await suite.closing(startTarget());
  const key = await open(xhrPoll(stringEdge, base()), target.to);
  let told = false;
  const give = xhrSender(stringEdge, base()).send('send', { parameters: { key, at: 0 }, payload: 'x' }, () => {
    told = true;
  });
  give();
  expect(await send(key, 0, 'y')).toMatch(/^OK 1 /);
  expect(told).toBe(false);
  expect(sent.filter(({ url }) => url.includes(key))).toEqual([]);
});
