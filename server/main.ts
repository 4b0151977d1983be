#!/usr/bin/env node
/** The command line: settings, then the app, then listening; signals drain it. The only file that touches process. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { type App, createApp, HostsError } from './app.ts';
import { checkHosts } from './cli/check-hosts.ts';
import { parseCommand } from './config/command.ts';
import { helpText } from './config/help.ts';
import { loadSettings } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { shown, UsageError } from './config/usage-error.ts';
import { DemoError, startDemo } from './demo/start.ts';

// Each 64 KiB that passes through is garbage outside the heap, and V8 counts it against a limit that follows the few
// live megabytes inside: half of the CPU went into marking them again and again. A limit of four times them ends that.
setFlagsFromString('--heap-growing-percent=300');
// And glibc returns what such garbage leaves to the system at once, to take it again page by page, until a larger block
// than its mark of 128 KiB was freed once: as soon as this one is collected the mark is 8 MiB. [mallopt(3)]
Buffer.allocUnsafeSlow(8 * 1024 * 1024);

// Who reads this may go, as `head` does: the bridge goes on. To ask for these streams is also what keeps pipes and
// terminals from blocking, which the log relies on: a write that waits would hold up the end of the process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const err = (line: string): void => void process.stderr.write(`${line}\n`);

/** The package is where its package.json is: one or two levels up, by whether this file is built. */
const packageRoot = (): string => {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (dirname(directory) !== directory) {
    try {
      readFileSync(join(directory, 'package.json'));
      return directory;
    } catch {
      directory = dirname(directory);
    }
  }
  throw new Error('the package of netwine is not whole: its package.json is missing');
};

/** What is opened after the start: the listening socket, a static file or two, look-ups of names. */
const LATER_DESCRIPTORS = 8;

const packaged = {
  hosts: join(packageRoot(), 'hosts'),
  pages: join(packageRoot(), 'client', 'demo'),
  /** Made by the build: not there where only the sources are. */
  client: join(packageRoot(), 'dist', 'client'),
};

/** Starts a bridge and ends it gracefully at a signal. @returns where it listens */
const start = async (
  settings: Settings,
  hosts: string | { clients: string; targets: string },
  chatTarget?: string,
): Promise<string> => {
  const { listen, prefix } = settings;
  const descriptors = countDescriptors();
  const running = await createApp({
    ...settings,
    hosts,
    // A wildcard is no name that anybody could ask for.
    hostNames: ['0.0.0.0', '::'].includes(listen.host) ? [] : [listen.host],
    staticDir: staticOf(settings),
    ...(existsSync(packaged.client) ? { clientDir: packaged.client } : {}),
    ...(chatTarget === undefined ? {} : { chatTarget }),
    ...(descriptors ? { descriptors } : {}),
  });
  process.once('exit', running.endLog);
  for (const warning of running.warnings) err(warning);
  // Fastify would log where it listens before a person was told what to do there.
  const { level } = running.app.log;
  running.app.log.level = 'silent';
  await running.app.listen({ host: listen.host, port: listen.port });
  running.app.log.level = level;
  endAtSignals(running, settings.drainMs);
  const { port } = running.app.server.address() as AddressInfo;
  return `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}${prefix === '/' ? '' : prefix}`;
};

/** Judged before anything is started, so that a mistake is told as one. */
const staticOf = ({ staticDir }: Settings): string => {
  if (staticDir === null) return packaged.pages;
  const facts = statSync(staticDir, { throwIfNoEntry: false });
  if (!facts) throw new UsageError([`--static: there is no directory "${shown(staticDir)}"`]);
  if (!facts.isDirectory()) throw new UsageError([`--static: "${shown(staticDir)}" is not a directory`]);
  return staticDir;
};

/** The limit of open files and how many are open, where the system tells. [proc(5), /proc/PID/limits] */
const countDescriptors = (): { limit: number; base: number } | null => {
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]);
    return Number.isFinite(limit) ? { limit, base: readdirSync('/proc/self/fd').length + LATER_DESCRIPTORS } : null;
  } catch {
    return null;
  }
};

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The first signal drains, the second one does not wait. */
const endAtSignals = ({ app, bridge }: App, drainMs: number): void => {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) {
      // Its first act ends every session, which the log tells.
      void bridge.close();
      process.exit(1);
    }
    stopping = true;
    const open = bridge.router.sessions.all().filter(({ state }) => state !== 'closed').length;
    if (open > 0)
      err(`netwine stops as soon as its sessions are over (${open} open); a second signal ends them at once`);
    await bridge.drain(drainMs);
    await app.close();
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, () => void stop());
};

const serve = async (args: readonly string[]): Promise<void> => {
  const settings = load(args, 'serve');
  const directory = settings.hostsDir ?? packaged.hosts;
  const url = await start(settings, directory);
  const packagedNote =
    settings.hostsDir === null ? ' (the packaged files, which open nothing but the demo: see --hosts)' : '';
  out(`netwine listens at ${url}; hosts files: ${directory}${packagedNote}`);
};

const demo = async (args: readonly string[]): Promise<void> => {
  const settings = load(args, 'demo');
  const { chat } = await startDemo(
    {
      listen: settings.listen,
      chat: settings.chat,
      startBridge: async ({ targets, chat: chatTarget }) => ({
        url: await start(settings, { clients: 'allow @loopback\n', targets }, chatTarget),
      }),
    },
    { out, err },
  );
  // With the chat its sessions end, and nothing is left for the drain to wait for.
  for (const signal of SIGNALS) process.once(signal, () => void chat.close());
};

const load = (args: readonly string[], command: 'serve' | 'demo'): Settings =>
  loadSettings({ args, env: process.env, readFile: (path) => readFileSync(path, 'utf8'), command });

const main = async (args: readonly string[]): Promise<number | null> => {
  const { command, rest } = parseCommand(args);
  if (command === 'serve') await serve(rest);
  else if (command === 'demo') await demo(rest);
  else if (command === 'check-hosts') return checkHosts(rest, { out, err, defaultHosts: packaged.hosts });
  else if (command === 'version') out(version());
  else out(helpText(rest[0]));
  return command === 'serve' || command === 'demo' ? null : 0;
};

const version = (): string => JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version;

/** A fault of a person is told in a line or two; anything else is ours, and shows where. */
const explain = (error: unknown): string => {
  const known = error instanceof UsageError || error instanceof HostsError || error instanceof DemoError;
  if (known) return error.message;
  if (error instanceof Error && 'syscall' in error) {
    const advice = ['listen', 'getaddrinfo'].includes(String(error.syscall)) ? '; --listen HOST:PORT changes it' : '';
    return `netwine cannot start: ${error.message}${advice}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

try {
  const status = await main(process.argv.slice(2));
  if (status !== null) process.exitCode = status;
} catch (error) {
  err(explain(error));
  process.exit(error instanceof UsageError ? 2 : 1);
}
