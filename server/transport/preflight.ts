/** OPTIONS: what a browser asks before a page of another origin may call. [PROTOCOL 2; Fetch, CORS preflight] */
import type { FastifyPluginCallback } from 'fastify';
import { callOf, type TransportOptions } from './context.ts';
import { common, cors } from './headers.ts';

/** Header names are echoed only where they are names. [RFC 9110 5.1] */
const NAMES = /^[\w!#$%&'*+.^`|~, -]{1,1024}$/;

export const preflight: FastifyPluginCallback<TransportOptions> = (app, { gate }, done) => {
  app.options('/*', (request, reply) => {
    const origin = gate.allowedOrigin(callOf(request.raw));
    const asked = request.headers['access-control-request-headers'];
    void reply
      .code(204)
      .headers({ ...common, ...cors(origin), 'Access-Control-Max-Age': '600' })
      .headers(
        origin === null
          ? {}
          : {
              'Access-Control-Allow-Methods': 'GET, POST',
              ...(asked && NAMES.test(asked) ? { 'Access-Control-Allow-Headers': asked } : {}),
            },
      )
      .send();
  });
  done();
};
