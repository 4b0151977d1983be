/** `netwine.connect`: a TCP connection for a page, with handlers as properties, in texts or in bytes. */

import { createSession, left, type Saved, type Session, type SessionOptions } from '../core/session.ts';
import type { Final, Parameters } from '../core/types.ts';
import { beacon } from '../transport/beacon.ts';
import { bytesEdge, type Edge, stringEdge } from '../transport/edge.ts';
import { absolute, later, newBytes, nothing } from '../transport/engine.ts';
import { formOf } from '../transport/request.ts';
import { createDelivery, guarded } from './delivery.ts';
import { onLeaving } from './leaving.ts';
import { bridgeBase, clock, makeNonce, pageToken, type Readers, reachOf, sharedReaders } from './page.ts';
import { type Kept, placeOf } from './resume.ts';
import type { NetwineSocket, SocketOptions } from './socket-types.ts';
import { createTextDecoding, encodeText } from './utf8.ts';

export type { Binary, NetwineSocket, SocketError, SocketOptions, SocketStatus } from './socket-types.ts';

/** What was written and is not with the bridge beyond this: `write` returns false. */
const MOST_WAITING_BYTES = 64 * 1024;
/** How long what was written may take to the bridge once nobody waits for an answer. */
const LEAVE_MS = 10_000;

/**
 * @param to as in PROTOCOL 9, or a route of the bridge with its slash.
 * @throws where the engine has no way to reach a bridge
 */
export const connect = (to: string, options: SocketOptions = {}): NetwineSocket => {
  const bytes = bytesEdge();
  return bytes ? open(bytes, to, options) : open(stringEdge, to, options);
};

const open = <C>(edge: Edge<C>, to: string, options: SocketOptions): NetwineSocket => {
  const base = (options.url || bridgeBase()).replace(/\/?$/, '/');
  const { choice, sender } = reachOf(edge, base, options);
  const place = options.resume ? placeOf(edge, options.resume, `${absolute(base)} ${to}`) : null;
  const before = place && place.load();
  const binary = options.binary || 'text';
  const decoding = createTextDecoding();
  const readers: Readers = options.share ? sharedReaders : { last: 0 };
  const isRoute = to.charAt(0) === '/';
  let session: Session<C>;
  let untold: C[] = before ? [before.untold] : [];
  let leaving = false;
  let cancelLeave = nothing;

  const given = (chunk: C): unknown =>
    binary === 'text' ? decoding.push(edge.toBinary(chunk)) : binary === 'string' ? edge.toBinary(chunk) : chunk;
  const taken = (data: string | Uint8Array): C => {
    if (typeof data === 'string') return edge.fromBinary(binary === 'string' ? data : encodeText(data));
    // A copy: the writer may use its own again. What is no `Uint8Array` throws here; a number would be that many zeros.
    return edge.fromBytes(newBytes(data.subarray(0) as unknown as number[]));
  };
  const waiting = (): number => session.up.written - session.up.taken;

  const delivery = createDelivery(() => {
    session.took();
    change();
  });
  const change = (): void => {
    if (leaving && waiting() === 0) go();
    guarded(() => socket.onchange());
  };
  const tell = (chunk: C): void =>
    delivery.add(edge.size(chunk), () => {
      untold = untold.slice(1);
      const piece = given(chunk);
      if (piece !== '' && !leaving) socket.ondata(piece);
    });
  const end = (): void =>
    delivery.add(0, () => {
      const rest = binary === 'text' ? decoding.finish() : '';
      if (leaving) return;
      if (rest !== '') guarded(() => socket.ondata(rest));
      socket.onend();
    });
  const over = (final: Final): void => {
    leaving = false;
    cancelLeave();
    stopListening();
    if (place) place.save(null);
    // In a turn of its own: a program that closes is not told from within its call.
    later(() => {
      // Who writes has to know, even if nobody reads; but not of an end that both sides wanted, or this page.
      if (!/^(CLOSED|LEFT)$/.test(final.code)) guarded(() => socket.onerror({ code: final.code, text: final.text }));
      delivery.add(0, () => socket.onclose(final));
    });
  };
  const kept = (): Kept<C> | null => {
    const saved = session.snapshot();
    return saved && { session: saved, untold: edge.join([edge.fromBinary(decoding.pending())].concat(untold)) };
  };

  /** @param again the program knows of it already */
  const start = (saved: Saved<C> | null, again: boolean): void => {
    if (saved) readers.last = Math.max(readers.last, saved.down.reader);
    const how: SessionOptions<C> = {
      bytes: edge,
      clock,
      choice,
      sender,
      verb: isRoute ? to.slice(1) : 'connect',
      connect: { to: isRoute ? undefined : to, token: options.token || pageToken(), keep: options.keep },
      makeNonce,
      nextReader: () => {
        readers.last += 1;
        return readers.last;
      },
      saved,
      held: delivery.held,
      on: {
        open: () => {
          if (again) return;
          guarded(() => socket.onopen());
          if (saved && saved.down.ended) end();
        },
        data: (chunk) => {
          untold.push(chunk);
          tell(chunk);
        },
        end,
        over,
        change,
        save: () => {
          if (place) place.save(leaving ? null : kept());
        },
      },
    };
    session = createSession<C>(how);
  };

  /** With the place where our bytes end, so that the target still gets those that are on their way. */
  const goodBye = (): Parameters => ({ key: session.down.key as string, end: session.up.written });
  const go = (): void => {
    if (!leaving) return;
    if (session.down.key !== null) sender.send('close', { parameters: goodBye(), payload: null }, nothing);
    session.leave();
    over(left);
  };
  const leave = (): void => {
    if (session.state === 'over' || leaving) return;
    leaving = true;
    delivery.resume();
    if (waiting() === 0) cancelLeave = clock.setTimer(go, 0);
    else cancelLeave = clock.setTimer(() => session.close(), LEAVE_MS);
  };
  const stopListening = onLeaving((away) => {
    if (!away) {
      const last = place && place.load();
      if (last) start(last.session, true);
      else over(left);
      return;
    }
    if (place && !leaving) place.save(kept());
    else if (session.down.key !== null) beacon(`${base}close`, formOf(goodBye()));
    session.leave();
  });

  const socket: NetwineSocket = {
    onopen: options.onopen || nothing,
    ondata: options.ondata || nothing,
    onend: options.onend || nothing,
    onerror: options.onerror || nothing,
    onclose: options.onclose || nothing,
    onchange: options.onchange || nothing,
    resumed: before !== null,
    write: (data) => {
      session.write(taken(data));
      return waiting() < MOST_WAITING_BYTES;
    },
    end: (data) => {
      if (data !== undefined) session.write(taken(data));
      session.end();
    },
    close: () => session.close(),
    leave,
    pause: delivery.pause,
    resume: delivery.resume,
    bufferedAmount: waiting,
    status: () => {
      const { down, up, state } = session;
      return {
        state,
        receiver: down.receiver,
        received: down.received,
        acknowledged: down.acknowledged,
        held: delivery.held(),
        written: up.written,
        taken: up.taken,
        ended: up.ended,
        failures: down.failures,
        info: down.info,
      };
    },
  };
  start(before && before.session, false);
  // Even where the bridge knows the session no more: it has come, and no page was told.
  if (before) later(() => tell(before.untold));
  return socket;
};
