/** Bytes as people and storage want them: base64, hex, a hex dump, and text that shows its control characters. */

const ROW = 16;

/** Joins pieces into one array. */
export const joinBytes = (pieces) => {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
};

export const toBase64 = (bytes) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
};

/** Throws where the text is no base64. */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const hexByte = (byte) => byte.toString(16).padStart(2, '0');

/** The bytes of `00 ff 0a`, blanks and colons as one likes; null where that is not what the text is. */
export const fromHex = (text) => {
  const digits = text.replace(/[\s:,]|0x/gi, '');
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
};

const hexRow = (row, offset) => {
  const cells = Array.from(row, hexByte)
    .join(' ')
    .padEnd(ROW * 3 - 1);
  const text = Array.from(row, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${offset.toString(16).padStart(8, '0')}  ${cells}  ${text}`;
};

/** A dump of 16 bytes a row, with the offset of the first byte of each. */
export const hexDump = (bytes, offset) => {
  const rows = [];
  // Rows begin at multiples of 16, so that a row stays where it is while bytes come and go.
  let at = 0;
  while (at < bytes.length) {
    const next = Math.min(at + ROW - ((offset + at) % ROW), bytes.length);
    rows.push(hexRow(bytes.subarray(at, next), offset + at));
    at = next;
  }
  return rows.join('\n');
};

/** The bytes as UTF-8 text; control characters but line ends and tabs are shown as their pictures. */
export const visibleText = (bytes) =>
  new TextDecoder()
    .decode(bytes)
    .replaceAll('\r\n', '\n')
    .replace(/[\0-\x08\x0b-\x1f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replaceAll('\x7f', '\u2421')
    .replace(/[\x80-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
