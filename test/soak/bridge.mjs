/** The bridge under soak: a process of its own, whose memory, descriptors, sessions and end are watched (Linux). */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts it from `dist`. @throws where it does not start: run the build first */
export const startBridge = async () => {
  const hosts = await mkdtemp(join(tmpdir(), 'netwine-soak-'));
  await writeFile(join(hosts, 'clients'), 'allow 127.0.0.1\n');
  await writeFile(join(hosts, 'targets'), 'allow 127.0.0.1 1-65535\n');
  // A Ctrl-C is for us: what ends us ends the bridge, and we end it if we can tell first what it came to. [prctl(2)]
  const withUs = ['--pdeathsig', 'KILL', '--', process.execPath];
  const args = ['dist/server/main.js', 'serve', '--listen', '127.0.0.1:0', '--hosts', hosts, '--log', 'info'];
  const stdio = ['ignore', 'pipe', 'inherit'];
  const child = spawn('/usr/bin/setpriv', [...withUs, ...args], { stdio, detached: true });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const counts = { opened: 0, ended: 0, exits: 0 };
  const over = new Promise((resolve) => {
    child.once('exit', (code) => {
      counts.exits += 1;
      resolve(code);
    });
  });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"msg":"session opened"')) counts.opened += 1;
      else if (line.includes('"msg":"session ended"')) counts.ended += 1;
      const found = /listens at (\S+?);/.exec(line);
      if (found) resolve(found[1]);
    });
    over.then(() => reject(new Error('the bridge did not start')));
  });
  return {
    url,
    /** Sessions opened and ended so far, and how often the process has ended. */
    counts,
    /** Resident memory in bytes, open descriptors, and sessions; null once it has ended. */
    async look() {
      try {
        const status = await readFile(`/proc/${child.pid}/status`, 'latin1');
        const descriptors = (await readdir(`/proc/${child.pid}/fd`)).length;
        const memory = Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
        return { memory, descriptors, sessions: counts.opened - counts.ended };
      } catch {
        return null;
      }
    },
    /** Ends it. @returns how often it had ended before, or 1 where it had to be killed or failed at its end */
    async stop() {
      const { exits } = counts;
      process.off('exit', kill);
      child.kill('SIGTERM');
      const timer = setTimeout(kill, 15_000);
      const code = await over;
      clearTimeout(timer);
      await rm(hosts, { recursive: true });
      return exits === 0 && code !== 0 ? 1 : exits;
    },
  };
};
