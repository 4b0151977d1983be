/** The descriptor of the log: what a slow reader gets, and what one that never comes holds up. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { LogStream } from '../../../server/observe/log-stream.ts';

const lines = Array.from({ length: 4000 }, (_, index) => `${index} ${'x'.repeat(40)}\n`);
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

/** A pipe that takes 64 KiB and then says so. */
const makePipe = (): { path: string; fd: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'netwine-log-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  closing.push(
    () => rmSync(folder, { recursive: true }),
    () => closeSync(fd),
  );
  return { path, fd };
};

test('a reader that comes late gets every line in its order', async () => {
  const { path, fd } = makePipe();
  const log = new LogStream(fd);
  for (const line of lines) log.write(line);
  const reader = createReadStream(path, { encoding: 'latin1' });
  const most = lines.join('');
  let got = '';
  while (got.length < most.length) got += String((await once(reader, 'data'))[0]);
  reader.destroy();
  expect(got).toBe(most);
});

test('what a reader leaves unread is bounded, and what is missing is counted in its place', async () => {
  const { path, fd } = makePipe();
  const log = new LogStream(fd);
  const line = `${'x'.repeat(999)}\n`;
  for (let count = 0; count < 10_000; count += 1) log.write(line);
  const reader = createReadStream(path, { encoding: 'latin1' });
  let got = '';
  const readTo = async (end: string): Promise<void> => {
    while (!got.endsWith(end)) {
      const [chunk] = await once(reader, 'data');
      got += chunk;
      // The first line after a pause tells what is missing before it.
      if (got.length % 1000 === 0 && !got.includes('last')) log.write('last\n');
    }
  };
  await readTo('last\n');
  reader.destroy();
  const kept = got.split(line).length - 1;
  expect(kept).toBeLessThan(5000);
  expect(got).toContain(`"msg":"${10_000 - kept} lines are missing here: nobody read the log"}\nlast\n`);
});

test('a reader that never comes holds up no end, and gets what fits', async () => {
  const { path, fd } = makePipe();
  const log = new LogStream(fd);
  log.write('first\n');
  for (const line of lines) log.write(line);
  log.end();
  const [got] = await once(createReadStream(path, { end: 99, encoding: 'latin1' }), 'data');
  expect(got).toMatch(/^(?:first\n)?0 x+\n1 x/);
});

/** Waits until a pipe is full. What it takes meanwhile is nothing that stands in a line. */
const isFull = async (path: string, fd: number): Promise<void> => {
  const probe = (): string => {
    try {
      return `takes ${writeSync(fd, '\0')}`;
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  };
  await expect.poll(probe).toBe('EAGAIN');
  // What is being written now hears of it, too.
  for (let count = 0; count < 4; count += 1) await stat(path);
};

test('what was begun when a pipe was full is ended first, and no line is torn', async () => {
  const { path, fd } = makePipe();
  const log = new LogStream(fd);
  for (const line of lines) log.write(line);
  await isFull(path, fd);
  const pieces = [Buffer.alloc(20_000), Buffer.alloc(70_000)];
  const take = (piece = Buffer.alloc(0)): string => piece.toString('latin1', 0, readSync(fd, piece));
  const first = take(pieces[0]);
  for (const line of lines) log.write(line);
  log.end();
  const got = `${first}${take(pieces[1])}`.replaceAll('\0', '');
  expect(got.length).toBeGreaterThan(65_536 + 8000);
  expect([...lines, ...lines].join('').startsWith(got)).toBe(true);
  expect(got.endsWith('x\n')).toBe(true);
});
