/** POST /ticket, and the GET that a ticket is for: engines that can only GET carry no key in a URL. [PROTOCOL 7] */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyPluginCallback } from 'fastify';
import { NetwineError } from '../core/errors.ts';
import type { RefusalForm } from './answer.ts';
import { type Ask, callOf, type TransportOptions } from './context.ts';
import { lines } from './encoding/lines.ts';
import { cors } from './headers.ts';
import { holdTickets } from './held.ts';
import { readReading } from './reading.ts';
import { readOne } from './receive.ts';
import { readRequest } from './request.ts';
import { readKey } from './send.ts';
import { addVerb, answerFailure, refusalForm, sendLine, sendRecord } from './verb.ts';

const issue = (ask: Ask, { router, tickets }: TransportOptions): void => {
  const { parameters } = ask;
  const session = router.sessions.get(readKey(parameters));
  const reader = session.reserve(parameters.number('reader'));
  if (reader === null) return sendRecord(ask, `MOVED ${session.highestReader}`, ask.form.encoding, 409);
  const ticket = tickets.issue(session, reader, performance.now());
  sendLine(ask, `OK ${ticket}`);
};

/** GET /receive?ticket=.. */
export const redeem = async (
  request: IncomingMessage,
  response: ServerResponse,
  options: TransportOptions,
): Promise<void> => {
  response.on('error', () => {});
  const headers = cors(options.gate.allowedOrigin(callOf(request)));
  let form: RefusalForm = { encoding: null, status200: false, headers };
  try {
    const { parameters, payload } = await readRequest(request, { repeatable: [], contentType: undefined });
    form = { ...refusalForm(parameters, options), headers };
    const ask: Ask = { request, response, parameters, payload, form, headers };
    const text = parameters.text('ticket');
    if (text === undefined) throw new NetwineError('BAD_REQUEST', { text: 'POST this, or GET it with a ticket' });
    const reading = readReading(parameters, options);
    const ticket = options.tickets.find(text, performance.now());
    if (!ticket) return sendRecord(ask, 'AGAIN', reading.encoding ?? lines, 200);
    // Closed by its client: its ticket opens no more than its key.
    if (!options.router.sessions.has(ticket.session)) throw new NetwineError('GONE');
    // As the key would: its answer has arrived, and the nonce in the URL of a GET must not give the key out again.
    ticket.session.used = true;
    ticket.session.touch();
    if (reading.encoding?.tickets) holdTickets([ticket], ask, options);
    readOne(ask, ticket.session, {
      from: resumeAt(request) ?? parameters.number('from'),
      reader: ticket.reader,
      reading,
      options,
    });
  } catch (cause) {
    answerFailure(cause, request, response, { form, options });
  }
};

const LAST_EVENT_ID = /^(?:0|[1-9]\d{0,15})$/;

/** Where an EventSource that connects again goes on: its own count beats that of the URL. */
const resumeAt = ({ headers }: IncomingMessage): number | undefined => {
  const id = headers['last-event-id'];
  return typeof id === 'string' && LAST_EVENT_ID.test(id) ? Number(id) : undefined;
};

export const ticketVerb: FastifyPluginCallback<TransportOptions> = (app, options, done) => {
  addVerb(app, '/ticket', options, { act: (ask) => issue(ask, options) });
  done();
};
