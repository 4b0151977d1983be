/** A DNS server on loopback that answers as it is told, also wrongly, late or not at all: over UDP, and over TCP. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from './ports.ts';

export interface Question {
  name: string;
  type: 'A' | 'AAAA';
  /** How often the same was asked before. */
  before: number;
  /** It was asked over TCP, as after an answer that is truncated. */
  again: boolean;
}

export interface DnsRecord {
  /** By default the name that was asked. */
  name?: string;
  type: 'A' | 'AAAA' | 'CNAME';
  /** An IP literal, or for a CNAME a name. */
  data: string;
}

/** One datagram, or one message over TCP. */
export interface Reply {
  records?: readonly DnsRecord[];
  /** 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED. [RFC 1035 4.1.1] */
  code?: number;
  truncated?: boolean;
  /** It is of another question. */
  forged?: boolean;
  /** In the place of all of it. */
  bytes?: Buffer;
  afterMs?: number;
}

export interface DnsServer {
  readonly port: number;
  /** How often the addresses of IPv4 of a name were asked for over UDP. */
  asked(name: string): number;
  close(): Promise<void>;
}

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
const INTERNET = 1;

const encodeName = (name: string): Buffer =>
  Buffer.from(
    `${name
      .split('.')
      .map((label) => `${String.fromCharCode(label.length)}${label}`)
      .join('')}\0`,
  );

/** Written without dots. [RFC 4291 2.2] */
const encodeIPv6 = (address: string): Buffer => {
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
};

const encodeData = ({ type, data }: DnsRecord): Buffer => {
  if (type === 'A') return Buffer.from(data.split('.').map(Number));
  return type === 'AAAA' ? encodeIPv6(data) : encodeName(data);
};

const encodeRecord = (asked: string, record: DnsRecord): Buffer => {
  const data = encodeData(record);
  const middle = Buffer.alloc(10);
  middle.writeUInt16BE(TYPES[record.type], 0);
  middle.writeUInt16BE(INTERNET, 2);
  middle.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(record.name ?? asked), middle, data]);
};

/** The name, the type and the end of the only question of a query. [RFC 1035 4.1.2] */
const readQuestion = (query: Buffer): { name: string; type: 'A' | 'AAAA'; end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1) === TYPES.A ? 'A' : 'AAAA', end: at + 5 };
};

const encodeReply = (query: Buffer, { records = [], code = 0, truncated, forged, bytes }: Reply): Buffer => {
  if (bytes) return bytes;
  const { name, end } = readQuestion(query);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(query.readUInt16BE(0) ^ (forged ? 0x5555 : 0), 0);
  // A response, and recursion was wanted and is had.
  head.writeUInt16BE(0x8180 | code | (truncated ? 0x0200 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, query.subarray(12, end), ...records.map((record) => encodeRecord(name, record))]);
};

/** Before each message stands its length. [RFC 1035 4.2.2] */
const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

const listenTcp = async (port: number, act: (query: Buffer, send: (reply: Buffer) => void) => void) => {
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        const query = bytes.subarray(2, 2 + bytes.readUInt16BE(0));
        bytes = bytes.subarray(2 + query.length);
        act(query, (reply) => socket.writable && socket.write(framed(reply)));
      }
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** Starts it. @param answer the messages that follow a question; none is silence */
export const startDns = async (answer: (question: Question) => readonly Reply[]): Promise<DnsServer> => {
  const counts = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();
  const act = (query: Buffer, again: boolean, send: (reply: Buffer) => void): void => {
    const { name, type } = readQuestion(query);
    const count = `${name} ${type} ${again}`;
    const before = counts.get(count) ?? 0;
    counts.set(count, before + 1);
    for (const reply of answer({ name, type, before, again })) {
      if (reply.afterMs === undefined) send(encodeReply(query, reply));
      else timers.add(setTimeout(() => send(encodeReply(query, reply)), reply.afterMs));
    }
  };
  const port = await freePort();
  const udp = createSocket('udp4').bind(port, '127.0.0.1');
  await once(udp, 'listening');
  udp.on('message', (query: Buffer, from: RemoteInfo) =>
    act(query, false, (reply) => udp.send(reply, from.port, from.address)),
  );
  const tcp = await listenTcp(port, (query, send) => act(query, true, send));
  return {
    port,
    asked: (name) => counts.get(`${name} A false`) ?? 0,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      udp.close();
      tcp.close();
      await once(udp, 'close');
    },
  };
};
