/** Programs are awaited by output and by port, tell why they failed, and are stopped even when they refuse. */
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';
import type { Program, ProgramOptions } from './process.ts';
import { startProgram } from './process.ts';

const script = (code: string, more: Partial<ProgramOptions> = {}): Promise<Program> =>
  startProgram({ command: process.execPath, args: ['-e', code], ...more });

test('a program is ready when it has printed what was awaited, and is stopped by its id', async () => {
  const program = await script('console.log("port 17"); setInterval(() => {}, 1000)', { ready: /port (\d+)/ });
  expect((await program.waitFor(/port (\d+)/))[1]).toBe('17');
  expect(await program.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(() => process.kill(program.pid, 0)).toThrow('ESRCH');
});

test('a program is ready when its port accepts', async () => {
  const port = await freePort();
  const listen = `setTimeout(() => require("net").createServer().listen(${port}, "127.0.0.1"), 100)`;
  const program = await script(listen, { ready: { port } });
  await program.stop();
});

test('a program that ends before it is ready fails with its output', async () => {
  const started = script('console.error("no such disk"); process.exitCode = 3', { ready: /never/ });
  await expect(started).rejects.toThrow(/ended \(exit 3\) before it printed \/never\/; its output:\nno such disk/);
});

test('a program that is never ready is stopped and fails with its output', async () => {
  const args = ['-c', 'echo $$; exec sleep 60'];
  const started = startProgram({ command: 'sh', args, ready: { port: await freePort() }, timeoutMs: 800 });
  const failure = await started.then(
    () => '',
    (error: Error) => error.message,
  );
  const pid = Number(/output:\n(\d+)/.exec(failure)?.[1]);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a program that ignores SIGTERM is killed', async () => {
  const deaf = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
  const program = await script(deaf, { ready: /up/ });
  expect(await program.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a program that does not exist is named', async () => {
  await expect(startProgram({ command: 'no-such-program' })).rejects.toThrow('no-such-program cannot be run');
});

test('what a program reads from its input it can answer, and its exit is told with all output', async () => {
  const program = await script('process.stdin.pipe(process.stdout)');
  program.input.end('hello\n');
  expect(await program.exit).toEqual({ code: 0, signal: null });
  expect(program.output).toBe('hello\n');
});
