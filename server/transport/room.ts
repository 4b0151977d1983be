/** Waits of a writer for room in the up window. */
import type { ServerResponse } from 'node:http';
import type { Session } from '../core/session.ts';

/** The most writers of a session that wait at a time; one more is answered with what was taken. [PROTOCOL 3, send] */
const MOST_WAITING = 4;

/**
 * Waits until there is room, the session is over, the client is gone, or the time is up; not at all where too many
 * wait already. A time of 0 is the rest of this turn: only then is known what the system took at once.
 * @returns whether there is room.
 */
export const waitForRoom = async (session: Session, response: ServerResponse, waitMs: number): Promise<boolean> => {
  const settled = (): boolean => session.up.room > 0 || session.state === 'closed' || response.destroyed;
  if (!settled() && session.waiting < MOST_WAITING) {
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        clearImmediate(turn);
        stop();
        response.off('close', finish);
        resolve();
      };
      const timer = waitMs > 0 ? setTimeout(finish, waitMs) : undefined;
      const turn = waitMs > 0 ? undefined : setImmediate(finish);
      const stop = session.onRoom(() => {
        if (settled()) finish();
      });
      response.once('close', finish);
    });
  }
  return session.up.room > 0 && session.state !== 'closed';
};
