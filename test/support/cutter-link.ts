/** One connection through the hostile proxy: its two sockets, and what is done to the bytes in between. */
import type { Socket } from 'node:net';
import { type Cut, cutsOf, type Fate, type Mark, type Side } from './fate.ts';

/** What has happened to one connection so far. */
export interface CutterConnection {
  readonly fate: Fate;
  /** Bytes handed on, by side. */
  readonly passed: Record<Side, number>;
  /** In how many writes they were handed on. */
  readonly writes: Record<Side, number>;
  /** How often a request was sent again. */
  repeats: number;
  /** Its cut, hole, half-close or lost answer has come. */
  struck: boolean;
}

interface LinkParts {
  client: Socket;
  dial: () => Socket;
  connection: CutterConnection;
  random: () => number;
}

/** One client's connection, its server's, and what is done to the bytes in between. */
export class CutterLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #dial: () => Socket;
  readonly #connection: CutterConnection;
  readonly #random: () => number;
  /** What was sent up and not yet answered, kept only when it is to be repeated. */
  #request: Buffer[] = [];
  /** Where it was sent again. */
  readonly #again = new Set<Socket>();
  #isCut = false;

  constructor({ client, dial, connection, random }: LinkParts) {
    this.#client = client;
    this.#server = dial();
    this.#dial = dial;
    this.#connection = connection;
    this.#random = random;
    // A server that keeps the connections of repeats open for more holds them for as long as the first one, no longer.
    client.once('close', () => {
      for (const socket of this.#again) socket.end();
    });
    this.#strike('up', this.#server);
    this.#strike('down', this.#client);
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
        // An end that is passed on before a reset would make an orderly end of it.
        if (!this.#isCut && !this.#isSwallowed(side)) to.end();
      });
    });
    from.once('close', (failed: boolean) => {
      const isLost = this.#isCut || this.#isSwallowed(side);
      // An end has been passed on; all else that closes a socket is an abort, and the other end shall see one.
      if ((failed || !from.readableEnded) && !isLost) reset(to);
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
    while (rest.length > 0 && !this.#isDone(side)) {
      const piece = rest.subarray(0, this.#pieceLength(side, rest.length));
      rest = rest.subarray(piece.length);
      await this.#wait(piece.length);
      if (this.#isCut || to.destroyed) return;
      passed[side] += piece.length;
      writes[side]++;
      await new Promise((resolve) => to.write(piece, resolve));
      this.#strike(side, to);
    }
  }

  async #wait(bytes: number): Promise<void> {
    const { delayMs = 0, jitterMs = 0, bytesPerSecond = Infinity } = this.#connection.fate;
    const waitMs = delayMs + (jitterMs > 0 ? this.#random() * jitterMs : 0) + (bytes / bytesPerSecond) * 1000;
    if (waitMs > 0) await pause(waitMs);
  }

  /** How much goes next: up to the byte where something happens, and no more than a slice. */
  #pieceLength(side: Side, available: number): number {
    const { fate, passed } = this.#connection;
    const marks = [...cutsOf(fate), fate.blackHole, fate.halfClose].filter((mark) => mark?.side === side);
    const slice = fate.sliceTo === undefined ? available : 1 + Math.floor(this.#random() * fate.sliceTo);
    return Math.min(available, slice, ...marks.map((mark) => (mark?.after ?? 0) - passed[side]));
  }

  #isReached(side: Side, mark: Mark | undefined): boolean {
    return mark?.side === side && this.#connection.passed[side] >= mark.after;
  }

  #isSwallowed(side: Side): boolean {
    const { blackHole } = this.#connection.fate;
    return this.#isReached(blackHole?.isTotal ? blackHole.side : side, blackHole);
  }

  /** Nothing more goes on, on that side. */
  #isDone(side: Side): boolean {
    return this.#isCut || this.#isSwallowed(side) || this.#isReached(side, this.#connection.fate.halfClose);
  }

  /** Does what is due where that side stands now. */
  #strike(side: Side, to: Socket): void {
    const { fate } = this.#connection;
    const cut = cutsOf(fate).find((mark) => this.#isReached(side, mark));
    const isHole = this.#isReached(side, fate.blackHole);
    const isEnd = this.#isReached(side, fate.halfClose);
    if (cut || isHole || isEnd) this.#connection.struck = true;
    if (cut) this.#cut(cut.by);
    if (isEnd) to.end();
    if (isHole && fate.blackHole?.forMs !== undefined) void pause(fate.blackHole.forMs).then(() => this.#cut('rst'));
  }

  /** Cuts both ends. After an end what still arrives is read and dropped: unread bytes would turn it into a reset. */
  #cut(by: Cut): void {
    this.#isCut = true;
    const ends = [this.#client, this.#server];
    if (by === 'fin') for (const socket of ends) socket.end();
    // A reader that finds the last bytes and the reset together takes it for an end (libuv does): let it read first.
    else void pause(10).then(() => ends.forEach(reset));
  }

  #dropAnswer(by: Cut): void {
    this.#isCut = true;
    this.#connection.struck = true;
    this.#server.end();
    if (by === 'rst') reset(this.#client);
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
    again.once('close', () => this.#again.delete(again));
    this.#again.add(again);
    if (this.#client.destroyed) again.end();
  }
}

/** While a FIN is on its way the system refuses to reset, and Node then forgets the socket without closing it. */
const reset = (socket: Socket): void => {
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isEnding && !socket.destroyed) socket.once('finish', () => void socket.resetAndDestroy());
  else socket.resetAndDestroy();
};

/** A pause that keeps no process alive: a proxy that was closed forgets its bytes. */
const pause = (waitMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitMs).unref());
