/** The way up: keeps what is written until the bridge has it, and repeats it by offset until then. [PROTOCOL 3, send] */
import { createOutbox } from './outbox.ts';
import { isRetryable, parseRecord, textFrom } from './record.ts';
import type { Answering, Bytes, Clock, Parameters, Sender } from './types.ts';
import { backoffMs, watchSilence } from './watch.ts';

/** A send waits 10 s for room at most, and 10 s more for the network. */
const SILENT_MS = 20_000;
/** A bridge that waited for room in vain is asked again at once; one that changes nothing sooner is given time. */
const HASTY_MS = 1000;
const LEAST_BYTES = 1024;

/** What a later page needs to go on. */
export interface SavedUp<C> {
  taken: number;
  rest: C;
  endWanted: boolean;
  ended: boolean;
}

export interface UpOptions<C> {
  bytes: Bytes<C>;
  clock: Clock;
  sender: Sender<C>;
  saved: SavedUp<C> | null;
  /** The bridge's up window for a session that is gone on with: nothing is refused for being too much. */
  room: number;
  /** The key, once there is one. */
  key: () => string | null;
  on: {
    /** Before each request. */
    save(): void;
    /** The bridge has more than before; `tail` is how far it has sent, where it said so. */
    taken(tail: number): void;
    acknowledged(to: number): void;
    /** The session is of no use any more. */
    refused(code: string, text: string): void;
    /** What is written goes with exchanges; true where it does. */
    carries(): boolean;
  };
}

export interface Up<C> {
  status: { written: number; taken: number; endWanted: boolean; ended: boolean };
  write(chunk: C): void;
  end(): void;
  /** Acknowledges down bytes by a request of its own. */
  acknowledge(to: number): void;
  /** A socket carries writes from now on; null where it is gone. */
  link(link: Answering<C> | null, at?: { next: number; window: number }): void;
  taken(next: number, window: number, ended: boolean): void;
  /** Goes on where it was, now that there is a key. @param window the bridge's up window, for a session that is new */
  open(window: number): void;
  /** Goes on where it was. */
  run(): void;
  /** The parameters and the payload that an exchange should carry; null where nothing can be sent any more. */
  carry(): { parameters: Parameters; payload: C | null } | null;
  stop(): void;
  snapshot(): SavedUp<C>;
}

export const createUp = <C>({ bytes, clock, sender, saved, room: first, key, on }: UpOptions<C>): Up<C> => {
  const outbox = createOutbox(bytes, saved ? saved.taken : 0);
  if (saved) outbox.add(saved.rest);
  const status = {
    written: outbox.written(),
    taken: outbox.taken(),
    endWanted: saved ? saved.endWanted : false,
    ended: saved ? saved.ended : false,
  };
  let room = first;
  let mostBytes = sender.mostBytes;
  let owed: number | null = null;
  let socket: Answering<C> | null = null;
  let socketAt = 0;
  let endSaid = false;
  let failures = 0;
  let stopped = false;
  let cancelSend: (() => void) | null = null;
  let cancelPause: (() => void) | null = null;

  const wanted = (): boolean => status.written > status.taken || (status.endWanted && !status.ended);

  /** Frees what the bridge has. @returns false where it makes no sense */
  const taken = (next: number, window: number, ended: boolean): boolean => {
    if (next > status.written) {
      on.refused('OFFSET', 'another page has written to this session');
      return false;
    }
    if (!(next >= 0)) return false;
    // An answer that was overtaken says nothing new.
    if (next < status.taken) return true;
    room = window;
    outbox.free(next);
    status.taken = outbox.taken();
    if (ended && status.endWanted && status.taken === status.written) status.ended = true;
    return true;
  };

  const flushSocket = (link: Answering<C>): void => {
    const most = status.taken + room - socketAt;
    const chunk = most > 0 ? outbox.from(socketAt, most) : null;
    if (chunk !== null && link.write) {
      on.save();
      socketAt += bytes.size(chunk);
      link.write(chunk);
    }
    if (status.endWanted && !status.ended && !endSaid && socketAt === status.written && link.say) {
      endSaid = true;
      link.say('END');
    }
  };

  const understand = (line: string): boolean => {
    const { name, words } = parseRecord(line);
    if (name === 'OK') {
      if (!taken(Number(words[0]), Number(words[1]), words[3] === 'END')) return false;
      on.taken(Number(words[2]) || 0);
      return true;
    }
    const code = words[0] as string;
    // The reader gets the last bytes and then says why.
    if (name === 'ERR') {
      stop();
      return true;
    }
    if (name !== 'NO') return false;
    if (code === 'OFFSET' && words[1] === 'up' && taken(Number(words[2]), Number(words[3]), false)) return true;
    if (code === 'TOO_LARGE' && mostBytes > LEAST_BYTES) {
      mostBytes = Math.floor(mostBytes / 2);
      return true;
    }
    if (isRetryable(code)) return false;
    on.refused(code, textFrom(words, 1));
    return true;
  };

  const post = (): void => {
    const payload = wanted() ? outbox.from(status.taken, Math.min(room, mostBytes)) : null;
    const parameters = upParameters(payload);
    const ack = owed;
    owed = null;
    on.save();
    const before = `${status.taken} ${room} ${mostBytes} ${status.ended}`;
    const startedAt = clock.now();
    const settle = (line: string | null): void => {
      watch.stop();
      cancelSend = null;
      if (stopped) return;
      const understood = line !== null && understand(line);
      if (stopped) return;
      if (understood && ack !== null) on.acknowledged(ack);
      else if (ack !== null && owed === null) owed = ack;
      const changed = before !== `${status.taken} ${room} ${mostBytes} ${status.ended}`;
      if (understood && (changed || ack !== null || clock.now() - startedAt > HASTY_MS)) {
        failures = 0;
        return run();
      }
      failures += 1;
      cancelPause = clock.setTimer(
        () => {
          cancelPause = null;
          run();
        },
        backoffMs(clock, failures),
      );
    };
    const cancel = sender.send('send', { parameters, payload }, settle);
    cancelSend = cancel;
    const watch = watchSilence(
      clock,
      () => SILENT_MS,
      () => {
        cancel();
        settle(null);
      },
    );
  };
  const upParameters = (payload: C | null): Parameters => ({
    key: key() as string,
    at: status.taken,
    end: endOf(payload),
    ack: owed === null ? undefined : owed,
  });
  /** With an end an empty post would not wait for room, so it goes with the last bytes. */
  const endOf = (payload: C | null): number | undefined => {
    const size = payload === null ? 0 : bytes.size(payload);
    return status.endWanted && !status.ended && status.taken + size === status.written ? status.written : undefined;
  };

  const run = (): void => {
    if (stopped || key() === null) return;
    if (socket) return flushSocket(socket);
    if (cancelSend || cancelPause || (!wanted() && owed === null)) return;
    if (owed === null && on.carries()) return;
    post();
  };
  const stop = (): void => {
    stopped = true;
    if (cancelSend) cancelSend();
    if (cancelPause) cancelPause();
    socket = null;
  };

  return {
    status,
    write: (chunk) => {
      outbox.add(chunk);
      status.written = outbox.written();
      run();
    },
    end: () => {
      status.endWanted = true;
      run();
    },
    acknowledge: (to) => {
      owed = to;
      run();
    },
    link: (link, at) => {
      socket = link;
      endSaid = false;
      if (link && at && taken(at.next, at.window, false)) socketAt = Math.max(at.next, 0);
      run();
    },
    taken: (next, window, ended) => {
      if (taken(next, window, ended)) on.taken(0);
      run();
    },
    open: (window) => {
      if (status.taken === 0 && room === 0) room = window;
    },
    run,
    carry: () => {
      if (stopped) return null;
      const payload = outbox.from(status.taken, Math.min(room, mostBytes));
      return { parameters: { at: status.taken, end: endOf(payload) }, payload };
    },
    stop,
    snapshot: () => ({ taken: status.taken, rest: outbox.rest(), endWanted: status.endWanted, ended: status.ended }),
  };
};
