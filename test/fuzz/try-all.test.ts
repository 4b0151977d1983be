/** The fuzz says red what is red: planted failures are found, made short, drawn again by their seed, and in the table. */
import { expect, test } from 'vitest';
import { wrongAnswer } from './answers.ts';
import { Draw } from './mutate.ts';
import { type Aftermath, type Input, inProcess, nothingLeft, type Plan } from './plan.ts';
import { plans } from './plans/index.ts';
import { wrongFrame } from './plans/socket-frames.ts';
import { formatTable } from './table.ts';
import { isGreen, tryAll } from './try-all.ts';

const draw = (seed: number): Input => {
  const made = new Draw(seed);
  return Array.from({ length: 20 }, () => made.of(['a', 'b', 'c', 'd']));
};

const planted = (check: (input: Input) => string | null): Plan => ({
  name: 'planted',
  about: 'a failure',
  share: 1,
  draw,
  start: inProcess(check),
});

test('a failing input is made short and told with its seed', async () => {
  const row = await tryAll(
    planted((input) => (input.join('').includes('dd') ? 'two of them' : null)),
    { seed: 3, count: 50 },
  );
  expect(row.failed).toBeGreaterThan(0);
  expect(row.failing[0]).toMatchObject({ fault: 'two of them', input: ['d', 'd'] });
  const text = formatTable([row], { seed: 3, count: 50 });
  expect(text).toContain('npm run fuzz -- --seed 3 --count 50');
  expect(text).toContain('["d","d"]');
  expect(text).toMatch(/^planted .* RED$/m);
});

test('a check that throws has found something', async () => {
  const breaks = (): never => {
    throw new TypeError('planted');
  };
  const row = await tryAll(planted(breaks), { seed: 1, count: 3 });
  expect(row.failed).toBe(3);
  expect(row.failing[0]?.fault).toContain('TypeError: planted');
  expect(row.failing[0]?.input).toEqual([]);
});

test.each<Partial<Aftermath>>([{ exits: 1 }, { traces: ['at x'] }, { sessions: 1 }, { descriptors: 1 }])(
  'what is left makes it red: %o',
  async (left) => {
    const row = await tryAll(
      planted(() => null),
      { seed: 1, count: 1 },
    );
    expect(isGreen(row)).toBe(true);
    expect(isGreen({ ...row, ...nothingLeft, ...left })).toBe(false);
  },
);

test('all is tried, and each input follows from its seed', () => {
  expect(plans.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  for (const plan of plans) {
    for (let seed = 1; seed < 200; seed += 1) expect(plan.draw(seed)).toEqual(plan.draw(seed));
  }
});

const answer = (status: number, body: string): string => `HTTP/1.1 ${status} X\r\nA: b\r\n\r\n${body}`;

test.each([
  ['no status', 'OK\n', /no status line/],
  ['a status of its own', answer(502 + 50, 'NO GONE x\n'), /status 552/],
  ['INTERNAL', answer(200, 'NO INTERNAL x\n'), /INTERNAL/],
  ['a code that nobody knows', answer(400, 'NO ODD x\n'), /not in the table/],
  ['a code and the status of another', answer(400, 'NO GONE x\n'), /GONE with status 400/],
  ['a failure without a line', answer(400, 'oh dear'), /without its line/],
  ['an answer that is none', answer(200, 'hello'), /begins with/],
  ['a stack trace', answer(400, 'NO BAD_REQUEST x\n  at a (b:1:2)\n'), /stack trace/],
])('%s is no answer of a bridge', (_, text, fault) => {
  expect(wrongAnswer('POST /send HTTP/1.1\r\n', text)).toMatch(fault);
});

test('what a bridge says is right', () => {
  for (const text of [answer(200, 'OK 0 9 0\n'), answer(410, 'NO GONE no session has this key\n')]) {
    expect(wrongAnswer('POST /send HTTP/1.1\r\n', text)).toBeNull();
  }
  expect(wrongFrame([{ first: 0x81, payload: 'ACK 0 9' }], { saysRecords: true })).toBeNull();
  expect(wrongFrame([{ first: 0x81, payload: 'WHAT' }], { saysRecords: true })).toMatch(/says/);
  expect(wrongFrame([{ first: 0x88, payload: '\x13\x88' }], { saysRecords: true })).toBe('closes with 5000');
  const echo = { saysRecords: true, before: ['\x88\x13\x88'] };
  expect(wrongFrame([{ first: 0x88, payload: '\x13\x88' }], echo)).toBeNull();
  expect(wrongFrame([{ first: 0xc1, payload: '' }], { saysRecords: true })).toMatch(/begins with 193/);
});
