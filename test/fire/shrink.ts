/** Makes a list that brings a failure about as short as it can be in the time that there is. */

/**
 * Leaves out ever smaller parts for as long as what remains still fails. [Zeller and Hildebrandt 2002, ddmin]
 * @param fails  runs the rest
 * @param untilMs  when to stop, as of `performance.now()`
 */
export const shrink = async <T>(
  items: readonly T[],
  fails: (rest: readonly T[]) => Promise<boolean>,
  untilMs: number,
): Promise<readonly T[]> => {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size > 0 && kept.length > 0; ) {
    let isShorter = false;
    for (let from = 0; from < kept.length && performance.now() < untilMs; ) {
      const rest = kept.toSpliced(from, size);
      if (await fails(rest)) {
        kept = rest;
        isShorter = true;
      } else from += size;
    }
    if (performance.now() >= untilMs) break;
    if (size === 1 && !isShorter) break;
    size = size === 1 ? 1 : Math.floor(size / 2);
  }
  return kept;
};
