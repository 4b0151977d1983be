/** What a soak comes to: the slope of memory, what is left open, what broke; as a table with a verdict. */

const MIB = 2 ** 20;
/** More than this is a leak. [MiB a minute] */
const MOST_SLOPE = 1;
const MOST_DESCRIPTORS = 5;

/** MiB a minute by least squares. @param looks with `minute` and `memory` in bytes */
export const slopeOf = (looks) => {
  const mean = (pick) => looks.reduce((sum, look) => sum + pick(look), 0) / looks.length;
  const [minute, memory] = [mean((look) => look.minute), mean((look) => look.memory)];
  const spread = looks.reduce((sum, look) => sum + (look.minute - minute) ** 2, 0);
  const common = looks.reduce((sum, look) => sum + (look.minute - minute) * (look.memory - memory), 0);
  return looks.length < 2 ? Number.NaN : common / spread / MIB;
};

/** When memory begins to count: the heap grows with the first load, and ended sessions are remembered for 4 minutes. */
const SETTLED_MINUTES = 5;
/**
 * V8 keeps half-empty pages until a collection compacts them: resident memory is a saw, a MiB up a minute for up to ten
 * minutes and eight down at once. In half an hour of it windows of seven minutes had slopes of -1 to 1.2, of ten -0.6
 * to 1, of fifteen -0.3 to 0.2.
 */
const LEAST_MINUTES = 20;

/** The slope once memory has settled; it is shown of a shorter soak too, but not judged. */
const judgeMemory = (minutes, looks) => {
  const long = minutes >= LEAST_MINUTES;
  const from = long ? SETTLED_MINUTES : minutes / 2;
  const slope = slopeOf(looks.filter(({ minute }) => minute >= from));
  const holds = slope < MOST_SLOPE;
  return [
    `memory from minute ${from.toFixed(1)}`,
    `${slope.toFixed(2)} MiB/min`,
    `< ${MOST_SLOPE}`,
    long ? holds : null,
  ];
};

/** @returns rows of what, figure, aim, and whether it holds; null where that cannot be told */
export const judge = ({ minutes, looks, base, end, exits, left, busy, idle, faults }) => {
  const more = end === null ? Number.NaN : end.descriptors - base.descriptors;
  const [dead, broken] = [idle.asked - idle.alive, busy.turns - busy.whole];
  return [
    judgeMemory(minutes, looks),
    ['descriptors to the start', `${more}`, `+-${MOST_DESCRIPTORS}`, Math.abs(more) <= MOST_DESCRIPTORS],
    ['sessions left', `${end?.sessions ?? '-'}`, '0', end?.sessions === 0],
    ['sockets left at the target', `${left}`, '0', left === 0],
    [`${busy.turns} busy sessions, not whole`, `${broken}`, '0', broken === 0 && busy.turns > 0],
    [`${(busy.bytes / MIB).toFixed(0)} MiB by sha256, missing`, `${busy.missing}`, '0', busy.missing === 0],
    [`${idle.asked} idle sessions, dead`, `${dead}`, '0', dead === 0 && idle.asked > 0],
    [
      'failures',
      `${faults.size === 0 ? 0 : [...faults].map(([code, count]) => `${count} x ${code}`)}`,
      '0',
      faults.size === 0,
    ],
    ['exits', `${exits}`, '0', exits === 0],
  ];
};

const wordOf = (ok) => (ok === null ? `not judged below ${LEAST_MINUTES} minutes` : ok ? 'green' : 'RED');

/** The rows as text. */
export const formatTable = (rows) => {
  const lines = [
    ['what', 'figure', 'aim', ''],
    ...rows.map(([what, figure, aim, ok]) => [what, figure, aim, wordOf(ok)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map(([what, figure, aim, verdict]) =>
      `${what.padEnd(widths[0])}  ${figure.padStart(widths[1])}  ${aim.padStart(widths[2])}  ${verdict}`.trimEnd(),
    )
    .join('\n');
};
