/** One POST by XMLHttpRequest: its answer as text, piece by piece where the engine shows it before the end. */
import { attempted, later, newXhr, nothing, type Xhr } from './engine.ts';
import { more } from './more.ts';

/** Some engines announce only the first piece of an answer, and show the others to who looks. */
const LOOK_MS = 50;

export const TEXT = 'text/plain;charset=UTF-8';

interface XhrOptions {
  url: string;
  body: unknown;
  /** Tell pieces before the end of the answer, of which each byte is the low byte of a character. */
  growing?: boolean;
  text(piece: string): void;
  /** @param whole false where the answer broke, or none came */
  over(whole: boolean): void;
}

/** @returns tells what is new in a text that grows; old engines throw while there is nothing to see. */
export const createTail = (from: { responseText: string }, text: (piece: string) => void): (() => void) => {
  let seen = 0;
  return () => {
    const all = attempted(() => from.responseText) || '';
    const piece = all.slice(seen);
    seen += piece.length;
    if (piece) text(piece);
  };
};

/** Tells nothing before it has returned. @returns a way to give it up; nothing is told then */
export const postXhr = ({ url, body, growing, text, over }: XhrOptions): (() => void) => {
  const xhr = newXhr() as Xhr;
  const tell = createTail(xhr, text);
  let stopped = false;
  let sent = false;
  let cancelLook = nothing;

  const stop = (): void => {
    stopped = true;
    cancelLook();
    xhr.onreadystatechange = nothing;
    attempted(() => xhr.abort());
  };
  const end = (whole: boolean): void => {
    if (stopped) return;
    stop();
    over(whole);
  };
  const look = (): void => {
    const state = xhr.readyState;
    if (state > 3 || (growing && state > 2)) tell();
    if (stopped || state < 4) return;
    const status = attempted(() => xhr.status) || 0;
    // Some engines number the failures of their network from 12000 on.
    const whole = status > 0 && status < 1000;
    if (whole && more.mend) more.mend(xhr, text);
    end(whole);
  };
  /** Also for what came while it was being sent. */
  const watch = (): void => {
    cancelLook = later(() => {
      look();
      if (growing && !stopped) watch();
    }, LOOK_MS);
  };
  try {
    xhr.open('POST', url, true);
    if (typeof body === 'string') xhr.setRequestHeader('Content-Type', TEXT);
    if (growing && xhr.overrideMimeType) xhr.overrideMimeType('text/plain; charset=x-user-defined');
    // After `open`, which forgets handlers in old engines.
    xhr.onreadystatechange = () => {
      if (sent) look();
    };
    xhr.send(body);
    // What comes before is looked at later: nothing is told before this has returned.
    sent = true;
    watch();
  } catch {
    cancelLook = later(() => end(false));
  }
  return stop;
};
