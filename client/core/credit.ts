/** Acknowledgements: what the program has taken is told to the bridge, and that the page is there while it takes nothing. */
import type { DownStatus } from './down-types.ts';
import type { Answering, Clock, Kind } from './types.ts';

/** No bridge has a smaller window. */
const LEAST_WINDOW_BYTES = 4096;
/** A program that takes nothing keeps its session by a sign of life, so many in the time that the bridge keeps it. */
const SIGNS = 4;

export interface CreditOptions<C> {
  clock: Clock;
  status: DownStatus;
  /** Bytes that the program has not taken. */
  held: () => number;
  /** What carries the session now; null where nothing does. */
  carrier: () => { kind: Kind; link: Answering<C> | null } | null;
  on: { save(): void; owes(received: number): void };
}

export interface Credit {
  /** Tells the bridge where it is due. */
  acknowledge(): void;
  /** Gives signs of life until `stop`. */
  wait(): void;
  stop(): void;
}

export const createCredit = <C>({ clock, status, held, carrier, on }: CreditOptions<C>): Credit => {
  let cancelSign = (): void => {};
  const wait = (): void => {
    cancelSign();
    cancelSign = clock.setTimer(
      () => {
        on.owes(status.acknowledged);
        wait();
      },
      (Number(status.info.keep || 10) * 1000) / SIGNS,
    );
  };
  return {
    acknowledge: () => {
      const taken = status.received - held();
      const now = carrier();
      // A poll acknowledges by the next question, and soon.
      if (!now || taken - status.acknowledged < Number(status.info.window || LEAST_WINDOW_BYTES) / 4) return;
      if (now.link && now.link.say) {
        on.save();
        status.acknowledged = taken;
        now.link.say(`ACK ${taken}`);
      } else if (now.kind === 'stream') on.owes(taken);
    },
    wait,
    stop: () => cancelSign(),
  };
};
