/** What engines without an XMLHttpRequest make of an answer: the records of a script or of a frame, the text of a page. */
import { createContext, runInContext } from 'node:vm';

const LITERAL = /^(?:[A-Za-z0-9 +/=._:-]|\\x[0-9a-f]{2})*$/;

/** Runs a script as a page would. @returns what each of its functions was called with, by number */
export const runScript = (text: string): Record<string, string[]> => {
  const literals = /^\/\*\*\/_netwine\[\d+\]\("(.*)"\);\n$/s.exec(text);
  if (!literals || !LITERAL.test(literals[1] ?? '')) throw new Error(`no script of a bridge: ${text}`);
  const calls: Record<string, string[]> = {};
  const functions = new Proxy(
    {},
    {
      get: (_, name: string) => (argument: string) => {
        calls[name] = [...(calls[name] ?? []), argument];
      },
    },
  );
  runInContext(text, createContext({ _netwine: functions }));
  return calls;
};

/** The records of a script for function 0, or another. */
export const scriptRecords = (text: string, callback = 0): string[] => {
  const [records = '', ...more] = runScript(text)[callback] ?? [];
  if (more.length > 0 || !records.endsWith('\n')) throw new Error('a script is one call, and its records are lines');
  return records.slice(0, -1).split('\n');
};

/** Runs the scripts of a frame in a window whose parent has the functions. @returns the records of one of them */
export const frameRecords = (text: string, callback = 0): string[] => {
  const scripts = Array.from(text.matchAll(/<script>(.*?)<\/script>/gs), ([, script = '']) => script);
  const records: string[] = [];
  const context = createContext({ parent: { _netwine: { [callback]: (record: string) => records.push(record) } } });
  for (const [index, script] of scripts.entries()) {
    if (index > 0 && !LITERAL.test(/^p\("(.*)"\)$/s.exec(script)?.[1] ?? '\n')) throw new Error(`no record: ${script}`);
    runInContext(script, context);
  }
  return records;
};

/** The bytes of the DATA among records, and the other records. */
export const split = (records: readonly string[]): { bytes: Buffer; others: string[] } => ({
  bytes: Buffer.concat(records.map((text) => Buffer.from(/^DATA (.*)$/.exec(text)?.[1] ?? '', 'base64'))),
  others: records.filter((text) => !text.startsWith('DATA ')),
});

const NAMES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** Text of HTML as a browser shows it. */
export const unescapeHtml = (html: string): string =>
  html.replace(/&(?:#(\d+)|(\w+));/g, (_, code?: string, name?: string) =>
    code === undefined ? (NAMES[name ?? ''] ?? '?') : String.fromCodePoint(Number(code)),
  );

export interface ReadPage {
  html: string;
  /** What the target has said. */
  output: string;
  /** The fields of each form by its action. */
  forms: Record<string, Record<string, string>>;
  /** Where the links lead. */
  links: string[];
  /** What the page asks for by itself, and when. */
  refresh: { seconds: number; url: string } | null;
}

const TAG =
  /^(?:!DOCTYPE [^<>]*|\/?(?:html|head|body|title|h1|p|pre|select|form)|br|(?:meta|form|input|select|option|a)(?: [a-z-]+(?:="[^"<>]*")?)+|\/(?:option|a))$/;

/** Reads a page. @throws where it is anything but plain ASCII of the few tags that a page needs */
export const readPage = (html: string): ReadPage => {
  if (!/^[\n\t -~]*$/.test(html)) throw new Error('a page is plain ASCII');
  const tags = Array.from(html.matchAll(/<([^>]*)>/g), ([, tag = '']) => tag);
  const foreign = tags.filter((tag) => !TAG.test(tag));
  if (foreign.length > 0) throw new Error(`tags that no page has: ${foreign.join(' ')}`);
  const forms = Array.from(html.matchAll(/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs), (form) => {
    const inputs = Array.from((form[2] ?? '').matchAll(/name="(\w+)"(?: size="\d+")? value="([^"]*)"/g));
    return [form[1], Object.fromEntries(inputs.map(([, name, value = '']) => [name, unescapeHtml(value)]))] as const;
  });
  const [, seconds, url] = /<meta http-equiv="refresh" content="(\d+);url=([^"]*)">/.exec(html) ?? [];
  return {
    html,
    output: unescapeHtml(/<pre>\n(.*)<\/pre>/s.exec(html)?.[1] ?? ''),
    forms: Object.fromEntries(forms),
    links: Array.from(html.matchAll(/href="([^"]*)"/g), ([, link = '']) => unescapeHtml(link)),
    refresh: url === undefined ? null : { seconds: Number(seconds), url: unescapeHtml(url) },
  };
};
