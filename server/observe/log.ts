/** One structured line when a session opens, is refused, ends. Never a key or a nonce. */
import type { OpenEvent, RefuseEvent, Router } from '../core/router.ts';
import type { Session } from '../core/session.ts';
import { formatTarget } from '../core/target-url.ts';

/** The part of a logger that is used; Fastify's fits. */
export interface Log {
  info(fields: object, message: string): void;
}

const LONGEST = 512;

/** What could move a terminal, turn its writing round or end the line. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text of others in one line, the unprintable written as \\u...., at most 512 characters. */
export const escaped = (text: string): string =>
  text
    .slice(0, LONGEST)
    .replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, LONGEST);

/** Writes the lines of a router's sessions. */
export const logSessions = (router: Router, log: Log): void => {
  const opened = new WeakMap<Session, { fields: object; at: number }>();
  router.on('open', (event) => {
    const fields = describe(event);
    opened.set(event.session, { fields, at: performance.now() });
    log.info(fields, 'session opened');
  });
  router.on('refuse', (event) => log.info(describeRefusal(event), 'session refused'));
  router.on('close', (session) => {
    const event = opened.get(session);
    if (!event) return;
    const { down, up } = session.totals;
    const ms = Math.round(performance.now() - event.at);
    // Datagrams that came while nobody took them.
    const dropped = 'dropped' in session.target ? { dropped: session.target.dropped } : {};
    // On the wire a close by the client is a reset too, but its session is forgotten before it ends. [PROTOCOL R-702]
    const reason = router.sessions.has(session) ? session.code : 'CLOSED_BY_CLIENT';
    log.info({ ...event.fields, down, up, ...dropped, ms, reason }, 'session ended');
  });
};

const describe = ({ session, client, permit, transport }: OpenEvent): object => ({
  session: session.id,
  client: escaped(client.address),
  ...(client.origin === null ? {} : { origin: escaped(client.origin) }),
  target: escaped(formatTarget(permit.target)),
  resolved: resolvedOf(session.target, permit.addresses),
  rule: permit.rule,
  transport,
});

/** The address that was reached; all that were judged where the target cannot tell, null where there was none. */
const resolvedOf = (target: object, judged: readonly string[]): string | null => {
  if (judged.length === 0) return null;
  const { remoteAddress } = target as { remoteAddress?: unknown };
  return typeof remoteAddress === 'string' ? remoteAddress : judged.join(',');
};

const describeRefusal = ({ client, target, transport, error, addresses, ms }: RefuseEvent): object => ({
  client: escaped(client.address),
  ...(client.origin === null ? {} : { origin: escaped(client.origin) }),
  target: target === null ? null : escaped(target),
  resolved: resolvedOf({}, addresses),
  transport,
  down: 0,
  up: 0,
  ms,
  reason: error.code,
  text: error.text,
});
