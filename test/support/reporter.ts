/** The end of a test run: the time of each lane, the ten slowest tests, and `N passed, N failed` as the very last line. */
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** How many of the slowest tests are named. */
const slowest = 10;

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts what ran. Files that could not be loaded, failing hooks and errors outside of tests each count as one failure,
 * so that the last line never says 0 failed of a run that failed. A skipped test fails the run, and so does a run in
 * which no test ran: a part that is missing is installed, never passed over.
 */
export class ClosingReporter implements Reporter {
  #vitest: Vitest | null = null;
  #totals: Totals = { passed: 0, failed: 0, skipped: 0 };

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    // On exit, because all else that is printed comes before: other reporters, and complaints of a slow closing.
    process.once('exit', () => this.#printTotals());
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module)).length;
    this.#totals = {
      passed: count('passed'),
      failed: count('failed') + brokenFiles + unhandledErrors.length,
      skipped: count('skipped') + count('pending'),
    };
    if (tests.length > 0) process.stdout.write(`${[...laneLines(modules), ...slowestLines(tests)].join('\n')}\n`);
    // Only a choice by name (-t) may leave tests out.
    const mayLeaveOut = this.#vitest?.config.testNamePattern !== undefined;
    const { passed, failed, skipped } = this.#totals;
    if (failed > 0 || passed === 0 || (skipped > 0 && !mayLeaveOut)) process.exitCode = 1;
  }

  #printTotals(): void {
    const { passed, failed, skipped } = this.#totals;
    process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  }
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0;
}

/** Seconds of each lane: what its files took one after the other, loading included. */
function laneLines(modules: readonly TestModule[]): string[] {
  const lanes = new Map<string, number>();
  for (const module of modules) {
    const { collectDuration, duration } = module.diagnostic();
    const name = module.project.name || 'all';
    lanes.set(name, (lanes.get(name) ?? 0) + collectDuration + duration);
  }
  return ['lanes:', ...[...lanes].map(([name, ms]) => `  ${seconds(ms)}  ${name}`)];
}

function slowestLines(tests: readonly TestCase[]): string[] {
  const took = (test: TestCase): number => test.diagnostic()?.duration ?? 0;
  const sorted = [...tests].sort((a, b) => took(b) - took(a)).slice(0, slowest);
  const line = (test: TestCase): string =>
    `  ${seconds(took(test))}  ${test.module.relativeModuleId}  ${test.fullName}`;
  return [`the slowest ${sorted.length}:`, ...sorted.map(line)];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(7)} s`;
}
