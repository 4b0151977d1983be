/** Static files: GET and HEAD, no dotfiles, no listings, no way out of the root by links; HTML gets its page token. */
import { lstatSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fastifyStatic from '@fastify/static';
import type {} from '@fastify/websocket';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { escapeHtml } from './encoding/page-text.ts';

export interface PagesOptions {
  /** The directory to serve. */
  root: string;
  /** Where the client was built: its files are served as if they stood in the root, where nothing else has their name. */
  client?: string | undefined;
  /** Makes the token of a page that is served now. [PROTOCOL 11] */
  token: () => string;
  /** Where the pages of the demo find its chat, as in `127.0.0.1:7777`. */
  chat?: string | undefined;
}

/** What is served of the client; types and the like stand beside. */
const SCRIPTS = ['netwine', 'netwine-old', 'netwine-websocket'];
const CLIENT_FILES = [...SCRIPTS.flatMap((name) => [`/${name}.js`, `/${name}.js.map`]), '/netwine.mjs'];

/** Where a page wants its token, or the address of its bridge, and where the demo's want that of their chat. */
const PLACES = /\{\{(token|bridge|chat)\}\}/g;
const CHAT = '127.0.0.1:7777';

/** As its reader calls it: a request whose Host is not spelled as one has not come this far. */
const originOf = ({ protocol, headers }: FastifyRequest): string =>
  `${protocol === 'https' ? 'https' : 'http'}://${escapeHtml(headers.host ?? '')}`;

/** Every link is followed first: what lies outside the root then is not there. */
const isInside = (root: string, pathname: string): boolean => {
  try {
    return realpathSync(join(root, pathname)).startsWith(root + sep) || pathname === '/';
  } catch {
    // Not there, or a loop of links: the answer is the same.
    return false;
  }
};

/** A link counts by itself, wherever it leads. */
const isThere = (root: string, pathname: string): boolean =>
  lstatSync(join(root, pathname), { throwIfNoEntry: false }) !== undefined;

export const pages: FastifyPluginAsync<PagesOptions> = async (app, { root, client, token, chat = CHAT }) => {
  const real = realpathSync(root);
  const built = client === undefined ? null : realpathSync(client);
  const isOfClient = (pathname: string): boolean =>
    built !== null && CLIENT_FILES.includes(pathname) && isInside(built, pathname) && !isThere(real, pathname);
  app.addHook('onRequest', async (request, reply) => {
    // Without this an upgrade on a path of no route would be a socket that is opened and closed at once.
    if (request.ws) return reply.code(404).header('Connection', 'close').send('NO BAD_REQUEST nothing is here\n');
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    if (!isPage || reply.statusCode !== 200) return payload;
    // A token is good for a while only, so a page that carries one is never kept.
    reply
      .header('Cache-Control', 'no-store')
      .removeHeader('ETag')
      .removeHeader('Last-Modified')
      .removeHeader('Content-Length');
    if (request.method === 'HEAD' || payload === null) return payload;
    const text = (await buffer(payload as Readable)).toString('utf8');
    const values: Record<string, () => string> = {
      token,
      bridge: () => originOf(request) + app.prefix,
      chat: () => chat,
    };
    return text.replace(PLACES, (place, name: string) => values[name]?.() ?? place);
  });
  await app.register(fastifyStatic, {
    root: built === null ? real : [real, built],
    dotfiles: 'ignore',
    list: false,
    index: ['index.html'],
    acceptRanges: false,
    decorateReply: false,
    setHeaders: (response) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Referrer-Policy', 'same-origin');
      // No page of another origin may put ours in a frame and have its reader click there.
      response.setHeader('Content-Security-Policy', "frame-ancestors 'self'");
    },
    // Asked for each root in turn: what is only in the second one has to pass for the first one, too.
    allowedPath: (pathname, at) => {
      if (at === built || isOfClient(pathname)) return isOfClient(pathname);
      return isInside(real, pathname) && (!pathname.endsWith('/') || isInside(real, join(pathname, 'index.html')));
    },
  });
};
