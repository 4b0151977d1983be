/** The way up: keeps what is written until the bridge has it, and repeats it by offset until then. [PROTOCOL 3, send] */
import { isRetryable, mix, textFrom } from './record.ts';
import type { Carried, Session, SessionOptions, Up } from './session-types.ts';
import type { Answering } from './types.ts';
import { backoffMs, watchSilence } from './watch.ts';

/** A send waits 10 s for room at most, and 10 s more for the network. */
const SILENT_MS = 20_000;
/** A bridge that waited for room in vain is asked again at once; one that changes nothing sooner is given time. */
const HASTY_MS = 1000;
const LEAST_BYTES = 1024;
const MOST_HALVINGS = 6;

/** Sockets have both. */
type SocketLink<C> = Required<Answering<C>>;

export const createUp = <C>(options: SessionOptions<C>, session: Session<C>): Up<C> => {
  const { bytes, clock, sender, saved, on } = options;
  const before = saved ? saved.up : { taken: 0, rest: bytes.join([]), endWanted: false, ended: false };
  let kept: C[] = [before.rest];
  /** What the bridge has room for; below 0 as long as it has not said so. It may have none for who goes on. */
  let room = saved ? 0 : -1;
  let mostBytes = sender.mostBytes;
  let owed: number | undefined;
  let socket: SocketLink<C> | null = null;
  let socketAt = 0;
  let endSaid = false;
  let failures = 0;
  let busy = false;
  let stopped = false;
  let cancelSend = (): void => {};

  const rest = (): C => {
    if (kept.length !== 1) kept = [bytes.join(kept)];
    return kept[0] as C;
  };
  /** What the bridge may be given of what begins there; null where that is nothing. */
  const from = (at: number, most: number): C | null => {
    const skip = at - up.taken;
    const size = Math.min((room < 0 ? Number(session.down.info.up || 0) : room) - skip, most, up.written - at);
    // Pieces are joined only for what goes out, or small writes that wait would be copied again and again.
    return size > 0 ? bytes.cut(rest(), skip, skip + size) : null;
  };

  /** Frees what the bridge has. @returns false where it makes no sense */
  const taken = (next: number, window: number, ended: boolean): boolean => {
    if (next > up.written) {
      session.finish({ code: 'OFFSET', text: 'another page goes on with this session' });
      return false;
    }
    // An answer that was overtaken says nothing new.
    if (next >= up.taken) {
      // At one place it only grows: an answer may have been overtaken by another.
      room = next > up.taken ? window : Math.max(room, window);
      if (next > up.taken) kept = [bytes.cut(rest(), next - up.taken, up.written - up.taken)];
      up.taken = next;
      if (ended && up.endWanted && next === up.written) up.ended = true;
    }
    return next >= 0;
  };

  const flushSocket = (link: SocketLink<C>): void => {
    const chunk = from(socketAt, mostBytes);
    if (chunk !== null) {
      on.save();
      socketAt += bytes.size(chunk);
      link.write(chunk);
      flushSocket(link);
    } else if (isEnding() && !endSaid && socketAt === up.written) {
      endSaid = true;
      link.say('END');
    }
  };

  const understand = (line: string): boolean => {
    const words = line.split(' ');
    const code = words[1] as string;
    if (words[0] === 'OK') {
      if (!taken(Number(code), Number(words[2]), words[4] === 'END')) return false;
      session.down.expect(Number(words[3]));
      on.change();
      return true;
    }
    // The reader gets the last bytes and then says why.
    if (words[0] === 'ERR') up.stop();
    else if (words[0] !== 'NO') return false;
    else if (code === 'TOO_LARGE' && mostBytes > LEAST_BYTES) mostBytes >>= 1;
    else if (code !== 'OFFSET' || words[2] !== 'up' || !taken(Number(words[3]), Number(words[4]), false)) {
      if (isRetryable(code)) return false;
      session.finish({ code, text: textFrom(words, 2) });
    }
    return true;
  };

  const standing = (): string => [up.taken, room, mostBytes, up.ended].join();
  const post = (): void => {
    const { parameters, payload } = carry() as Carried<C>;
    const ack = owed;
    owed = undefined;
    busy = true;
    on.save();
    const before = standing();
    const startedAt = clock.now();
    const settle = (line: string | null): void => {
      watch.stop();
      const understood = line !== null && understand(line);
      if (stopped) return;
      if (ack !== undefined) {
        if (understood) session.down.acknowledged = Math.max(session.down.acknowledged, ack);
        else if (owed === undefined) owed = ack;
      }
      const isNews = before !== standing() || ack !== undefined || clock.now() - startedAt > HASTY_MS;
      failures = understood && isNews ? 0 : failures + 1;
      const again = (): void => {
        busy = false;
        run();
      };
      if (failures > 0) clock.setTimer(again, backoffMs(clock, failures));
      else again();
    };
    const cancel = sender.send(
      'send',
      { parameters: mix(parameters, { key: session.down.key as string, ack }), payload },
      settle,
    );
    const watch = watchSilence(
      clock,
      () => SILENT_MS,
      () => {
        cancel();
        settle(null);
      },
    );
    cancelSend = () => {
      watch.stop();
      cancel();
    };
  };

  const run = (): void => {
    if (stopped || session.down.key === null) return;
    // Where a post has brought more than the socket was given, the bytes between are no longer kept: posts go on.
    if (socket && socketAt >= up.taken) flushSocket(socket);
    else if (!busy && owed !== undefined) post();
    else if (!busy && (up.written > up.taken || isEnding())) {
      const isUseful = up.written === up.taken || from(up.taken, 1) !== null;
      if (!session.down.carries(isUseful)) post();
    }
  };

  /** With an end an empty post would not wait for room, so it goes with the last bytes. */
  const carry = (): Carried<C> | null => {
    if (stopped) return null;
    // What carries much may be cut each time before all of it has passed.
    const payload = from(up.taken, mostBytes >> Math.min(session.down.failures + failures, MOST_HALVINGS));
    const isLast = isEnding() && up.taken + (payload === null ? 0 : bytes.size(payload)) === up.written;
    return { parameters: { at: up.taken, end: isLast ? up.written : undefined }, payload };
  };
  const isEnding = (): boolean => up.endWanted && !up.ended;

  const up: Up<C> = {
    written: before.taken + bytes.size(before.rest),
    taken: before.taken,
    endWanted: before.endWanted,
    ended: before.ended,
    write: (chunk) => {
      kept.push(chunk);
      up.written += bytes.size(chunk);
      run();
    },
    end: () => {
      up.endWanted = true;
      run();
    },
    acknowledge: (to) => {
      owed = to;
      run();
    },
    link: (link, next, window) => {
      socket = link as SocketLink<C> | null;
      endSaid = false;
      if (next !== undefined && taken(next, window as number, false)) socketAt = next;
      run();
    },
    heard: (next, window, ended) => {
      if (taken(next, window, ended)) on.change();
      run();
    },
    understand,
    carry,
    rest,
    stop: () => {
      stopped = true;
      cancelSend();
    },
  };
  return up;
};
