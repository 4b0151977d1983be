/** A hostile TCP proxy on loopback for tests: it cuts, swallows, delays, slices and repeats, as its plan says. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** `up` is from the client to the server, `down` the way back. */
export type Side = 'up' | 'down';

/** How a connection is cut: an orderly end, or a reset. */
export type Cut = 'fin' | 'rst';

/** What happens to one connection; what is left out does not happen, and what is given is combined. */
export interface Fate {
  /**
   * Cuts both ends once `after` bytes have passed on `side`, with 0 before any has. A reset may overtake bytes that the
   * reader has not fetched: then fewer arrive, never more.
   */
  cut?: { side: Side; after: number; by: Cut };
  /** From byte `after` on, all of that side vanishes, its end too, while both connections stay open. */
  blackHole?: { side: Side; after: number };
  /** Every piece, of both sides, is held back this long. */
  delayMs?: number;
  /** Every write carries 1 to so many bytes. */
  sliceTo?: number;
  /**
   * What the client has sent is sent again over a fresh connection to the server as soon as it has been answered, or has
   * ended; the second answer is dropped. For requests that are whole before their answer begins.
   */
  repeat?: true;
  /** The answer is swallowed: its first byte cuts the client off, while the server may go on to the end of it. */
  dropAnswer?: Cut;
}

/** Decides on a connection, by its number from 0 and by random numbers in [0, 1) that follow from seed and number. */
export type Plan = (index: number, random: () => number) => Fate;

/** What has happened to one connection so far. */
export interface CutterConnection {
  readonly fate: Fate;
  /** Bytes handed on, by side. */
  readonly passed: Record<Side, number>;
  /** In how many writes they were handed on. */
  readonly writes: Record<Side, number>;
  /** How often a request was sent again. */
  repeats: number;
}

export interface Cutter {
  readonly port: number;
  /** In the order of their arrival. */
  readonly connections: readonly CutterConnection[];
  /** Destroys all sockets and stops listening. */
  close(): Promise<void>;
}

export interface CutterOptions {
  target: { host: string; port: number };
  plan: Plan;
  /** The same seed gives the same fates and the same slices: 1. */
  seed?: number;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startCutter({ target, plan, seed = 1 }: CutterOptions): Promise<Cutter> {
  const sockets = new Set<Socket>();
  const connections: CutterConnection[] = [];
  const adopt = (socket: Socket): Socket => {
    sockets.add(socket);
    // Resets are this proxy's daily bread; what they mean for the other end is decided on `close`.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    return socket.setNoDelay(true);
  };
  const dial = (): Socket => adopt(connect({ ...target, allowHalfOpen: true }));
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    adopt(client);
    const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ connections.length);
    const fate = plan(connections.length, random);
    const connection = { fate, passed: { up: 0, down: 0 }, writes: { up: 0, down: 0 }, repeats: 0 };
    connections.push(connection);
    new Link({ client, dial, connection, random });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface LinkParts {
  client: Socket;
  dial: () => Socket;
  connection: CutterConnection;
  random: () => number;
}

/** One client's connection, its server's, and what is done to the bytes in between. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #dial: () => Socket;
  readonly #connection: CutterConnection;
  readonly #random: () => number;
  /** What was sent up and not yet answered, kept only when it is to be repeated. */
  #request: Buffer[] = [];
  #isCut = false;

  constructor({ client, dial, connection, random }: LinkParts) {
    this.#client = client;
    this.#server = dial();
    this.#dial = dial;
    this.#connection = connection;
    this.#random = random;
    const { cut } = connection.fate;
    if (cut?.after === 0) this.#cut(cut.by);
    this.#pump('up', this.#client, this.#server);
    this.#pump('down', this.#server, this.#client);
  }

  #pump(side: Side, from: Socket, to: Socket): void {
    let carried = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (this.#isCut) return;
      from.pause();
      carried = this.#carry(side, chunk, to).then(() => void from.resume());
    });
    from.once('end', () => {
      // A paused socket still reports its end, even before the last bytes have been carried.
      void carried.then(() => {
        if (side === 'up') this.#repeat();
        if (!this.#isHole(side)) to.end();
      });
    });
    from.once('close', (failed: boolean) => {
      // An end has been passed on; all else that closes a socket is an abort, and the other end shall see one.
      if ((failed || !from.readableEnded) && !this.#isCut && !this.#isHole(side)) to.resetAndDestroy();
    });
    from.resume();
  }

  async #carry(side: Side, chunk: Buffer, to: Socket): Promise<void> {
    const { fate, passed, writes } = this.#connection;
    if (side === 'up' && fate.repeat) this.#request.push(chunk);
    if (side === 'down') {
      this.#repeat();
      if (fate.dropAnswer !== undefined) return this.#dropAnswer(fate.dropAnswer);
    }
    let rest = chunk;
    while (rest.length > 0 && !this.#isCut && !this.#isHole(side)) {
      const piece = rest.subarray(0, this.#pieceLength(side, rest.length));
      rest = rest.subarray(piece.length);
      if (fate.delayMs !== undefined) await pause(fate.delayMs);
      if (this.#isCut || to.destroyed) return;
      passed[side] += piece.length;
      writes[side]++;
      await new Promise((resolve) => to.write(piece, resolve));
      if (fate.cut?.side === side && passed[side] >= fate.cut.after) this.#cut(fate.cut.by);
    }
  }

  /** How much goes next: up to the byte where something happens, and no more than a slice. */
  #pieceLength(side: Side, available: number): number {
    const { fate, passed } = this.#connection;
    const marks = [fate.cut, fate.blackHole].filter((mark) => mark?.side === side).map((mark) => mark?.after ?? 0);
    const slice = fate.sliceTo === undefined ? available : 1 + Math.floor(this.#random() * fate.sliceTo);
    return Math.min(available, slice, ...marks.map((mark) => mark - passed[side]));
  }

  #isHole(side: Side): boolean {
    const { fate, passed } = this.#connection;
    return fate.blackHole?.side === side && passed[side] >= fate.blackHole.after;
  }

  /** Cuts both ends. After an end what still arrives is read and dropped: unread bytes would turn it into a reset. */
  #cut(by: Cut): void {
    this.#isCut = true;
    const ends = [this.#client, this.#server];
    if (by === 'fin') for (const socket of ends) socket.end();
    // A reader that finds the last bytes and the reset together takes it for an end (libuv does): let it read first.
    else void pause(10).then(() => ends.forEach((socket) => void socket.resetAndDestroy()));
  }

  #dropAnswer(by: Cut): void {
    this.#isCut = true;
    this.#server.end();
    if (by === 'rst') this.#client.resetAndDestroy();
    else this.#client.end();
  }

  #repeat(): void {
    if (this.#request.length === 0) return;
    const request = Buffer.concat(this.#request);
    this.#request = [];
    this.#connection.repeats++;
    const again = this.#dial();
    again.write(request);
    again.resume();
    again.once('end', () => again.end());
    // A server that keeps the connection open for more holds it for as long as the first one, no longer.
    if (this.#client.destroyed) again.end();
    else this.#client.once('close', () => again.end());
  }
}

/** A pause that keeps no process alive: a proxy that was closed forgets its bytes. */
const pause = (waitMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitMs).unref());

/** Numbers in [0, 1) that follow from the seed alone: xorshift with 32 bits of state. [Marsaglia 2003] */
function randomFrom(seed: number): () => number {
  let state = seed === 0 ? 1 : seed | 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // Seeds that differ in a few low bits begin alike: let them drift apart first.
  for (let turn = 0; turn < 8; turn++) next();
  return next;
}
