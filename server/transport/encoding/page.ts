/** `page`: HTML without any script, for text browsers and for those from before there were scripts. */
import type { Encoding } from './encoding.ts';
import { escapeHtml, pageText } from './page-text.ts';

/** One page of a session. */
export interface PageView {
  /** How to get from this page to where the verbs are: empty, or `../` as often as it takes. */
  base: string;
  key: string;
  /** Where the next line begins; undefined in a session of appends. */
  at: number | undefined;
  /** What the target has said, the last of it. */
  output: Uint8Array;
  /** There was more before it. */
  cut: boolean;
  /** Whether a line can still be sent. */
  open: boolean;
  /** The session is over: there is nothing to wait for. */
  over: boolean;
  /** What has become of the session, and of the line that was sent; sentences of ours. */
  notes: readonly string[];
  ticket: string | null;
  /** The page asks for itself again after so many seconds; 0 for never. */
  refreshS: number;
  lineEnd: LineEnd;
}

/** What `line` says is put after a line. */
export const lineEnds = { crlf: '\r\n', lf: '\n', cr: '\r', none: '' } as const;
export type LineEnd = keyof typeof lineEnds;
export const lineEndNames = Object.keys(lineEnds) as readonly LineEnd[];

/** How soon a page asks for itself again, where its reader wants that: it would take a line away that is being typed. */
const REFRESH_S = 5;

const headOf = (more = ''): string =>
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head><title>netwine</title>\n' +
  `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n${more}</head><body>\n`;
const TAIL = '</body></html>\n';

const hidden = (fields: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(String(value))}">`)
    .join('');

/** `accept-charset`, because the browser's own choice would be that of the page it came from. */
const form = (action: string, content: string): string =>
  `<form method="post" action="${escapeHtml(action)}" accept-charset="utf-8"><p>${content}</p></form>\n`;

const button = (text: string): string => `<input type="submit" value="${text}">`;

/** With a time, because Links keeps whatever it has once seen, and would give out a form whose nonce is used up. */
const anew = (base = ''): string => `<a href="${base}connect?as=page&amp;at=${Date.now()}">Connect to a target</a>`;

const choice = (chosen: LineEnd): string =>
  `<select name="line">${Object.entries({ crlf: 'CR LF', lf: 'LF', cr: 'CR', none: 'nothing' })
    .map(([name, text]) => `<option value="${name}"${name === chosen ? ' selected' : ''}>${text}</option>`)
    .join('')}</select>`;

/** The page of a session: what it said, what can be done. The key stands in fields, never in a URL. */
export const renderPage = (view: PageView): string => {
  const { base, key, at, ticket, refreshS, open, notes, lineEnd } = view;
  const again = (seconds: number): string =>
    escapeHtml(`${base}receive?as=page&ticket=${ticket}&line=${lineEnd}&refresh=${seconds}#end`);
  const asking = ticket !== null && refreshS > 0;
  const same = { as: 'page', key };
  const parts = [
    headOf(asking ? `<meta http-equiv="refresh" content="${refreshS};url=${again(refreshS)}">\n` : ''),
    view.cut ? '<p>What was said before this is left out.</p>\n' : '',
    `<pre>\n${pageText(view.output, view.cut)}</pre>\n<p><a name="end"></a>`,
    `${notes.map(escapeHtml).join('<br>')}</p>\n`,
  ];
  if (open) {
    const field = '<input type="text" name="data" size="60" value="">';
    parts.push(form(`${base}send`, `${hidden({ ...same, at })}${field} ${button('Send')} and ${choice(lineEnd)}`));
  }
  if (view.over) {
    parts.push(`<p>${anew(base)}</p>\n`, TAIL);
    return parts.join('');
  }
  parts.push(form(`${base}receive`, hidden({ ...same, line: lineEnd }) + button('Refresh')));
  if (ticket !== null && !asking) {
    parts.push(`<p><a href="${again(REFRESH_S)}">Refresh by itself every ${REFRESH_S} seconds</a></p>\n`);
  }
  parts.push(form(`${base}close`, hidden(same) + button('Close the connection')), TAIL);
  return parts.join('');
};

const EXAMPLES = 'As in irc.example.net:6667, or tls://example.net:993 for a server that speaks TLS.';

/** The page that asks for a target, or for leave to connect to that of a route. */
export const renderStart = ({ action, asks, ...fields }: StartView): string =>
  headOf() +
  `<h1>netwine</h1>\n<p>A TCP connection through this bridge${asks ? ': to which host and port?' : '.'}</p>\n` +
  form(
    action,
    hidden({ as: 'page', ...fields }) +
      (asks ? `Target <input type="text" name="to" size="40" value=""> ` : '') +
      button('Connect'),
  ) +
  (asks ? `<p>${EXAMPLES}</p>\n` : '') +
  TAIL;

export interface StartView {
  /** Relative to the page. */
  action: string;
  /** Whether the target has to be given. */
  asks: boolean;
  token: string;
  nonce: string;
}

/** What a record says to a person who has no client. */
const said: Readonly<Record<string, (words: readonly string[]) => string>> = {
  OK: () => 'The connection is closed.',
  AGAIN: () => 'This link is too old. Go back, and refresh by the button.',
  MOVED: () => 'This session has gone on elsewhere: in another page, or after this one.',
  NO: ([code = '', ...words]) => `${sentence(words)} (${code})`,
  ERR: ([code = '', ...words]) => `The session is over: ${sentence(words)} (${code})`,
};

/** The text of a failure, without the numbers before it. */
const sentence = (words: readonly string[]): string => words.join(' ').replace(/^(?:(?:up|down)? ?\d+ )+/, '');

/** A record as a person reads it. */
export const spoken = (record: string): string => {
  const [word = '', ...words] = record.split(' ');
  return said[word]?.(words) ?? '';
};

/** Whole answers of one record: failures, and the end. A session's own pages come from `renderPage`. */
export const page: Encoding = {
  contentType: 'text/html; charset=utf-8',
  hidesStatus: true,
  headers: {
    'Content-Security-Policy': "default-src 'none'; form-action 'self'; frame-ancestors 'self'",
    // For engines older than frame-ancestors: nobody may lay our buttons under his own.
    'X-Frame-Options': 'SAMEORIGIN',
    'Referrer-Policy': 'same-origin',
  },
  head: headOf(),
  tail: TAIL,
  whole: true,
  tickets: true,
  record: (text) => `<p>${escapeHtml(spoken(text))}</p>\n<p>${anew()}</p>\n`,
  data: (bytes) => [`<pre>\n${pageText(bytes)}</pre>\n`],
};
