/** The receiver by script elements, for engines with nothing else, too. Off unless asked for. [PROTOCOL 5, script; 7] */
import { mix } from '../core/record.ts';
import type { Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { canFrame, hasXhr } from './engine.ts';
import { createLines } from './lines.ts';
import { isLoaded, whenLoaded } from './loaded.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { getByScript, hasScripts, tickets } from './script.ts';
import { startWithTicket } from './ticket.ts';
import { pollForm, startPoll } from './xhr-receivers.ts';

export const scriptPoll = <C>(edge: Edge<C>, base: string): Receiver<C> => {
  const get: Start<C> = (question, gate) =>
    getByScript({
      url: base + question.verb,
      parameters: mix(question.parameters, pollForm(question)),
      text: feed(gate, createLines(edge, gate)),
      over: gate.over,
    });
  const getWithTicket = startWithTicket(edge, base, (question, gate, ticket) => {
    tickets[question.parameters.key as string] = ticket;
    return get(question, gate);
  });
  const poll = startPoll(edge, base);
  const canPost = hasXhr || canFrame(base);
  return receiverOf('script-poll', 'poll', hasScripts, (question, gate) => {
    const lacks = question.verb === 'receive' && !tickets[question.parameters.key as string];
    const start = lacks && canPost ? getWithTicket : get;
    // Who can do nothing else has to, and its page waits.
    if (!canPost || isLoaded()) return start(question, gate);
    if (hasXhr) return poll(question, gate);
    let stop = whenLoaded(
      () => {
        stop = start(question, gate);
      },
      gate.alive as () => void,
    );
    return () => stop();
  });
};
