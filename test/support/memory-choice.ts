/** Which way a page in memory takes: the best, now and then another one, so that every move happens in mid-stream. */
import type { Choice } from '../../client/core/choice.ts';
import type { Clock, Receiver } from '../../client/core/types.ts';
import type { Random, Turns } from './memory-pair.ts';
import { oneOf } from './memory-receivers.ts';
import { MS_A_TURN } from './virtual-time.ts';

export const clockOf = (turns: Turns, random: Random): Clock => ({
  now: () => turns.now * MS_A_TURN,
  setTimer: (run, ms) => turns.in(Math.ceil(ms / MS_A_TURN), run),
  random: () => random.below(1000) / 1000,
});

/** @param wander the probability of another way than the best */
export const wandering = <C>(receivers: Receiver<C>[], random: Random, wander: number): Choice<C> => {
  const plain = receivers.filter(({ kind }) => kind !== 'socket');
  const best = (plain[0] ?? receivers[0]) as Receiver<C>;
  return {
    first: () => oneOf(receivers, random),
    next: () => (random.chance(wander) ? oneOf(plain.length > 0 ? plain : receivers, random) : best),
    trial: () => receivers.find(({ kind }) => kind === 'socket') ?? null,
    works: () => {},
    fails: () => {},
    cut: () => {},
  };
};
