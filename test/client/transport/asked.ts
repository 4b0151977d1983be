/** One answer of a receiver, kept as it comes, for tests; and a session that is opened at a bridge. */
import type { Answering, Parameters, Question, Receiver } from '../../../client/core/types.ts';

export class Asked<C> {
  readonly records: string[] = [];
  readonly chunks: C[] = [];
  /** Null while it goes on. */
  whole: boolean | null = null;
  readonly answering: Answering<C>;
  #wake = (): void => {};

  constructor(receiver: Receiver<C>, question: Question<C>) {
    let returned = false;
    const during = <A extends unknown[]>(act: (...values: A) => void) => {
      return (...values: A): void => {
        if (!returned) throw new Error('an event came before receive had returned');
        if (this.whole !== null) throw new Error('an event came after the end');
        act(...values);
        this.#wake();
      };
    };
    this.answering = receiver.receive(() => question, {
      record: during((text) => void this.records.push(text)),
      data: during((chunk) => void this.chunks.push(chunk)),
      alive: during(() => {}),
      over: during((whole) => {
        this.whole = whole;
      }),
    });
    returned = true;
  }

  /** Waits until this holds. */
  async until(holds: (asked: this) => boolean): Promise<this> {
    while (!holds(this)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this;
  }

  over(): Promise<this> {
    return this.until(({ whole }) => whole !== null);
  }

  /** The rest of the first record of that name. */
  said(name: string): string | undefined {
    return this.records.find((record) => record.split(' ')[0] === name)?.slice(name.length + 1);
  }
}

/** The question that opens a session. */
export const connectTo = (to: string, more: Parameters = {}): Question<never> => ({
  verb: 'connect',
  parameters: { to, nonce: crypto.randomUUID(), ...more },
  payload: null,
});

export const receiveOf = (key: string, from: number, reader: number, more: Parameters = {}): Question<never> => ({
  verb: 'receive',
  parameters: { key, from, reader, ...more },
  payload: null,
});

/** Opens a session. @returns its key */
export const open = async <C>(receiver: Receiver<C>, to: string): Promise<string> => {
  const answer = await new Asked(receiver, connectTo(to)).over();
  const key = answer.said('OK');
  if (key === undefined) throw new Error(`no session: ${answer.records.join(' | ')}`);
  return key;
};
