/** Several moments on one timer, by a clock that only the test moves. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Deadlines } from '../../../server/transport/deadlines.ts';

type Name = 'one' | 'two' | 'three';

let due: string[];
let deadlines: Deadlines<Name>;
let start: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  due = [];
  start = performance.now();
  deadlines = new Deadlines((name) => void due.push(`${name} ${performance.now() - start}`));
});

afterEach(() => {
  deadlines.stop();
  vi.useRealTimers();
});

const at = (ms: number): number => start + ms;

it('each moment comes once, in order, on one timer', () => {
  deadlines.set('two', at(200));
  deadlines.set('one', at(100));
  deadlines.set('three', at(300));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(due).toEqual(['one 100', 'two 200', 'three 300']);
  expect(vi.getTimerCount()).toBe(0);
});

it('a moment may be moved later, earlier, or to never', () => {
  deadlines.set('one', at(100));
  deadlines.set('one', at(250));
  deadlines.set('two', at(400));
  deadlines.set('two', at(150));
  deadlines.set('three', at(50));
  deadlines.clear('three');
  vi.advanceTimersByTime(1000);
  expect(due).toEqual(['two 150', 'one 250']);
});

it('a moment that is set is not set again by setOnce, until it has come', () => {
  deadlines.set('one', at(100));
  deadlines.setOnce('one', at(50));
  vi.advanceTimersByTime(120);
  deadlines.setOnce('one', at(150));
  vi.advanceTimersByTime(100);
  expect(due).toEqual(['one 100', 'one 150']);
});

it('two moments at once both come, unless the first one clears or moves the second', () => {
  const both: string[] = [];
  const twice = new Deadlines<Name>((name) => {
    both.push(name);
    if (name === 'one') twice.clear('two');
    if (name === 'two') twice.set('three', at(20));
  });
  twice.set('one', at(10));
  twice.set('two', at(10));
  vi.advanceTimersByTime(30);
  expect(both).toEqual(['one']);
  twice.set('two', at(40));
  twice.set('three', at(40));
  vi.advanceTimersByTime(30);
  expect(both).toEqual(['one', 'two', 'three']);
});

it('after a stop nothing comes, though the stop is in the middle of it', () => {
  const seen: string[] = [];
  const stopping = new Deadlines<Name>((name) => {
    seen.push(name);
    stopping.stop();
  });
  for (const name of ['one', 'two', 'three'] as const) stopping.set(name, at(10));
  vi.advanceTimersByTime(100);
  expect(seen).toEqual(['one']);
  expect(vi.getTimerCount()).toBe(0);
});
