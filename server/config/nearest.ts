/** Finds the known name that a mistyped one most likely meant. */

/** Longer input is compared by its head only, so that a huge argument costs nothing. */
const COMPARED_CHARACTERS = 80;

/** The number of single characters to insert, drop or change that lie between two words (Levenshtein). */
const distance = (from: string, to: string): number => {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column++) {
      const changed = (previous[column] ?? 0) + (character === to[column] ? 0 : 1);
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
};

/**
 * The most similar of the known names; the first of equals, the empty string where nothing is known.
 * A name that the given one begins, or that begins it, beats every other: `wind` means `window`, not `ping`.
 */
export const nearest = (given: string, known: readonly string[]): string => {
  const word = given.slice(0, COMPARED_CHARACTERS).toLowerCase();
  let best = { name: '', score: Number.POSITIVE_INFINITY };
  for (const name of known) {
    const lower = name.toLowerCase();
    const related = word !== '' && (lower.startsWith(word) || word.startsWith(lower));
    const score = related ? 0 : distance(word, lower);
    if (score < best.score) best = { name, score };
  }
  return best.name;
};
