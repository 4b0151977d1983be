/** A mosquitto and a bridge that may reach it, for the tests of one file. */
import { afterAll, beforeAll } from 'vitest';
import { type Running, startBridge } from '../../peers/bridge.ts';
import { type PeerServer, startMosquitto } from '../../support/peer-servers.ts';

export interface Broker {
  readonly port: number;
  /** The URL of the bridge. */
  readonly url: string;
}

/** @returns what can be asked once the tests run */
export const useBroker = (): Broker => {
  let broker: PeerServer;
  let bridge: Running;
  beforeAll(async () => {
    broker = await startMosquitto();
    bridge = await startBridge({ targets: [`allow 127.0.0.1 ${broker.port}`] });
  });
  // One of them may not have started.
  afterAll(async () => {
    await bridge?.stop();
    await broker?.stop();
  });
  return {
    get port() {
      return broker.port;
    },
    get url() {
      return bridge.url;
    },
  };
};
