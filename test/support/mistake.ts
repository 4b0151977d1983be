/** What was asked for does not exist: told by its message alone, without a stack. */

export class Mistake extends Error {
  override readonly name = 'Mistake';
}

/** The things of these names; all where none is named. @throws Mistake for a name that none has */
export const chooseNamed = <T>(
  all: readonly T[],
  only: readonly string[],
  nameOf: (one: T) => string,
): readonly T[] => {
  const names = [...new Set(all.map(nameOf))];
  const strange = only.filter((name) => !names.includes(name));
  if (strange.length > 0) throw new Mistake(`there is no ${strange.join(' or ')}: --only takes ${names.join(',')}`);
  return all.filter((one) => only.length === 0 || only.includes(nameOf(one)));
};
