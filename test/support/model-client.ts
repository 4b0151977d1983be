/** A small client that keeps the rules of PROTOCOL 3 for readers, and changes its way to read at random in mid-stream. */
import type { Answer, Link, SocketEnd, SocketListener } from './link.ts';
import type { Random } from './memory-pair.ts';
import { DEAD_TURNS, lines, ModelWriter, type Segment, type SendAsk } from './model-writer.ts';

export interface ReceiveAsk {
  from: number;
  reader: number;
  mode: 'stream' | 'poll';
  rotate: number;
  /** END was seen. */
  ended: boolean;
}

/** The verbs of a bridge, for one session. */
export interface ModelServer {
  receive(ask: ReceiveAsk, answer: Answer): void;
  send(ask: SendAsk, answer: Answer): void;
  exchange(ask: ReceiveAsk & SendAsk, answer: Answer): void;
  socket(ask: ReceiveAsk, end: SocketEnd): SocketListener;
}

export interface ModelOptions {
  server: ModelServer;
  link: Link;
  random: Random;
  /** What it writes before it ends. */
  up: Uint8Array;
  windowBytes: number;
  upWindowBytes: number;
}

type Way = 'stream' | 'poll' | 'exchange' | 'socket';
const WAYS: readonly Way[] = ['stream', 'poll', 'exchange', 'socket'];

export class ModelClient {
  readonly received: number[] = [];
  readonly writer: ModelWriter;
  ended = false;
  /** The words of the session's final record: code, down, up. */
  final: string[] | null = null;
  /** How often it asked for the down stream in each way. */
  readonly ways: Record<Way, number> = { stream: 0, poll: 0, exchange: 0, socket: 0 };
  readonly #options: ModelOptions;
  #reader = 0;
  /** Counts what was asked for: text of an older answer is ignored. */
  #asked = 0;
  #attached = false;
  #leave: () => void = () => {};
  #dead: () => void = () => {};

  constructor(options: ModelOptions) {
    const { server, ...rest } = options;
    this.#options = options;
    this.writer = new ModelWriter({ ...rest, send: (ask, answer) => server.send(ask, answer) });
  }

  start(): void {
    this.#read();
    this.writer.write();
  }

  /** Asks for the down stream; what was asked for before is heard no more. */
  #read(): void {
    const { random, windowBytes } = this.#options;
    this.#leave();
    this.writer.dropSocket();
    const asked = ++this.#asked;
    const way = WAYS[random.below(WAYS.length)] as Way;
    this.ways[way] += 1;
    const ask: ReceiveAsk = {
      from: this.received.length,
      reader: ++this.#reader,
      mode: way === 'stream' ? 'stream' : 'poll',
      rotate: 1 + random.below(2 * windowBytes),
      ended: this.ended,
    };
    this.#attached = false;
    this.writer.acked = ask.from;
    this.#expect(asked);
    if (way === 'socket') this.#open(ask, asked);
    else this.#request(ask, { asked, way });
    // A change of transport asks no leave of the answer before.
    const most = way === 'socket' ? 300 : 60;
    if (way === 'socket' || random.chance(0.2)) this.#readAgain(asked, random.below(most));
  }

  #readAgain(asked: number, turns: number): void {
    this.#options.link.turns.in(turns, () => {
      if (asked === this.#asked && !this.final) this.#read();
    });
  }

  #expect(asked: number): void {
    this.#dead();
    this.#dead = this.#options.link.turns.in(DEAD_TURNS, () => {
      if (asked === this.#asked && !this.final) this.#read();
    });
  }

  #request(ask: ReceiveAsk, { asked, way }: { asked: number; way: Way }): void {
    const { link, server } = this.#options;
    const segment = way === 'exchange' ? this.writer.claim() : null;
    const sending = this.writer.ask(segment);
    const listener = lines({
      line: (line) => this.#hears(line, { asked, segment }),
      over: () => {
        this.writer.answered(segment, null);
        this.#readAgain(asked, link.below(4));
      },
    });
    this.#leave = link.request((answer) => {
      if (way === 'exchange') server.exchange({ ...ask, ...sending }, answer);
      else server.receive(ask, answer);
    }, listener);
    if (segment) link.turns.in(DEAD_TURNS, () => this.writer.answered(segment, null));
  }

  #hears(line: string, { asked, segment }: { asked: number; segment: Segment | null }): void {
    // The line of an exchange's send part is good whenever it comes.
    if (line.startsWith('OK ')) this.writer.answered(segment, line);
    if (asked !== this.#asked || this.final) return;
    this.#expect(asked);
    this.#record(line);
  }

  #record(line: string): void {
    const [name = '', ...words] = line.split(' ');
    if (name === 'AT') this.#attach(Number(words[0]));
    else if (name === 'DATA') this.#take(Buffer.from(words[0] ?? '', 'base64'));
    else if (name === 'ACK') this.writer.socketTook(Number(words[0]), Number(words[1]), words[2] === 'END');
    else if (name === 'END') this.ended = true;
    else if (name === 'AGAIN') this.#read();
    else if (name === 'MOVED') {
      if (Number(words[0]) > this.#reader) throw new Error(`another reader than ${this.#reader}: ${line}`);
      this.#read();
    } else if (name === 'NO') throw new Error(`refused: ${line}`);
    else if (name === 'ERR') this.#over(words);
  }

  #attach(from: number): void {
    if (from !== this.received.length) throw new Error(`attached at ${from} instead of ${this.received.length}`);
    this.#attached = true;
  }

  #take(bytes: Uint8Array): void {
    this.received.push(...bytes);
    const unacknowledged = this.received.length - this.writer.acked;
    if (unacknowledged >= this.#options.windowBytes / 4) this.writer.acknowledge(this.received.length);
  }

  #over(words: string[]): void {
    this.writer.done = true;
    if (Number(words[1]) === this.received.length) {
      this.final = words;
      this.#leave();
      this.#dead();
    } else if (this.#attached) throw new Error(`bytes are missing before the final record: ${words.join(' ')}`);
    // Only the send part of an exchange was refused: what is left can still be read.
    else this.#read();
  }

  #open(ask: ReceiveAsk, asked: number): void {
    const { link, server, random } = this.#options;
    const end = link.open((serverEnd) => server.socket(ask, serverEnd), {
      message: (message) => {
        if (asked !== this.#asked || this.final) return;
        this.#expect(asked);
        if (typeof message !== 'string') this.#take(message);
        else if (message.startsWith('OK ')) this.#opened(message, end);
        else this.#record(message);
      },
      close: () => this.#readAgain(asked, 0),
    });
    this.#leave = () => {
      if (random.chance(0.5)) end.close();
    };
  }

  #opened(line: string, end: SocketEnd): void {
    const [, , from, next, window] = line.split(' ').map(Number);
    this.#attach(from ?? -1);
    this.writer.useSocket(end, next ?? -1, window ?? -1);
  }
}
