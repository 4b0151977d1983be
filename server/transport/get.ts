/** GET of the verbs, for engines that can do nothing else: the form of `page`, and with `script` what a ticket opens. [PROTOCOL 11] */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NetwineError } from '../core/errors.ts';
import { makeKey } from '../core/key.ts';
import type { Session } from '../core/session.ts';
import { type RefusalForm, send } from './answer.ts';
import { closeSession } from './close.ts';
import { connect, type Door } from './connect.ts';
import { type Ask, callOf, type TransportOptions } from './context.ts';
import { page, renderStart } from './encoding/page.ts';
import { cors } from './headers.ts';
import { readRequest } from './request.ts';
import { sendTo } from './send.ts';
import { answerFailure, refusalForm, sendLine } from './verb.ts';

interface Get {
  options: TransportOptions;
  act: (ask: Ask) => void | Promise<void>;
}

/** Reads the query of a GET, `data` in it included, and acts or says why not. */
export const answerGet = async (
  request: IncomingMessage,
  response: ServerResponse,
  { options, act }: Get,
): Promise<void> => {
  response.on('error', () => {});
  const headers = cors(options.gate.allowedOrigin(callOf(request)));
  let form: RefusalForm = { encoding: null, status200: false, headers };
  try {
    const { parameters, payload } = await readRequest(request, {
      repeatable: [],
      contentType: undefined,
      inQuery: true,
    });
    form = { ...refusalForm(parameters, options), headers };
    await act({ request, response, parameters, payload, form, headers });
  } catch (cause) {
    answerFailure(cause, request, response, { form, options });
  }
};

/** GET on connect or a route, without an upgrade: the form that posts to it, or the connect of a script. */
export const getConnect = (request: IncomingMessage, response: ServerResponse, door: Door, options: TransportOptions) =>
  answerGet(request, response, {
    options,
    act: (ask) => {
      const { parameters } = ask;
      if (ask.form.encoding === page) return start(ask, door, options);
      requireScript(ask, options, 'POST this, or upgrade /connect or /receive to a WebSocket');
      // A GET is repeated by whoever likes, and must not open a second connection.
      if (!parameters.has('nonce')) throw new NetwineError('BAD_REQUEST', { text: 'a GET needs a nonce' });
      if (parameters.has('data')) throw new NetwineError('BAD_REQUEST', { text: 'a connect has no payload' });
      return connect(ask, door, options);
    },
  });

const start = ({ request, response, headers }: Ask, { path, route }: Door, { gate }: TransportOptions): void => {
  const action = path.slice(path.lastIndexOf('/') + 1) || './';
  send(request, response, {
    body: renderStart({ action, asks: route === null, token: gate.token(), nonce: makeKey() }),
    contentType: page.contentType,
    own: page.headers,
    headers,
  });
};

/** A script is all that a GET with effects may be asked for by, where it is switched on. @throws BAD_REQUEST */
const requireScript = ({ parameters }: Ask, { script }: TransportOptions, text: string): void => {
  if (!script || parameters.text('as') !== 'script') throw new NetwineError('BAD_REQUEST', { text });
};

/** The session of a ticket; for a send or a close there is nothing to ask again for. */
const sessionOf = ({ parameters }: Ask, { tickets, router }: TransportOptions): Session | null => {
  const ticket = tickets.find(parameters.text('ticket') ?? '', performance.now());
  return ticket && router.sessions.has(ticket.session) ? ticket.session : null;
};

const getSend = async (ask: Ask, options: TransportOptions): Promise<void> => {
  requireScript(ask, options, 'POST this');
  const { parameters } = ask;
  if (!parameters.has('at') && (parameters.text('end') === '' || !(await ask.payload.empty()))) {
    throw new NetwineError('BAD_REQUEST', { text: 'a GET needs at: it may be repeated' });
  }
  const session = sessionOf(ask, options);
  if (!session) throw new NetwineError('GONE');
  session.used = true;
  session.touch();
  return sendTo(ask, session, options);
};

const getClose = (ask: Ask, options: TransportOptions): void => {
  requireScript(ask, options, 'POST this');
  const session = sessionOf(ask, options);
  if (session) closeSession(session, ask.parameters.number('end'), options);
  sendLine(ask, 'OK');
};

const scriptGets: Readonly<Record<string, (ask: Ask, options: TransportOptions) => void | Promise<void>>> = {
  '/send': getSend,
  '/close': getClose,
};

/** What a GET on a verb does for a script, or null where it does nothing. */
export const scriptGet = (path: string, options: TransportOptions) => {
  const act = options.script ? scriptGets[path] : undefined;
  if (!act) return null;
  return (request: IncomingMessage, response: ServerResponse): void =>
    void answerGet(request, response, { options, act: (ask) => act(ask, options) });
};
