/** The receivers of today's engines, by Node's own fetch and WebSocket, against a real bridge. */
import './fake-xhr.ts';
import { WebSocket } from 'undici';
import { expect, test } from 'vitest';
import { bytesEdge, type Edge } from '../../../client/transport/edge.ts';
import { fetchStream } from '../../../client/transport/fetch-stream.ts';
import { websocket } from '../../../client/transport/websocket.ts';
import { xhrPoll } from '../../../client/transport/xhr-receivers.ts';
import { useBridge } from '../../support/bridge.ts';
import { echo, startTarget } from '../../support/targets.ts';
import { Asked, open, receiveOf } from './asked.ts';

const suite = useBridge();
const base = (): string => `${suite.url}/`;
const edge = bytesEdge() as Edge<Uint8Array>;
const all = Uint8Array.from({ length: 256 }, (_, value) => value);

// A program is known by its User-Agent, which Node's fetch sends.
Object.assign(globalThis, { WebSocket });

const poll = () => xhrPoll(edge, base());
const bytesOf = ({ chunks }: Asked<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(chunks));

test('a fetch shows bytes as they come, and its end is told once', async () => {
  const target = await suite.closing(startTarget());
  const key = await open(poll(), target.to);
  const peer = await target.peer();
  const way = fetchStream(edge, base());
  expect(way.usable()).toBe(true);
  const answer = new Asked(way, receiveOf(key, 0, 1));
  await answer.until(({ records }) => records.includes('PING'));
  peer.socket.write(all);
  await answer.until((asked) => bytesOf(asked).length === 256);
  expect(bytesOf(answer)).toEqual(all);
  peer.socket.end();
  await answer.until(({ records }) => records.includes('END'));
  const newer = new Asked(way, receiveOf(key, 256, 2, { ended: 1 }));
  await answer.over();
  expect(answer.records.at(-1)).toBe('MOVED 2');
  newer.answering.stop();
});

test('a fetch that is stopped lets go of its connection', async () => {
  const target = await suite.closing(startTarget());
  const key = await open(poll(), target.to);
  const way = fetchStream(edge, base());
  // Stopped at once, before it is answered, and when it is.
  new Asked(way, receiveOf(key, 0, 1)).answering.stop();
  const answer = await new Asked(way, receiveOf(key, 0, 2)).until(({ records }) => records.length > 0);
  answer.answering.stop();
  const { length } = answer.records;
  const last = await new Asked(poll(), receiveOf(key, 0, 3, { hold: 0 })).over();
  expect([last.said('AT'), answer.records.length, answer.whole]).toEqual(['0 3', length, null]);
});

test('a failure of the network is over, and not whole', async () => {
  const answer = await new Asked(fetchStream(edge, 'http://127.0.0.1:1/'), receiveOf('nobody', 0, 1)).over();
  expect([answer.records, answer.whole]).toEqual([[], false]);
});

test('a WebSocket asks when it is open, carries both directions, and says records', async () => {
  const target = await suite.closing(echo());
  const key = await open(poll(), target.to);
  const way = websocket(edge, base());
  expect(way.usable()).toBe(true);
  const answer = new Asked(way, receiveOf(key, 0, 1));
  await answer.until(({ records }) => records.length > 0);
  expect(answer.said('OK')).toMatch(new RegExp(`^${key} 0 0 \\d+$`));
  answer.answering.write?.(all);
  await answer.until((asked) => bytesOf(asked).length === 256);
  expect(bytesOf(answer)).toEqual(all);
  answer.answering.say?.('END');
  await answer.until(({ records }) => records.includes('END'));
  await answer.over();
  expect(answer.said('ERR')).toMatch(/^CLOSED 256 256/);
});

test('a WebSocket that is refused says why, and one without a bridge is over', async () => {
  const refused = await new Asked(websocket(edge, base()), receiveOf('nobody', 0, 1)).over();
  expect(refused.said('NO')).toMatch(/^GONE/);
  const away = await new Asked(websocket(edge, 'http://127.0.0.1:1/'), receiveOf('nobody', 0, 1)).over();
  expect([away.records, away.whole]).toEqual([[], false]);
});

test('a draft without binary messages is given up before it is asked anything', async () => {
  class Draft {
    close(): void {}
  }
  Object.assign(globalThis, { WebSocket: Draft });
  const answer = await new Asked(websocket(edge, base()), receiveOf('nobody', 0, 1)).over();
  Object.assign(globalThis, { WebSocket });
  expect([answer.records, answer.whole]).toEqual([[], false]);
});
