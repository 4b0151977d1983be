/** A session with a target through the bridge: two byte streams by offset, exactly once each, whatever carries them. */
import type { Choice } from './choice.ts';
import { createDown } from './down.ts';
import type { Down, DownStatus, SavedDown } from './down-types.ts';
import type { Bytes, Clock, Final, Parameters, Sender } from './types.ts';
import { createUp, type SavedUp, type Up } from './up.ts';

/** `connecting`, `open`, `lost` while it is being found again, `over`. */
export type State = 'connecting' | 'open' | 'lost' | 'over';

/** All that a later page needs to go on; as secret as the key. */
export interface Saved<C> {
  down: SavedDown;
  up: SavedUp<C>;
}

export interface SessionEvents<C> {
  /** Once, when the target is reached. */
  open(): void;
  /** Each byte once, in order. */
  data(chunk: C): void;
  /** The target has finished sending. */
  end(): void;
  /** Once, when all is over. */
  over(final: Final): void;
  /** Some status changed. */
  change(): void;
  /** Before the bridge learns what this page has, or is given what it wrote: the moment to keep a snapshot. */
  save(): void;
}

export interface SessionOptions<C> {
  bytes: Bytes<C>;
  clock: Clock;
  choice: Choice<C>;
  sender: Sender<C>;
  /** `to`, `token` and `keep`. */
  connect: Parameters;
  /** 22 or more url-safe characters that nobody can guess. */
  makeNonce: () => string;
  /** One count for all sessions of a page, from 1. */
  nextReader: () => number;
  saved: Saved<C> | null;
  /** Bytes that were handed over and not taken by the program, which has to say when it `took` some; none by default. */
  held?: () => number;
  on: SessionEvents<C>;
}

export interface Session<C> {
  state(): State;
  down: DownStatus;
  up: { written: number; taken: number; endWanted: boolean; ended: boolean };
  /** Bytes are kept until the bridge has them. @throws after `end` */
  write(chunk: C): void;
  /** The program has taken some of what was held. */
  took(): void;
  /** Half-closes: what was written is sent, then the target sees the end. */
  end(): void;
  /** Ends both directions at once. */
  close(): void;
  /** Gives the session up without a word to the bridge, for a page that goes and will be back. */
  leave(): void;
  /** Null where there is nothing to go on with. */
  snapshot(): Saved<C> | null;
}

/** Starts in the next turn, so that nobody is told anything before there is somebody to tell. */
export const createSession = <C>(options: SessionOptions<C>): Session<C> => {
  const { bytes, clock, choice, sender, saved, on } = options;
  let state: State = 'connecting';
  let opened = false;

  const become = (next: State): void => {
    if (state === 'over' || state === next) return;
    // It may be lost before it is open: its first answer broke after the key.
    const first = next === 'open' && !opened;
    opened = opened || first;
    state = next;
    if (first) on.open();
    on.change();
  };
  const stop = (): void => {
    state = 'over';
    down.stop();
    up.stop();
  };
  const finish = (final: Final): void => {
    if (state === 'over') return;
    const { key } = down.status;
    stop();
    // What another page goes on with is not ours to close; else the bridge need not keep what nobody asks for.
    if (key !== null && final.code !== 'MOVED' && final.code !== 'OFFSET') {
      sender.send('close', { parameters: { key }, payload: null }, () => {});
    }
    on.change();
    on.over(final);
  };

  const down: Down = createDown<C>({
    bytes,
    clock,
    choice,
    connect: options.connect,
    makeNonce: options.makeNonce,
    nextReader: options.nextReader,
    saved: saved && saved.down,
    carry: () => up.carry(),
    held: options.held || (() => 0),
    on: {
      save: on.save,
      attached: (link, at) => {
        // A post's answer was faster than the socket's, and its bytes are not kept: this socket cannot go on from there.
        if (at && at.next < up.status.taken) return false;
        up.open(Number(down.status.info.up || 0));
        up.link(link, at);
        become('open');
        on.change();
        return true;
      },
      lost: () => {
        up.link(null);
        become('lost');
      },
      data: (chunk) => {
        on.data(chunk);
        on.change();
      },
      end: () => {
        on.end();
        on.change();
      },
      taken: (next, window, ended) => up.taken(next, window, ended),
      upOver: () => up.stop(),
      owes: (received) => up.acknowledge(received),
      final: finish,
    },
  });
  const up: Up<C> = createUp<C>({
    bytes,
    clock,
    sender,
    saved: saved && saved.up,
    room: saved ? Number(saved.down.info.up || 0) : 0,
    key: () => down.status.key,
    on: {
      save: on.save,
      taken: (tail) => {
        down.expect(tail);
        on.change();
      },
      acknowledged: (to) => down.acknowledged(to),
      refused: (code, text) => finish({ code, text }),
      carries: () => down.carries(),
    },
  });
  const cancelStart = clock.setTimer(() => down.start(), 0);

  return {
    state: () => state,
    down: down.status,
    up: up.status,
    write: (chunk) => {
      if (up.status.endWanted) throw new Error('This direction has ended: nothing can be written any more.');
      if (state !== 'over') up.write(chunk);
    },
    took: () => {
      if (state !== 'over') down.took();
    },
    end: () => {
      if (state !== 'over') up.end();
    },
    close: () => {
      cancelStart();
      finish({ code: 'LEFT', text: 'closed by this page' });
    },
    leave: () => {
      cancelStart();
      if (state !== 'over') stop();
    },
    snapshot: () => {
      const keptDown = state === 'over' ? null : down.snapshot();
      return keptDown && { down: keptDown, up: up.snapshot() };
    },
  };
};
