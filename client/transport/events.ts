/** The receiver by EventSource: it can only GET, so a ticket stands in its address instead of the key. [PROTOCOL 7] */
import type { Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { attempted, hasXhr, nothing } from './engine.ts';
import { readLine } from './lines.ts';
import { feed, receiverOf } from './receiver.ts';
import { ticketQuery } from './request.ts';
import { startWithTicket } from './ticket.ts';

interface Source {
  onmessage: (event: { data: string }) => void;
  onerror: () => void;
  close(): void;
}
declare const EventSource: new (url: string) => Source;

/** Nothing follows these in an answer that reads one session. */
const LAST = /^(AGAIN|MOVED|NO|ERR)\b/;

export const events = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf(
    'events',
    'stream',
    hasXhr && attempted(() => EventSource) !== null,
    startWithTicket(edge, base, (question, gate, ticket) => {
      const source = new EventSource(base + ticketQuery(question, ticket, { as: 'events' }));
      const take = feed(gate, (line: string) => readLine(edge, line, gate));
      source.onmessage = ({ data }) => {
        take(data);
        // Else it would ask again by itself, with a ticket that has had its time.
        if (LAST.test(data)) gate.over(true);
      };
      source.onerror = () => gate.over(false);
      return () => {
        source.onmessage = source.onerror = nothing;
        source.close();
      };
    }),
  );
