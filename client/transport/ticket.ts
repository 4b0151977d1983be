/** Ways to receive that can only GET: a key never stands in an address, a ticket may. [PROTOCOL 7] */
import type { Edge } from './edge.ts';
import { hasXhr } from './engine.ts';
import { lineByFrame } from './form-sender.ts';
import type { Gate, Start } from './receiver.ts';
import { type Asking, formOf } from './request.ts';
import { lineByXhr } from './senders.ts';
import { startPoll } from './xhr-receivers.ts';

/** Asks for a ticket, and then by it; what needs no ticket is asked by a poll. */
export const startWithTicket = <C>(
  edge: Edge<C>,
  base: string,
  start: (question: Asking<C>, gate: Gate<C>, ticket: string) => () => void,
): Start<C> => {
  const connect = startPoll(edge, base);
  return (question, gate) => {
    const { key, reader } = question.parameters;
    if (question.verb !== 'receive') return connect(question, gate);
    const done = (line: string | null): void => {
      if (line !== null && line.slice(0, 3) === 'OK ') stop = start(question, gate, line.slice(3));
      else {
        if (line !== null) gate.record(line);
        gate.over(line !== null);
      }
    };
    const url = `${base}ticket`;
    const form = formOf({ key, reader });
    let stop = (hasXhr ? lineByXhr : lineByFrame)(url, form, done);
    return () => stop();
  };
};
