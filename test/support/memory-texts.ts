/** What an engine does with the texts that carry records: runs the scripts of a growing document, cuts a stream into events. */

/** The text of a literal. @throws Error for a character that no engine is to see there */
const unescaped = (literal: string): string => {
  if (!/^(?:[A-Za-z0-9 +/=._:-]|\\x[0-9a-f]{2})*$/.test(literal)) throw new Error(`not escaped: ${literal}`);
  return literal.replace(/\\x(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
};

/** Tells each record of the scripts in a document that comes in pieces; an unfinished script does not run. */
export const readHtml = (callback: number, tell: (record: string) => void): ((piece: string) => void) => {
  let rest = '';
  let begun = false;
  return (piece) => {
    rest += piece;
    for (let end = rest.indexOf('</script>'); end >= 0; end = rest.indexOf('</script>')) {
      const code = rest.slice(rest.indexOf('<script>') + 8, end);
      rest = rest.slice(end + 9);
      const record = /^p\("(.*)"\)$/.exec(code)?.[1];
      if (record !== undefined && begun) tell(unescaped(record));
      else if (!begun && code.includes(`n[${callback}](r)`)) begun = true;
      else throw new Error(`no script of ours: ${code}`);
    }
  };
};

/** The text that a script hands to the function of the page; null where it was cut, so that no engine runs it. */
export const readScript = (callback: number, text: string): string | null => {
  const begin = `/**/_netwine[${callback}]("`;
  if (!text.startsWith(begin) || !text.endsWith('");\n')) return null;
  return unescaped(text.slice(begin.length, -4));
};

/** Tells the data of each event of a stream; an unfinished event is dropped. [HTML, server-sent events] */
export const readEvents = (tell: (data: string) => void): ((piece: string) => void) => {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').filter((line) => line.startsWith('data:'));
      if (data.length > 0) tell(data.map((line) => line.slice(5)).join('\n'));
    }
  };
};
