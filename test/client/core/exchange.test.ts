/** What exchanges carry up, when one is asked anew, and what comes down with them. */
import { expect, test } from 'vitest';
import { type Lab, type LabOptions, lab } from './lab.ts';
import type { Asked } from './script.ts';

/** An exchange waits; the bridge has room for 4 bytes of which one carries at most as many. */
const begin = (options: LabOptions = {}): Lab => {
  const one = lab({ exchange: 'exchange' }, { mostBytes: 4, ...options });
  one.last().record('OK key', 'INFO up=4 window=100 hold=25');
  one.last().answer();
  return one;
};

/** The line that answers what went up, and where the answer begins. */
const up = (one: Asked, line: string): void => {
  one.record(line);
  one.attach();
};

const end = (one: Asked, ...records: string[]): void => {
  one.record(...records, 'AGAIN');
  one.over();
};

test('an answer that tells of no room is read on: it may tell of room', () => {
  const { session, asked, last } = begin();
  session.write('12345678');
  expect(last().question.payload).toBe('1234');
  const before = asked.length;
  up(last(), 'OK 4 0 0');
  end(last(), 'ACK 4 4');
  expect(asked.slice(before).map(({ question }) => question.payload)).toEqual(['5678']);
});

test('a write does not disturb an exchange that waits for room', () => {
  const { session, asked, last } = begin();
  session.write('1234');
  up(last(), 'OK 4 0 0');
  const before = asked.length;
  session.write('5678');
  expect(asked).toHaveLength(before);
  end(last(), 'ACK 4 4');
  expect(last().question.payload).toBe('5678');
});

test('a write ends the waiting of an exchange that carries nothing', () => {
  const { session, last } = begin();
  const waiting = last();
  expect(waiting.question.payload).toBe(null);
  session.write('12');
  expect([waiting.isOver, last().question.payload]).toEqual([true, '12']);
});

test('an exchange that carries bytes up brings bytes down, too, though more is to be carried', () => {
  const { session, last, seen } = begin();
  session.write('12345678');
  const first = last();
  up(first, 'OK 4 4 0');
  session.write('9');
  first.data('hello');
  end(first);
  expect([seen.received, last().question.payload, last().question.parameters.from]).toEqual(['hello', '5678', 5]);
});

test('what the bridge took partly is carried on from there', () => {
  const { session, last } = begin();
  session.write('12345678');
  up(last(), 'OK 2 4 0');
  end(last());
  expect([last().question.parameters.at, last().question.payload]).toEqual([2, '3456']);
});

test('an exchange that was cut is repeated at both of its offsets', () => {
  const { session, clock, last } = begin({ mostBytes: 8 });
  session.write('1234');
  last().over(false);
  expect(session.state).toBe('lost');
  clock.advance(50);
  expect(last().question.parameters).toMatchObject({ at: 0, from: 0, reader: 3 });
  expect(last().question.payload).toBe('1234');
});

test('a body that is too large is halved, for good, and once more because it was in vain', () => {
  const { session, clock, last, seen } = begin({ mostBytes: 4096 });
  session.down.info.up = 4096;
  session.write('x'.repeat(4096));
  for (const size of [4096, 1024, 256]) {
    expect(last().question.payload?.length).toBe(size);
    last().record('NO TOO_LARGE the body is too large: send it in parts');
    last().over();
    if (size > 256) clock.advance(10_000);
  }
  expect(seen.final?.code).toBe('TOO_LARGE');
});

test('what is cut again and again goes in smaller parts until it comes through', () => {
  const { session, clock, last } = begin({ mostBytes: 4096 });
  session.down.info.up = 4096;
  session.write('x'.repeat(4096));
  const sizes: unknown[] = [];
  for (let losses = 0; losses < 3; losses += 1) {
    sizes.push(last().question.payload?.length);
    last().over();
    clock.advance(10_000);
  }
  up(last(), 'OK 512 4096 0');
  end(last());
  expect([...sizes, last().question.payload?.length]).toEqual([4096, 2048, 1024, 3584]);
});

test('a bridge that is away for a moment changes nothing, and one that forgot the session ends it', () => {
  const { session, clock, last, seen } = begin();
  session.write('12');
  last().record('NO AWAY not just now');
  last().over();
  expect(session.state).toBe('lost');
  clock.advance(50);
  expect([last().question.payload, seen.final]).toEqual(['12', null]);
  last().record('NO GONE no such session');
  expect(seen.final?.code).toBe('GONE');
});

test('the send part of an exchange may be refused by the end of the session, whose last bytes are asked for', () => {
  const { session, clock, last, seen } = begin();
  session.write('12');
  last().record('ERR RESET 5 0 the target broke the connection');
  last().over();
  clock.advance(50);
  expect([seen.final, last().question.verb, last().question.payload]).toEqual([null, 'receive', null]);
  last().attach();
  last().data('bytes');
  last().record('ERR RESET 5 0 the target broke the connection');
  expect([seen.received, seen.final]).toEqual([
    'bytes',
    { code: 'RESET', down: 5, up: 0, text: 'the target broke the connection' },
  ]);
});

test('the end goes with the last bytes, and by itself where those are there', () => {
  const { session, last } = begin();
  session.write('123456');
  session.end();
  expect(last().question.parameters.end).toBe(undefined);
  up(last(), 'OK 4 4 0');
  end(last());
  expect([last().question.parameters.end, last().question.payload]).toEqual([6, '56']);
  up(last(), 'OK 6 4 0 END');
  end(last());
  expect([session.up.ended, last().question.parameters.end]).toEqual([true, undefined]);
});

test('what was written goes up by itself while the program of an exchange takes nothing', () => {
  let held = 0;
  const { session, last, posts } = begin({ held: () => held });
  session.write('1234');
  up(last(), 'OK 4 0 0');
  session.write('more');
  held = 5;
  last().data('hello');
  end(last(), 'ACK 4 4');
  expect(posts.map(({ parameters, payload }) => [parameters.at, payload, parameters.ack])).toEqual([[4, 'more', 0]]);
  posts[0]?.done('OK 8 4 5');
  session.write('tail');
  expect([posts[1]?.parameters.at, posts[1]?.payload]).toEqual([8, 'tail']);
});
