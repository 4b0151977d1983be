/** The test run: nine lanes over two workers; what no other lane names is logic. */
import { defineConfig } from 'vitest/config';
import { ClosingReporter } from './test/support/reporter.ts';

const lanes = {
  /** The wire: black box by URL, transports, targets, and the whole app in one process. */
  protocol: [
    'test/protocol/**/*.test.ts',
    'test/server/transport/**/*.test.ts',
    'test/server/target/**/*.test.ts',
    'test/server/{app,main,observe}/**/*.test.ts',
  ],
  /** The client's transports and faces against a real bridge. */
  client: ['test/client/{adapter,node,transport}/**/*.test.ts'],
  /** Everything that can go wrong on the way, a bounded part of what `npm run fire` and `npm run fuzz` do. */
  fire: ['test/fire/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
  /** Pages in a real browser. */
  browser: ['test/browser/*.test.ts'],
  /** One page in every engine that can be had. */
  engines: ['test/browser/engines/**/*.test.ts'],
  /** Real proxies in between. */
  proxy: ['test/proxy/**/*.test.ts'],
  /** Real servers and clients that nobody here wrote. */
  peers: ['test/peers/**/*.test.ts'],
  /** What a user meets first: the README's commands, and the package. */
  product: ['test/readme/**/*.test.ts', 'test/package/**/*.test.ts'],
};

const lane = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    allowOnly: false,
    reporters: ['default', new ClosingReporter()],
    projects: [
      lane('logic', ['test/**/*.test.ts'], Object.values(lanes).flat()),
      ...Object.entries(lanes).map(([name, include]) => lane(name, include)),
    ],
  },
});
