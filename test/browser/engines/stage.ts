/** Where engines are looked at: a real bridge that serves the pages, and beside it what takes the pages' reports. */
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createApp } from '../../../server/app.ts';

/** What a page has told, by name. */
export type Report = ReadonlyMap<string, string>;

/** One opening of a page by one engine. */
export interface Run {
  /** What the engine is to open. */
  readonly url: string;
  /** Waits for the page's next report. @throws after `waitMs` */
  report(waitMs: number): Promise<Report>;
}

export interface StageOptions {
  /** Further files by their path, as `/netwine.js`; all are scripts. */
  files?: Readonly<Record<string, string>>;
  /** Added to the settings of the bridge. */
  bridge?: Omit<Parameters<typeof createApp>[0], 'hosts' | 'staticDir'>;
}

export interface Stage {
  readonly url: string;
  /** All User-Agents of the requests so far. */
  readonly agents: ReadonlySet<string>;
  /** A page of the folder `pages`, as it is to be opened with these parameters. */
  run(page: string, parameters?: Readonly<Record<string, string>>): Run;
  /** Breaks every connection that is open now. */
  cut(): void;
  close(): Promise<void>;
}

const pages = fileURLToPath(new URL('pages', import.meta.url));

const queryOf = (request: FastifyRequest): URLSearchParams => new URL(request.url, 'http://stage').searchParams;

/** Reports that were made and waits for them, in the order of both. */
class Inbox {
  readonly #reports: Report[] = [];
  readonly #waiting: ((report: Report) => void)[] = [];

  put(report: Report): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#reports.push(report);
    else wake(report);
  }

  async take(waitMs: number): Promise<Report> {
    const report = this.#reports.shift();
    if (report !== undefined) return report;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(new Error(`nothing was reported for ${waitMs} ms`));
      }, waitMs);
      const wake = (taken: Report): void => {
        clearTimeout(timer);
        resolve(taken);
      };
      this.#waiting.push(wake);
    });
  }
}

/** Asks the bridge on a page's behalf. */
const ask = async (request: FastifyRequest, verb: string, body: string): Promise<string> => {
  const address = new URL(`/${verb}`, `http://${request.headers.host}`);
  const answer = await fetch(address, { method: 'POST', body, headers: { Netwine: '1' } });
  return await answer.text();
};

/** A form without script: the text browsers send no Referer, so the target stands in it. */
const formOf = (to: string): string => `<title>form</title><p>One word to a target and back, without script.</p>
<form action="/stage/say" method="post"><input type="hidden" name="to" value="${to.replace(/[^\w.:/-]/g, '')}">
<p><input type="text" name="word"> <input type="submit" value="Send"></p></form>\n`;

/**
 * What engines need beside the bridge. Reports come as a POST of `name=value&...`, or all in the address from engines
 * that can only get; those ask the bridge through `relay`, which answers with a script, or with a form.
 */
const addRoutes = (app: FastifyInstance, inboxes: ReadonlyMap<string, Inbox>): void => {
  app.route({
    method: ['GET', 'POST'],
    url: '/stage/report',
    handler: async (request, reply) => {
      const query = queryOf(request);
      const body = request.method === 'POST' ? await text(request.raw) : '';
      const report = new Map([...query, ...new URLSearchParams(body)]);
      inboxes.get(query.get('run') ?? '')?.put(report.set('header', request.headers['user-agent'] ?? ''));
      return reply.type('text/javascript').send(';');
    },
  });
  app.get('/stage/sleep', async (request, reply) => {
    await pause(Math.min(Number(queryOf(request).get('ms')), 1000));
    return reply.type('text/plain').send('z');
  });
  app.get('/stage/relay', async (request, reply) => {
    const query = queryOf(request);
    const answer = await ask(request, query.get('verb') ?? '', query.get('body') ?? '');
    return reply.type('text/javascript').send(`${query.get('call')}(${JSON.stringify(answer)});`);
  });
  app.get('/stage/form', async (request, reply) =>
    reply.type('text/html').send(formOf(queryOf(request).get('to') ?? '')),
  );
  app.post('/stage/say', async (request, reply) => {
    const form = new URLSearchParams(await text(request.raw));
    const opened = await ask(request, 'connect', `to=${form.get('to')}&mode=poll&hold=0`);
    const key = /^OK (\S+)/.exec(opened)?.[1];
    await ask(request, 'send', `key=${key}&at=0\n${form.get('word')}`);
    const answer = await ask(request, 'receive', `key=${key}&from=0&mode=poll&hold=5`);
    const heard = Buffer.from(/^DATA (\S+)$/m.exec(answer)?.[1] ?? '', 'base64').toString();
    const page = `<title>said</title><p>The target says: ${heard.replace(/[^\w ]/g, '?')}.</p>`;
    return reply.type('text/html').send(page);
  });
};

/** Starts a bridge that may dial every port of this machine, with the pages of the folder. */
export const startStage = async ({ files = {}, bridge = {} }: StageOptions = {}): Promise<Stage> => {
  const hosts = { clients: 'allow 127.0.0.1\n', targets: 'allow 127.0.0.1 *\n' };
  const { app } = await createApp({ ...bridge, hosts, staticDir: pages });
  const inboxes = new Map<string, Inbox>();
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const agents = new Set<string>();
  app.addHook('onRequest', async ({ headers }) => void agents.add(headers['user-agent'] ?? ''));
  addRoutes(app, inboxes);
  for (const [path, script] of Object.entries(files)) {
    app.get(path, async (_request, reply) => reply.type('text/javascript').send(script));
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    agents,
    run(page, parameters = {}) {
      const run = String(inboxes.size + 1);
      const inbox = new Inbox();
      inboxes.set(run, inbox);
      const query = Object.entries({ run, ...parameters }).map(([name, value]) => `${name}=${value}`);
      return { url: `${url}/${page}?${query.join('&')}`, report: (waitMs) => inbox.take(waitMs) };
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      await app.close();
    },
  };
};
