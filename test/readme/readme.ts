/** README.md as its readers use it: the code blocks below each heading, and the commands of a transcript. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../house/tree.ts';

export const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');

interface Block {
  heading: string;
  language: string;
  text: string;
}

/** All fenced blocks, each with the heading above it; a `#` in a block begins no heading. */
const blocks = (document: string): Block[] => {
  const found: Block[] = [];
  let heading = '';
  for (const [, title, language, text = ''] of document.matchAll(/^#+ (.*)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else found.push({ heading, language: language ?? '', text });
  }
  return found;
};

/**
 * A code block as it is printed, without its fences.
 * @param nth which of the blocks of that language below that heading, from 0
 * @param document README.md, or the text of another
 * @throws where there is none
 */
export const block = (heading: string, language: string, nth = 0, document = readme): string => {
  const own = blocks(document).filter((one) => one.heading === heading && one.language === language)[nth];
  if (!own) throw new Error(`there is no ${language} block ${nth} below "${heading}"`);
  return own.text;
};

/** The same text with other ports: tests may not take the well-known ones. */
export const withPorts = (text: string, ports: Readonly<Record<number, number>>): string =>
  text.replace(/(?<![\w.])\d+(?![\w.])/g, (digits) => String(ports[Number(digits)] ?? digits));

export interface Step {
  command: string;
  /** What README.md shows as its answer. */
  shown: string;
}

/** The steps of a `console` block: what stands behind `$ `, and the lines up to the next one. */
export const steps = (transcript: string): Step[] =>
  transcript
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { command: part.slice(0, end), shown: part.slice(end + 1) };
    });

/** The key that a transcript shows or an answer gives. @throws where there is none */
export const keyOf = (text: string): string => {
  const key = /^OK ([\w-]{20,})$/m.exec(text)?.[1];
  if (key === undefined) throw new Error(`no key in ${JSON.stringify(text)}`);
  return key;
};

/** A transcript without what differs from run to run: the key, the id, the counts, and how its bytes were cut. */
export const comparable = (text: string): string => {
  const bytes = [...text.matchAll(/^DATA (\S+)$/gm)].map(([, data = '']) => Buffer.from(data, 'base64'));
  const masked = text
    .replaceAll('\r', '')
    .replace(/^OK [\w-]{20,}$/gm, 'OK KEY')
    .replace(/^OK \d+ \d+ \d+$/gm, 'OK N N N')
    .replace(/\bid=\S+/g, 'id=ID')
    .replace(/(?:^DATA .*\n)+/gm, 'DATA\n');
  return `${masked}${Buffer.concat(bytes).toString('latin1')}`;
};
