/** The house holds to its own rules, in this very tree. */
import { expect, test } from 'vitest';
import { tooNew } from './es3.ts';
import { fileCycles, folderCycles, matrixFaults } from './imports.ts';
import * as rules from './rules.ts';
import { projectRoot, readTree } from './tree.ts';

const files = readTree(projectRoot);

test.each([
  ['rooms import only the rooms that they may', matrixFaults],
  ['no files import each other in a circle', fileCycles],
  ['no folders import each other in a circle', folderCycles],
  ['rooms for old engines have no syntax that is too new for them', tooNew],
  ['no file is longer than 250 lines', rules.tooLong],
  ['every file opens with a sentence that says what it is', rules.noOpening],
  ['only main touches process in the server', rules.processTouched],
  ['nothing is announced instead of done', rules.unfinishedWork],
  ['no test is left out or runs alone', rules.testsLeftOut],
  ['everything exported has a name', rules.defaultExports],
  ['nothing else stands at the top of the tree', rules.strangersAtTop],
] as const)('%s', (_, rule) => {
  expect(rule(files)).toEqual([]);
});

test('no file names a folder of this machine or a registry', () => {
  expect(rules.machineTraces(files, process.env.npm_config_registry)).toEqual([]);
});

test('the tree was read', () => {
  expect(files.map((file) => file.path)).toEqual(expect.arrayContaining(['package.json', 'server/core/errors.ts']));
});
