/** One POST verb: reads its parameters, acts, and says what failed in the form that the request asked for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { asNetwineError } from '../core/errors.ts';
import { type RefusalForm, refuse, send } from './answer.ts';
import { type Ask, callOf, type TransportOptions } from './context.ts';
import { type Encoding, encodingNames, encodingOf, wholeAnswer } from './encoding/index.ts';
import { lines } from './encoding/lines.ts';
import { cors } from './headers.ts';
import type { Parameters } from './parameters.ts';
import { isOffered } from './reading.ts';
import { readRequest } from './request.ts';

export interface Verb {
  /** Parameters that may be given more than once. */
  repeatable?: readonly string[];
  /** Answers, or throws a failure before it has answered. */
  act: (ask: Ask) => void | Promise<void>;
}

/** Registers a verb at its path. */
export const addVerb = (app: FastifyInstance, path: string, options: TransportOptions, verb: Verb): void => {
  app.post(path, (request, reply) => {
    reply.hijack();
    void answer(request.raw, reply.raw, { contentType: contentTypes.get(request.raw), options, verb });
  });
};

/** Answers with what an act throws. */
export const answerFailure = (
  cause: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  { form, options }: { form: RefusalForm; options: TransportOptions },
): void => {
  const error = asNetwineError(cause);
  if (error.code === 'INTERNAL') options.onInternal(error.cause);
  if (response.headersSent) response.destroy();
  else refuse(request, response, error, form);
};

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  { contentType, options, verb }: { contentType: string | undefined; options: TransportOptions; verb: Verb },
): Promise<void> => {
  // A client that leaves is seen by 'close'; an error on its way there is nothing more.
  response.on('error', () => {});
  const headers = cors(options.gate.allowedOrigin(callOf(request)));
  let form: RefusalForm = { encoding: null, status200: false, headers };
  try {
    const { parameters, payload } = await readRequest(request, { repeatable: verb.repeatable ?? [], contentType });
    form = { ...refusalForm(parameters, options), headers };
    await verb.act({ request, response, parameters, payload, form, headers });
  } catch (cause) {
    answerFailure(cause, request, response, { form, options });
  }
};

/** How a request wants its failures; with an encoding that is none of ours they are plain lines. */
export const refusalForm = (parameters: Parameters, offers: { script: boolean }): RefusalForm => {
  const name = encodingNames.find((one) => one === parameters.text('as') && isOffered(one, offers)) ?? 'raw';
  const callback = parameters.text('callback') ?? '';
  return {
    encoding: encodingOf(name, CALLBACK.test(callback) ? Number(callback) : 0),
    status200: parameters.text('status') === '200',
  };
};

const CALLBACK = /^\d{1,9}$/;

/** A whole answer of one record: MOVED or ERR. With `raw` its status says so too. */
export const sendRecord = (ask: Ask, record: string, encoding: Encoding | null, rawStatus: number): void => {
  const { request, response, form, headers } = ask;
  const { contentType, headers: own } = encoding ?? lines;
  send(request, response, {
    status: encoding === null && !form.status200 ? rawStatus : 200,
    body: wholeAnswer(encoding ?? lines, record),
    contentType,
    own,
    headers,
  });
};

/** A short answer that is no record of a session: a line, but for engines that can read only a script or a page. */
export const sendLine = (ask: Ask, line: string, how: { close?: boolean } = {}): void => {
  const { request, response, form, headers } = ask;
  const { encoding } = form;
  const { contentType, headers: own, ...other } = encoding?.tickets ? encoding : lines;
  send(request, response, { ...how, body: wholeAnswer({ contentType, ...other }, line), contentType, own, headers });
};

const contentTypes = new WeakMap<IncomingMessage, string>();

/** Takes the Content-Type away from Fastify, which would judge it before any parser of ours. [PROTOCOL 2] */
export const hideContentType = (request: IncomingMessage): void => {
  const { headers } = request;
  if (headers['content-type'] === undefined) return;
  contentTypes.set(request, headers['content-type']);
  delete headers['content-type'];
};
