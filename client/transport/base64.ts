/** Base64 of strings of characters 0..255, by hand: engines that can do it themselves do not all keep a 0. [RFC 4648 4, 5] */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Takes the letters for forms, too. Null where the text is no base64 with padding. */
export const decodeBase64 = (text: string): string | null => {
  const letters = text.replace(/\+/g, '-').replace(/\//g, '_').replace(/==?$/, '');
  if (text.length % 4 || !/^[\w-]*$/.test(letters)) return null;
  const pieces: string[] = [];
  let bits = 0;
  for (let i = 0; i < letters.length; i += 1) {
    bits = ((bits << 6) | LETTERS.indexOf(letters.charAt(i))) & 0xffffff;
    // Of four letters the second, third and fourth complete a byte each.
    if (i % 4) pieces.push(String.fromCharCode((bits >> (6 - 2 * (i % 4))) & 255));
  }
  return pieces.join('');
};

/** With `-` and `_`, without padding: it needs no escapes in a form. */
export const encodeBase64url = (binary: string): string => {
  const pieces: string[] = [];
  for (let i = 0; i < binary.length; i += 3) {
    // What lies past the end counts as 0, and its letters are left out.
    const bits = (binary.charCodeAt(i) << 16) | (binary.charCodeAt(i + 1) << 8) | binary.charCodeAt(i + 2);
    for (let l = 0; l < 4 && l <= binary.length - i; l += 1) pieces.push(LETTERS.charAt((bits >> (18 - 6 * l)) & 63));
  }
  return pieces.join('');
};
