/** Text within a string literal of a script, where neither a script nor the HTML around it can be ended. [PROTOCOL 5] */

const FOREIGN = /[^A-Za-z0-9 +/=._:-]/g;

/** Every other character as `\xHH`, which the oldest engines know. @param text characters 0 to 255 */
export const literal = (text: string): string =>
  text.replace(FOREIGN, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
