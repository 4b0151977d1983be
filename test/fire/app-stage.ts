/** An application of this process whose bridge is given what fails. */
import Fastify, { LogController } from 'fastify';
import { type BridgeOptions, netwine } from '../../server/index.ts';
import { settles } from './plan.ts';

/** Longer than is waited for leaks: a session that only its keep would end is one. */
const KEEP_MS = 60_000;

/** An application with a bridge in it, whose sessions are counted by its log. */
export const startApp = async (given: Pick<BridgeOptions, 'policy' | 'targets'>) => {
  const sessions = { opened: 0, over: 0 };
  const write = (line: string): void => {
    if (line.includes('"session opened"')) sessions.opened += 1;
    if (line.includes('"session ended"')) sessions.over += 1;
  };
  const logController = new LogController({ disableRequestLogging: true });
  const app = Fastify({ logger: { level: 'info', stream: { write } }, logController });
  await app.register(netwine, { ...given, keepMs: KEEP_MS });
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  return { app, port, sessions };
};

/** What is started. */
export type Running = Awaited<ReturnType<typeof startApp>>;

/** Connections and sessions that are left, and what else is counted. */
export const leaksOf = async ({ app, sessions }: Running, others: () => number): Promise<number> => {
  let connections = 0;
  const left = (): number => connections + others() + sessions.opened - sessions.over;
  const isBack = async (): Promise<boolean> => {
    connections = await new Promise((resolve) => app.server.getConnections((_, count) => resolve(count)));
    return left() === 0;
  };
  return (await settles(isBack)) ? 0 : left();
};

/** Counts what would have ended a process. */
export const watchProcess = (): { count(): number; end(): void } => {
  let count = 0;
  const note = (): void => {
    count += 1;
  };
  process.on('unhandledRejection', note).on('uncaughtException', note);
  return {
    count: () => count,
    end: () => void process.off('unhandledRejection', note).off('uncaughtException', note),
  };
};
