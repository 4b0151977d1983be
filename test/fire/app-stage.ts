/** An application of this process whose bridge is given calls that fail. */
import Fastify, { LogController } from 'fastify';
import { netwine } from '../../server/index.ts';
import type { Calls } from './failing-calls.ts';
import { settles } from './plan.ts';

/** Longer than is waited for leaks: a session that only its keep would end is one. */
const KEEP_MS = 60_000;

/** An application with a bridge in it, whose sessions are counted by its log. */
export const startApp = async (calls: Calls) => {
  const sessions = { opened: 0, over: 0 };
  const write = (line: string): void => {
    if (line.includes('"session opened"')) sessions.opened += 1;
    if (line.includes('"session ended"')) sessions.over += 1;
  };
  const logController = new LogController({ disableRequestLogging: true });
  const app = Fastify({ logger: { level: 'info', stream: { write } }, logController });
  await app.register(netwine, { policy: calls.policy, targets: { tcp: calls.connect }, keepMs: KEEP_MS });
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  return { app, port, sessions };
};

/** What is started. */
export type Running = Awaited<ReturnType<typeof startApp>>;

/** Connections, streams of targets and sessions that are left. */
export const leaksOf = async ({ app, sessions }: Running, calls: Calls): Promise<number> => {
  let connections = 0;
  const isBack = async (): Promise<boolean> => {
    connections = await new Promise((resolve) => app.server.getConnections((_, count) => resolve(count)));
    return connections + calls.open.size + sessions.opened - sessions.over === 0;
  };
  return (await settles(isBack)) ? 0 : connections + calls.open.size + sessions.opened - sessions.over;
};
