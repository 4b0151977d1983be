/** The far end of a model's session: a target that gives, takes and ends at its own pace. */
import { Random, type Side, type Turns } from './memory-pair.ts';

/** The most that the target sends at once: the down window may go so far beyond its capacity. */
export const MOST_PIECE = 40;

/** The target's end: writes all it has, in pieces, ends, and reads at its own pace. */
export const runTarget = (far: Side, { down, turns, idle }: { down: Buffer; turns: Turns; idle: number }) => {
  const random = new Random(down.length + 1);
  const seen = { bytes: [] as number[], ended: false };
  let sent = 0;
  const write = (): void => {
    if (sent === down.length) {
      far.end();
      return;
    }
    const to = Math.min(down.length, sent + 1 + random.below(MOST_PIECE));
    const piece = down.subarray(sent, to);
    sent = to;
    far.write(piece, () => turns.in(random.below(idle + 1), write));
  };
  const read = (): void => {
    const chunk: Buffer | null = far.read(1 + random.below(40)) ?? far.read();
    if (chunk) seen.bytes.push(...chunk);
    if (chunk) turns.in(random.below(idle + 1), read);
    else far.once('readable', read);
  };
  far.on('end', () => {
    seen.ended = true;
  });
  turns.in(random.below(20), write);
  read();
  return seen;
};
