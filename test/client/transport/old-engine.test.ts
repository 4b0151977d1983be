/** Uploads of engines that send no bytes: as text, and in base64 once that was seen to arrive cut. */
import './without-bytes.ts';
import { expect, test } from 'vitest';
import { stringEdge } from '../../../client/transport/edge.ts';
import { hasBlobs, hasTypedArrays } from '../../../client/transport/engine.ts';
import { createReceivers } from '../../../client/transport/index.ts';
import { xhrSender } from '../../../client/transport/senders.ts';
import { xhrPoll } from '../../../client/transport/xhr-receivers.ts';
import { useBridge } from '../../support/bridge.ts';
import { startTarget } from '../../support/targets.ts';
import { open } from './asked.ts';
import { habits, sent } from './fake-xhr.ts';

const suite = useBridge();
const base = (): string => `${suite.url}/`;
const binary = Array.from({ length: 256 }, (_, value) => String.fromCharCode(value)).join('');

test('an engine without bytes has only the ways of texts', () => {
  expect([hasTypedArrays, hasBlobs]).toEqual([false, false]);
  const names = createReceivers(stringEdge, base(), {}).flatMap((way) => (way.usable() ? [way.name] : []));
  expect(names).toEqual(['xhr-stream', 'xhr-poll', 'exchange']);
});

test('texts arrive as bytes, and an engine that cuts them is found out and writes base64 from then on', async () => {
  const target = await suite.closing(startTarget());
  const key = await open(xhrPoll(stringEdge, base()), target.to);
  const send = (at: number, payload: string): Promise<string | null> =>
    new Promise((resolve) => {
      xhrSender(stringEdge, base()).send('send', { parameters: { key, at }, payload }, resolve);
    });
  const bodyOf = (): string => String(sent.at(-1)?.body).split('\n')[0] ?? '';
  expect(await send(0, binary)).toMatch(/^OK 256 /);
  expect(bodyOf()).toContain('body=utf8');

  habits.cutsAtNul = true;
  expect(await send(256, `ab${binary}`)).toMatch(/^OK 258 /);
  expect(await send(258, binary)).toMatch(/^OK 514 /);
  expect(bodyOf()).toContain('body=base64');
  const peer = await target.peer();
  expect((await peer.bytes(514)).toString('latin1')).toBe(`${binary}ab${binary}`);
});
