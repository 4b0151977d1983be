/** How the up window gathers what comes in one turn of the event loop into one write. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { UpWindow } from '../../../server/core/up-window.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A target that keeps apart what it is handed in one write. */
const gathering = (capacity: number) => {
  const writes: string[] = [];
  const target = new Writable({
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join('|'));
      done();
    },
    write(chunk, _encoding, done) {
      writes.push(String(chunk));
      done();
    },
  });
  return { writes, target, up: new UpWindow(target, { capacity, changed: () => {} }) };
};

test('one write carries a piece and what follows it in the same turn, at once with the last of it', () => {
  const { writes, up } = gathering(10);
  up.accept(0, bytes('abc'), { more: true });
  up.accept(3, bytes('d'), { more: true });
  expect(writes).toEqual([]);
  up.accept(4, bytes('ef'));
  expect(writes).toEqual(['abc|def']);
});

test('a piece whose rest stays away is written at the end of the turn', async () => {
  const { writes, up } = gathering(10);
  up.accept(0, bytes('abc'), { more: true });
  await turn();
  expect([writes, up.handed]).toEqual([['abc'], 3]);
  up.keepAhead(5, bytes('f'));
  up.accept(3, bytes('d'), { more: true });
  up.accept(4, bytes('e'), { more: true });
  await turn();
  expect([writes, up.handed]).toEqual([['abc', 'def'], 6]);
});

test('a full window is written at once, whatever may follow', () => {
  const { writes, up } = gathering(4);
  up.accept(0, bytes('abcdef'), { more: true });
  expect(writes).toEqual(['abcd']);
});

test('the end goes behind what was held back for more, and a drop takes it away', async () => {
  const { writes, target, up } = gathering(10);
  up.accept(0, bytes('abc'), { more: true });
  up.end(3);
  expect([writes, target.writableEnded]).toEqual([['abc'], false]);
  await turn();
  expect(target.writableEnded).toBe(true);
  const dropped = gathering(10);
  dropped.up.accept(0, bytes('abc'), { more: true });
  dropped.up.drop();
  await turn();
  expect(dropped.writes).toEqual([]);
});
