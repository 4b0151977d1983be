/** No stream of characters and sequences breaks the screen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CSI, shown, terminal } from './terminal-shown.ts';

test('no stream breaks the screen, and no cut changes what it shows', () => {
  const parameter = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(9999, 99999999, '', '?', ';', ':', '>'));
  const sequence = fc
    .tuple(fc.array(parameter, { maxLength: 4 }), fc.constantFrom(...'@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsuqt'))
    .map(([parts, final]) => `${CSI}${parts.join('')}${final}`);
  const dec = fc
    .constantFrom(1, 6, 7, 25, 47, 1047, 1049, 2004)
    .chain((mode) => fc.constantFrom(`${CSI}?${mode}h`, `${CSI}?${mode}l`));
  const other = fc.constantFrom(
    '\x1b7',
    '\x1b8',
    '\x1bM',
    '\x1bD',
    '\x1bE',
    '\x1bc',
    '\r\n',
    '\b',
    '\t',
    '\x1b',
    '\x9b',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('日本', 'e\u0301', '😀', '\u0301'),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(sequence, dec, other, text), { maxLength: 40 }), (pieces) => {
      const whole = shown(pieces.join('')).screen;
      const rows = Array.from(whole.grid.rows);
      expect(rows.map((row) => [row.cells.length, row.styles.length])).toEqual(Array(5).fill([10, 10]));
      expect(whole.x >= 0 && whole.x < 10 && whole.y >= 0 && whole.y < 5).toBe(true);
      for (const { cells } of rows) {
        const widths = Array.from(cells, (cell) => (cell === '' ? 0 : terminal.widthOf(cell)));
        expect(widths.reduce((sum, width) => sum + width, 0)).toBe(10);
      }
    }),
    { numRuns: 100 },
  );
});
