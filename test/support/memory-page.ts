/** A page with programs: each writes to its target and keeps what it is told, pauses, and goes on after a reload. */
import { formatKept, parseKept } from '../../client/adapter/resume.ts';
import type { Choice } from '../../client/core/choice.ts';
import { createSession, type Saved, type Session } from '../../client/core/session.ts';
import type { Clock, Final, Sender } from '../../client/core/types.ts';
import type { Edge } from '../../client/transport/edge.ts';
import type { Random, Turns } from './memory-pair.ts';

/** What the programs of a page share. */
export interface Page<C> {
  edge: Edge<C>;
  turns: Turns;
  random: Random;
  clock: Clock;
  choice: Choice<C>;
  sender: Sender<C>;
  /** The highest number of a reader: of one session, or of all that share answers. */
  readers: { last: number } | null;
  /** The probability that a program leaves a piece untaken for a while. */
  pauses: number;
  /** The window of the bridge. */
  windowBytes: number;
  /** Whether anything is ever kept for a later page. */
  keeps: boolean;
  makeNonce(): string;
}

/** What the bridge and the program had when the page last kept it. */
export interface Mark {
  text: string;
  told: number;
  ended: number;
}

export class Program<C = unknown> {
  readonly told: number[];
  ended: number;
  final: Final | null = null;
  mark: Mark | null = null;
  readonly #page: Page<C>;
  readonly #host: string;
  readonly #up: Uint8Array;
  readonly #readers: { last: number };
  #session: Session<C>;
  /** Kept by the page before; told once the session is open. */
  #before: C | null = null;
  #untold: C[] = [];
  #over = false;

  /** @param before what an older page kept, and what its program had been told by then */
  constructor(
    page: Page<C>,
    { host, up, before }: { host: string; up: Uint8Array; before?: Mark & { bytes: number[] } },
  ) {
    this.#page = page;
    this.#host = host;
    this.#up = up;
    this.told = before ? before.bytes.slice(0, before.told) : [];
    this.ended = before?.ended ?? 0;
    const kept = before ? parseKept(page.edge, host, before.text) : null;
    if (before && !kept) throw new Error(`cannot be read: ${before.text}`);
    this.#readers = page.readers ?? { last: 0 };
    this.#before = kept?.untold ?? null;
    this.#session = this.#start(kept?.session ?? null);
    this.#write();
  }

  close(): void {
    this.#session.close();
  }

  /** As a page does that goes for good: the bridge writes what is on its way, below the end that it is told. */
  leave(): void {
    const { key } = this.#session.down;
    if (this.final) return;
    const parameters = { key: `${key}`, end: this.#session.up.written };
    if (key !== null) this.#page.sender.send('close', { parameters, payload: null }, () => {});
    this.go();
    this.final = { code: 'AWAY', text: '' };
  }

  /** The page goes without a word. */
  go(): void {
    this.#over = true;
    this.#session.leave();
  }

  save(): void {
    const { edge, keeps } = this.#page;
    const session = keeps && !this.#over ? this.#session.snapshot() : null;
    if (!session) return;
    const untold = edge.join(this.#before === null ? this.#untold : [this.#before, ...this.#untold]);
    const text = formatKept(edge, this.#host, { session, untold });
    this.mark = { text, told: this.told.length, ended: this.ended };
  }

  #start(saved: Saved<C> | null): Session<C> {
    const { edge, clock, choice, sender, windowBytes, makeNonce } = this.#page;
    const readers = this.#readers;
    if (saved) readers.last = Math.max(readers.last, saved.down.reader);
    const session = createSession<C>({
      bytes: edge,
      clock,
      choice,
      sender,
      verb: 'connect',
      connect: { to: `tcp://${this.#host}:1` },
      makeNonce,
      nextReader: () => {
        readers.last += 1;
        return readers.last;
      },
      saved,
      held: () => this.#untold.reduce((sum, chunk) => sum + edge.size(chunk), 0),
      on: {
        open: () => {
          if (this.#before !== null) this.#take(this.#before);
          this.#before = null;
        },
        data: (chunk) => this.#take(chunk),
        end: () => {
          this.ended += 1;
        },
        over: (final) => this.#end(final),
        change: () => {},
        save: () => this.save(),
      },
    });
    // Whoever has not heard of the window takes it for the smallest that a bridge has, and ours are smaller yet.
    session.down.info.window ??= windowBytes;
    return session;
  }

  #end(final: Final): void {
    if (this.final) throw new Error(`over twice: ${this.final.code} and ${final.code}`);
    // A program is told all that has come before it is told of the end.
    this.#tell();
    this.#over = true;
    this.mark = null;
    this.final = final;
  }

  #take(chunk: C): void {
    const { edge, turns, random, pauses } = this.#page;
    const waits = this.#untold.length > 0;
    this.#untold.push(chunk);
    if (waits) return;
    if (edge.size(chunk) === 0 || pauses === 0 || !random.chance(pauses)) return this.#tell();
    turns.in(random.below(40), () => {
      if (this.#over) return;
      this.#tell();
      this.#session.took();
    });
  }

  #tell(): void {
    const { edge } = this.#page;
    const chunks = this.#untold;
    this.#untold = [];
    for (const chunk of chunks) this.told.push(...edge.toBytes(chunk));
  }

  /** Writes at its own pace, from where the page before had written to. */
  #write(): void {
    const { edge, turns, random } = this.#page;
    turns.in(random.below(30), () => {
      const { up, state } = this.#session;
      if (this.#over || state === 'over' || up.endWanted) return;
      const piece = this.#up.subarray(up.written, up.written + 1 + random.below(200));
      if (piece.length > 0) this.#session.write(edge.fromBytes(new Uint8Array(piece)));
      if (up.written === this.#up.length) this.#session.end();
      else this.#write();
    });
  }
}
