/** The real curl as a client: whole requests, and answers that are still open. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { atEnd } from './at-end.ts';

/** No configuration of the person who runs the tests, no proxy, errors on stderr, nothing kept back. */
const PLAIN = ['-q', '--noproxy', '*', '-sS', '-N'];

export interface CurlResult {
  /** The exit status: 0 for a whole answer, 18 for one that was cut. */
  exit: number;
  body: Buffer;
  /** What curl itself complained of. */
  complaint: string;
}

/** A curl that is running. */
export interface CurlStream {
  readonly pid: number;
  /** The answer's body as it comes. */
  readonly body: Readable;
  /** Fulfilled with the exit status and what curl complained of, once it has ended. */
  readonly done: Promise<{ exit: number; complaint: string }>;
  /** Ends curl, and waits until it is gone. */
  stop(): Promise<void>;
}

const running = (args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> => {
  const child = spawn('curl', [...PLAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  // A curl that ends early breaks the pipe of its input; its exit status is what tells.
  child.stdin.on('error', () => {});
  return child;
};

const ended = (child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });

/**
 * Runs curl to its end.
 * @param args as on its command line; `@-` stands for `input`
 * @throws where curl cannot be run
 */
export async function curl(args: readonly string[], input: Uint8Array = new Uint8Array(0)): Promise<CurlResult> {
  const child = running(args);
  const exit = ended(child);
  child.stdin.end(input);
  const [body, complaint] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  return { exit: await exit, body, complaint };
}

/** Starts curl for an answer that is to be read while it is open; it is killed with the test process. */
export function streamCurl(args: readonly string[]): CurlStream {
  const child = running(args);
  child.stdin.end();
  const forget = atEnd(() => void child.kill('SIGKILL'));
  const complaint = text(child.stderr);
  const done = ended(child)
    .finally(forget)
    .then(async (exit) => ({ exit, complaint: await complaint }));
  return {
    pid: child.pid ?? 0,
    body: child.stdout,
    done,
    stop: async () => {
      child.kill('SIGTERM');
      // What nobody reads any more would keep the child from being closed.
      child.stdout.destroy();
      await done;
    },
  };
}
