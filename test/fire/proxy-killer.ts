/** Kills a proxy and starts it again while sessions run through it, whenever a further part of their bytes has passed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningProxy } from '../proxy/proxy.ts';
import type { Cutter } from '../support/cutter.ts';

const LOOK_MS = 10;

export interface Killing {
  /** @returns how often it was killed */
  stop(): Promise<number>;
}

interface KillingOptions {
  proxy: RunningProxy;
  /** Between the proxy and the bridge. */
  cutter: Cutter;
  times: number;
  /** How many will pass at least. */
  bytes: number;
}

const passedOf = ({ connections }: Cutter): number =>
  connections.reduce((all, { passed }) => all + passed.up + passed.down, 0);

/** Kills it in equal distances, none of them at the end. */
export const keepKilling = ({ proxy, cutter, times, bytes }: KillingOptions): Killing => {
  let isOver = false;
  let kills = 0;
  const run = async (): Promise<void> => {
    while (kills < times && !isOver) {
      if (passedOf(cutter) < (bytes * (kills + 1)) / (times + 1)) await pause(LOOK_MS);
      else {
        await proxy.kill();
        await proxy.restart();
        kills += 1;
      }
    }
  };
  const running = run();
  return {
    async stop() {
      isOver = true;
      await running;
      return kills;
    },
  };
};
