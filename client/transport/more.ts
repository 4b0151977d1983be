/** Where ways are added that only old engines want: a page loads them as a second script. */
import type { Receiver, Sender } from '../core/types.ts';
import type { Edge } from './edge.ts';
import type { Xhr } from './engine.ts';

export type MakeReceiver = <C>(edge: Edge<C>, base: string) => Receiver<C>;
export type MakeSender = <C>(edge: Edge<C>, base: string) => Sender<C>;

export interface More {
  /** Receivers that are better than polls, the best first. */
  ways: MakeReceiver[];
  /** Tells what the engine has left out at the end of a whole answer. */
  mend?: (answer: Xhr, text: (piece: string) => void) => void;
  /** For engines without XMLHttpRequest. */
  sender?: MakeSender;
  /** One held answer for several sessions of a page. */
  share?: <C>(receiver: Receiver<C>) => Receiver<C>;
}

export const more: More = { ways: [] };
