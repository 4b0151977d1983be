/** Starts the processes of the bench and reads what they cost. */
import { fork, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TICKS_PER_SECOND = 100;
/** The window of the second bridge, for clients that are far away or in a hurry. */
export const WIDE_BYTES = 4 * 1024 * 1024;

const forked = async (file, args = []) => {
  const child = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [message] = await new Promise((resolve, reject) => {
    child.once('message', (first) => resolve([first]));
    child.once('exit', () => reject(new Error(`${file} ended before it was ready`)));
  });
  return { child, message };
};

/** A process that is measured. */
const measured = (child) => ({
  pid: child.pid,
  /** CPU seconds used so far, user and system. [proc(5), /proc/PID/stat] */
  async cpu() {
    const stat = await readFile(`/proc/${child.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  },
  /** Resident memory of its own, in KiB. */
  async memory() {
    const rollup = await readFile(`/proc/${child.pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)[1]);
  },
});

const startBridge = async (hosts, more = []) => {
  const args = [
    '--expose-gc',
    'dist/server/main.js',
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--hosts',
    hosts,
    '--log',
    'error',
    ...more,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /listens at (\S+?);/.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`the bridge did not start: ${text}`)));
  });
  return { child, port: Number(new URL(url).port) };
};

/** Starts target, pipe and bridge; `stop` ends them by their process ids. */
export const startAll = async () => {
  const hosts = await mkdtemp(join(tmpdir(), 'netwine-bench-'));
  await writeFile(join(hosts, 'clients'), 'allow @loopback\n');
  await writeFile(join(hosts, 'targets'), 'allow 127.0.0.1 1-65535\n');
  const target = await forked('target.mjs');
  const pipe = await forked('pipe.mjs', [JSON.stringify(target.message)]);
  const bridge = await startBridge(hosts);
  const wide = await startBridge(hosts, ['--window', String(WIDE_BYTES)]);
  return {
    targets: target.message,
    pipe: { ...measured(pipe.child), ports: pipe.message },
    bridge: { ...measured(bridge.child), port: bridge.port },
    wide: { ...measured(wide.child), port: wide.port },
    async stop() {
      for (const child of [bridge.child, wide.child, pipe.child, target.child]) child.kill('SIGKILL');
      await rm(hosts, { recursive: true });
    },
  };
};
