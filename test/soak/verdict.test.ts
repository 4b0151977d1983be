/** What a soak is judged by: a slope, what is left open, and everything that broke. */
import { expect, test } from 'vitest';

interface Look {
  minute: number;
  memory: number;
}

interface Soak {
  minutes: number;
  looks: Look[];
  base: { descriptors: number };
  end: { descriptors: number; sessions: number } | null;
  exits: number;
  left: number;
  busy: { turns: number; whole: number; bytes: number; missing: number };
  idle: { asked: number; alive: number };
  faults: Map<string, number>;
}

interface Verdict {
  slopeOf(looks: Look[]): number;
  judge(soak: Soak): [what: string, figure: string, aim: string, ok: boolean | null][];
  formatTable(rows: [what: string, figure: string, aim: string, ok: boolean | null][]): string;
}

const { slopeOf, judge, formatTable } = (await import(new URL('verdict.mjs', import.meta.url).href)) as Verdict;

/** It grows by so much a minute, and swings as a heap does. */
const growing = (mibs: number): Look[] =>
  Array.from({ length: 1800 }, (_, second) => ({
    minute: second / 60,
    memory: (100 + (mibs * second) / 60 + (second % 20)) * 2 ** 20,
  }));

const good: Soak = {
  minutes: 30,
  looks: growing(0.5),
  base: { descriptors: 20 },
  end: { descriptors: 24, sessions: 0 },
  exits: 0,
  left: 0,
  busy: { turns: 9, whole: 9, bytes: 900, missing: 0 },
  idle: { asked: 7, alive: 7 },
  faults: new Map(),
};

const redOf = (soak: Soak): string[] => judge(soak).flatMap(([what, , , ok]) => (ok === false ? [what] : []));

test('the slope of memory is found below the swings of a heap', () => {
  expect(slopeOf(growing(1.5))).toBeCloseTo(1.5, 1);
  expect(slopeOf(growing(-2))).toBeCloseTo(-2, 1);
});

test('a soak that leaves nothing behind is green', () => {
  expect(redOf(good)).toEqual([]);
});

test('the first minutes do not count', () => {
  const looks = growing(0.5).map((look) => (look.minute < 5 ? { ...look, memory: 0 } : look));
  expect(redOf({ ...good, looks })).toEqual([]);
});

test('the memory of a soak that is too short is shown, and not judged either way', () => {
  for (const looks of [growing(0.5), growing(9)]) {
    const rows = judge({ ...good, minutes: 19, looks });
    expect(rows.filter(([, , , ok]) => ok === null).map(([what]) => what)).toEqual(['memory from minute 9.5']);
    expect(formatTable(rows)).toMatch(/memory .* MiB\/min +< 1 +not judged below 20 minutes$/m);
  }
  expect(redOf({ ...good, minutes: 20, looks: growing(9) })).toEqual(['memory from minute 5.0']);
});

test.each<[string, Partial<Soak>]>([
  ['memory from minute 5.0', { looks: growing(1.2) }],
  ['memory from minute 5.0', { looks: [] }],
  ['descriptors to the start', { end: { descriptors: 26, sessions: 0 } }],
  ['sessions left', { end: { descriptors: 20, sessions: 1 } }],
  ['sockets left at the target', { left: 1 }],
  ['9 busy sessions, not whole', { busy: { ...good.busy, whole: 8 } }],
  ['0 MiB by sha256, missing', { busy: { ...good.busy, missing: 1 } }],
  ['7 idle sessions, dead', { idle: { asked: 7, alive: 6 } }],
  ['failures', { faults: new Map([['RESET', 1]]) }],
  ['exits', { exits: 1 }],
])('%s may be red', (what, wrong) => {
  expect(redOf({ ...good, ...wrong })).toEqual([what]);
});

test('a bridge that is gone, and a soak without sessions, are not green', () => {
  expect(redOf({ ...good, end: null })).toEqual(['descriptors to the start', 'sessions left']);
  const none = { busy: { ...good.busy, turns: 0, whole: 0 }, idle: { asked: 0, alive: 0 } };
  expect(redOf({ ...good, ...none })).toEqual(['0 busy sessions, not whole', '0 idle sessions, dead']);
});
