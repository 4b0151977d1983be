/** A session to write to: its sends, and what its target gets. */
import type { Suite } from './bridge.ts';
import type { Opened, SendLine, Sent, Whole } from './http-client.ts';
import { type Peer, startTarget, type Target } from './targets.ts';

export interface Writer extends Opened {
  target: Target;
  peer: Peer;
  /** A send, whatever comes of it. */
  ask(parameters: Record<string, string | number>, payload?: Sent['payload']): Promise<Whole>;
  /** A send that is answered with its line. */
  send(parameters: Record<string, string | number>, payload?: Sent['payload']): Promise<SendLine>;
}

/** Opens one; by default its target listens and says nothing. */
export const openWriter = async (
  suite: Suite,
  start: () => Promise<Target> = () => startTarget(),
  keep = 60,
): Promise<Writer> => {
  const target = await suite.closing(start());
  const session = await suite.http.open(target.to, { keep });
  const { key } = session;
  return {
    ...session,
    target,
    peer: await target.peer(),
    ask: (parameters, payload) =>
      suite.http.ask('/send', { key, ...parameters }, payload === undefined ? {} : { payload }),
    send: (parameters, payload) => suite.http.send(key, parameters, payload),
  };
};

/** Fills a session whose target takes nothing until the system takes no more. @returns the last line */
export const fill = async ({ send }: Pick<Writer, 'send'>): Promise<SendLine> => {
  let line = await send({});
  for (let last = -1; line.upNext > last || line.window > 0; ) {
    last = line.upNext;
    line = await send({ at: last, hold: 0 }, Buffer.alloc(2_000_000));
  }
  return line;
};
