/** The receiver by script elements: polls that call a function of this page. Off unless asked for. [PROTOCOL 5, script] */
import type { Receiver } from '../core/types.ts';
import { addCall } from './calls.ts';
import type { Edge } from './edge.ts';
import { attempted, canFrame, hasXhr, later, nothing } from './engine.ts';
import { createLines } from './lines.ts';
import { feed, receiverOf } from './receiver.ts';
import { ticketQuery } from './request.ts';
import { startWithTicket } from './ticket.ts';

/** An element that has loaded and has not called by then never will. */
const LATE_MS = 100;

/** @returns a way to give it up */
const load = (url: string, failed: () => void): (() => void) => {
  const element = document.createElement('script');
  const parent = document.documentElement as Element;
  let cancelLate = nothing;
  const loaded = (): void => {
    if (element.readyState && !/^(loaded|complete)$/.test(element.readyState)) return;
    cancelLate();
    cancelLate = later(failed, LATE_MS);
  };
  element.onload = element.onerror = element.onreadystatechange = loaded;
  element.src = url;
  parent.appendChild(element);
  return () => {
    cancelLate();
    element.onload = element.onerror = element.onreadystatechange = nothing;
    // Not while it is being run.
    later(() => parent.removeChild(element));
  };
};

export const scriptPoll = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf(
    'script-poll',
    'poll',
    (hasXhr || canFrame(base)) && attempted(() => document.createElement('script')) !== null,
    startWithTicket(edge, base, (question, gate, ticket) => {
      const take = feed(gate, createLines(edge, gate));
      const { number, remove } = addCall((text) => {
        take(text);
        gate.over(true);
      });
      const query = ticketQuery(question, ticket, { as: 'script', mode: 'poll', callback: number });
      const unload = load(base + query, () => gate.over(false));
      return () => {
        remove();
        unload();
      };
    }),
  );
