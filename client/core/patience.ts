/** How much silence of an attempt is too much, by what it is and how far it has come; milliseconds. [PROTOCOL 3, Life] */
import type { Attempt } from './attempt.ts';
import type { Info } from './types.ts';

/** A connect that is answered after its dial may take so long. */
const DIAL_MS = 30_000;
/** A stream is believed when its first small record has come by itself; one that stays silent so long is held back. */
const UNPROVEN_MS = 3000;
/** A socket that does not open, or does not answer. */
const SOCKET_MS = 8000;
/** A poll is called dead so long after it should have been answered. */
const LATE_MS = 10_000;

const PINGS = 2.25;

export const patienceMs = <C>(attempt: Attempt<C>, connecting: boolean, info: Info): number => {
  const { receiver, answer, proven } = attempt;
  const pingsMs = Number(info.ping || 20) * 1000 * PINGS;
  if (receiver.kind === 'socket') return answer && answer.attached ? pingsMs : SOCKET_MS;
  if (connecting) return DIAL_MS;
  if (receiver.kind === 'stream') return proven ? pingsMs : UNPROVEN_MS;
  return Number(info.hold || 25) * 1000 + LATE_MS;
};
