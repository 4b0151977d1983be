/** A session with a target through the bridge: two byte streams by offset, exactly once each, whatever carries them. */
import { createDown } from './down.ts';
import type { Session, SessionOptions } from './session-types.ts';
import type { Final } from './types.ts';
import { createUp } from './up.ts';

export type { Saved, Session, SessionEvents, SessionOptions, State } from './session-types.ts';

/** The end that this page wants. */
export const left: Final = { code: 'LEFT', text: 'closed by this page' };

/** Starts in the next turn, so that nobody is told anything before there is somebody to tell. */
export const createSession = <C>(options: SessionOptions<C>): Session<C> => {
  const { clock, sender, on } = options;
  const leave = (): void => {
    session.state = 'over';
    session.down.stop();
    session.up.stop();
  };
  const isOver = (): boolean => session.state === 'over';
  const finish = (final: Final): void => {
    if (isOver()) return;
    leave();
    const { key } = session.down;
    // What another page goes on with is not ours to close; else the bridge need not keep what nobody asks for.
    if (key !== null && !/^(MOVED|OFFSET)$/.test(final.code)) {
      sender.send('close', { parameters: { key }, payload: null }, () => {});
    }
    on.change();
    on.over(final);
  };

  const session = {
    state: 'connecting',
    opened: false,
    become: (state) => {
      if (isOver()) return;
      session.state = state;
      // It may be lost before it is open: its first answer broke after the key.
      if (state === 'open' && !session.opened) {
        session.opened = true;
        on.open();
      }
      on.change();
    },
    finish,
    write: (chunk) => {
      if (session.up.endWanted) throw new Error('write after end');
      if (!isOver()) session.up.write(chunk);
    },
    took: () => {
      if (!isOver()) {
        session.down.took();
        // Else a later page of one that dies now would be told of it again, and could not know.
        on.save();
      }
    },
    end: () => {
      if (!isOver()) session.up.end();
    },
    close: () => finish(left),
    leave,
    snapshot: () => {
      const { down, up } = session;
      const { key, nonce, reader, received, info } = down;
      const { taken, endWanted } = up;
      return isOver() || key === null
        ? null
        : {
            down: { key, nonce, reader, received, ended: down.ended, info },
            up: { taken, rest: up.rest(), endWanted, ended: up.ended },
          };
    },
  } as Session<C>;
  session.down = createDown(options, session);
  session.up = createUp(options, session);
  clock.setTimer(session.down.start, 0);
  return session;
};
