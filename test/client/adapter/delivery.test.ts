/** Things are told in their order: through pauses, from within each other, and though a program throws. */
import { expect, test, vi } from 'vitest';
import { createDelivery } from '../../../client/adapter/delivery.ts';

const start = () => {
  const told: string[] = [];
  const took = vi.fn();
  const delivery = createDelivery(took);
  return { told, took, delivery, add: (text: string) => delivery.add(text.length, () => void told.push(text)) };
};

test('what comes is told at once, and held while there is a pause', () => {
  const { told, took, delivery, add } = start();
  add('a');
  delivery.pause();
  add('bb');
  add('ccc');
  expect([told, delivery.held(), took.mock.calls.length]).toEqual([['a'], 5, 0]);
  delivery.resume();
  expect([told, delivery.held(), took.mock.calls.length]).toEqual([['a', 'bb', 'ccc'], 0, 1]);
  delivery.resume();
  expect(took).toHaveBeenCalledTimes(1);
});

test('a pause within what is told holds the rest', () => {
  const { told, delivery, add } = start();
  delivery.pause();
  delivery.add(1, () => {
    told.push('first');
    delivery.pause();
  });
  add('second');
  delivery.resume();
  expect([told, delivery.held()]).toEqual([['first'], 6]);
  delivery.resume();
  expect(told).toEqual(['first', 'second']);
});

test('what comes while something is told waits for its end', () => {
  const { told, delivery, add } = start();
  delivery.add(0, () => {
    add('inner');
    told.push('outer');
  });
  expect(told).toEqual(['outer', 'inner']);
});

test('what comes while the held is told comes behind it', () => {
  const { told, delivery, add } = start();
  delivery.pause();
  delivery.add(1, () => {
    told.push('one');
    add('three');
  });
  add('two');
  delivery.resume();
  expect(told).toEqual(['one', 'two', 'three']);
});

test('a program that throws is heard of in the next turn, and the rest goes on', () => {
  vi.useFakeTimers();
  const { told, delivery, add } = start();
  delivery.add(0, () => {
    throw new Error('theirs');
  });
  add('next');
  expect(told).toEqual(['next']);
  expect(() => vi.runAllTimers()).toThrow('theirs');
  vi.useRealTimers();
});
