/** Receivers and a sender whose answers are written out by a test. */
import type { Kind, Parameters, Question, Receiver, Sender } from '../../../client/core/types.ts';

/** One question that a receiver was given, and its answer, of which nothing is told after its end. */
export interface Asked {
  readonly name: string;
  /** For a socket only once it is open. */
  question: Question<string>;
  /** Answered to its end, or given up. */
  isOver: boolean;
  /** What was sent by a socket: bytes, and records after an exclamation mark. */
  readonly sent: string[];
  /** Sockets only: its question goes out. */
  open(): void;
  record(...records: string[]): void;
  data(text: string): void;
  /** A sign of life that says nothing. */
  alive(): void;
  over(whole?: boolean): void;
  /** Says where it begins, as the question wants it. */
  attach(): void;
  /** Attaches, says these records and AGAIN, and is over. */
  answer(...records: string[]): void;
}

/** A receiver that notes what it is asked. */
export const scripted = (name: string, kind: Kind, asked: Asked[]): Receiver<string> => ({
  name,
  kind,
  usable: () => true,
  receive: (ask, on) => {
    const tell = (what: () => void): void => {
      if (!one.isOver) what();
    };
    const one = {
      name,
      isOver: false,
      sent: [] as string[],
      open: () => {
        one.question = ask();
      },
      record: (...records) => {
        for (const text of records) tell(() => on.record(text));
      },
      data: (text) => tell(() => on.data(text)),
      alive: () => tell(on.alive),
      over: (whole = true) =>
        tell(() => {
          one.isOver = true;
          on.over(whole);
        }),
      attach: () => one.record(`AT ${one.question.parameters.from ?? 0} ${one.question.parameters.reader ?? 0}`),
      answer: (...records) => {
        one.attach();
        one.record(...records, 'AGAIN');
        one.over();
      },
    } as Asked;
    if (kind !== 'socket') one.open();
    asked.push(one);
    const stop = (): void => {
      one.isOver = true;
    };
    if (kind !== 'socket') return { stop };
    return { stop, write: (chunk) => one.sent.push(chunk), say: (record) => one.sent.push(`!${record}`) };
  },
});

/** One request of the sender. */
export interface Post {
  readonly verb: string;
  readonly parameters: Parameters;
  readonly payload: string | null;
  isOver: boolean;
  /** Answers with this line; null where none comes. */
  done(line: string | null): void;
}

/** A sender that notes what it is to send. */
export const scriptedSender = (mostBytes: number, posts: Post[]): Sender<string> => ({
  mostBytes,
  send: (verb, { parameters, payload }, done) => {
    const post: Post = {
      verb,
      parameters,
      payload,
      isOver: false,
      done: (line) => {
        if (post.isOver) return;
        post.isOver = true;
        done(line);
      },
    };
    posts.push(post);
    return () => {
      post.isOver = true;
    };
  },
});
