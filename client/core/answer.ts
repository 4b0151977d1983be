/** One answer of the bridge: judges whether it is ours, and says what it brings. [PROTOCOL 3 receive, 4, 8] */
import { parseInfo, parseRecord, type Rec, textFrom } from './record.ts';
import type { Final, Info } from './types.ts';

/** What an answer says to the down half of a session. */
export interface Told<C> {
  key(key: string): void;
  info(values: Info): void;
  /** This answer is ours and goes on at our offset; on a socket also where the up stream stands. */
  attached(up?: { next: number; window: number }): void;
  data(chunk: C): void;
  /** Up bytes that the bridge has; on sockets and in exchanges. */
  taken(next: number, window: number, ended: boolean): void;
  end(): void;
  moved(reader: number): void;
  /** The request failed; the session is as it was, or there is none. */
  refused(code: string, words: string[]): void;
  final(final: Final): void;
}

export interface Answer<C> {
  /** The answer has said that it begins where we asked, for the reader that we are. */
  attached: boolean;
  /** The bridge itself ended the answer: ask again at once. */
  complete: boolean;
  record(text: string): void;
  data(chunk: C): void;
}

/** Where an answer has to begin, for which reader, and whether its first line is that of an exchange. */
export interface Asked {
  from: number;
  reader: number;
  exchange: boolean;
}

/** @param hooks `ping` is called at each PING, `foreign` where no bridge would say this. */
export const createAnswer = <C>(asked: Asked, told: Told<C>, hooks: { ping(): void; foreign(): void }): Answer<C> => {
  const attach = (from: number, reader: number): void => {
    if (from !== asked.from || reader !== asked.reader) return hooks.foreign();

    answer.attached = true;
    told.attached();
  };
  /** A socket's OK: the key, where down goes on, and where up stands. */
  const attachSocket = (words: string[]): void => {
    if (Number(words[1]) !== asked.from) return hooks.foreign();
    answer.attached = true;
    told.key(words[0] as string);
    told.attached({ next: Number(words[2]), window: Number(words[3]) });
  };
  const act = ({ name, words }: Rec): void => {
    const first = words[0] as string;
    const second = words[1] as string;
    if (name === 'OK' && asked.exchange) told.taken(Number(first), Number(second), words[3] === 'END');
    else if (name === 'OK' && words.length > 2) attachSocket(words);
    else if (name === 'OK') told.key(first);
    else if (name === 'INFO') told.info(parseInfo(words));
    else if (name === 'AT') attach(Number(first), Number(second));
    else if (name === 'PING') hooks.ping();
    else if (name === 'ACK') told.taken(Number(first), Number(second), words[2] === 'END');
    else if (name === 'END') told.end();
    else if (name === 'AGAIN') answer.complete = true;
    else if (name === 'MOVED') told.moved(Number(first));
    else if (name === 'NO') told.refused(first, words);
    else if (name === 'ERR') {
      told.final({ code: first, down: Number(second), up: Number(words[2]), text: textFrom(words, 3) });
    }
  };
  const answer: Answer<C> = {
    attached: false,
    complete: false,
    record: (text) => act(parseRecord(text)),
    data: (chunk) => {
      if (answer.attached) told.data(chunk);
      else hooks.foreign();
    },
  };
  return answer;
};
