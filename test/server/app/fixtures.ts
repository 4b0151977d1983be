/** Applications with bridges in them, for tests: their log in memory, and everything closed when a test is over. */
import { Writable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach } from 'vitest';
import type { Policy } from '../../../server/index.ts';
import { HttpClient } from '../../support/http-client.ts';

/** What the tests of a file work with; it is closed after each of them, the last thing first. */
export interface Stage {
  closing<T extends { close(): unknown }>(thing: T): T;
  /** Listens on a free loopback port. @returns a client of it; `path` is where the bridge is mounted */
  listen(app: FastifyInstance, path?: string): Promise<HttpClient>;
}

export const useStage = (): Stage => {
  const things: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const thing of things.splice(0).reverse()) await thing.close();
  });
  const closing = <T extends { close(): unknown }>(thing: T): T => {
    things.push(thing);
    return thing;
  };
  return {
    closing,
    async listen(app, path = '') {
      closing(app);
      const url = await app.listen({ host: '127.0.0.1', port: 0 });
      return closing(new HttpClient(`${url}${path}`));
    },
  };
};

/** Allows every target, as one that is at 127.0.0.1. */
export const openPolicy: Policy = {
  permit: async (_client, target) => ({ target, addresses: ['127.0.0.1'], options: {}, rule: null }),
};

export interface LogLine {
  msg: string;
  reason?: string;
  [field: string]: unknown;
}

export interface MemoryLog {
  /** All that was written, as it was written. */
  readonly text: string;
  readonly lines: LogLine[];
  /** Waits for a line with this message. */
  line(msg: string): Promise<LogLine>;
}

/** Options of an application that writes its log into memory. */
export const memoryLog = (level = 'info'): { log: MemoryLog; options: FastifyServerOptions } => {
  const wakes = new Set<() => void>();
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8');
      for (const wake of wakes) wake();
      done();
    },
  });
  const log: MemoryLog = {
    get text() {
      return text;
    },
    get lines() {
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as LogLine);
    },
    line: (msg) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = log.lines.find((line) => line.msg === msg);
          if (!found) return;
          wakes.delete(look);
          resolve(found);
        };
        wakes.add(look);
        look();
      }),
  };
  return { log, options: { logger: { level, stream } } };
};

/** An application of somebody's own, quiet unless told otherwise. */
export const ownApp = (options: FastifyServerOptions = {}): FastifyInstance => Fastify(options) as FastifyInstance;
