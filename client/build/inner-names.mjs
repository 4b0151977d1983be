/**
 * Property names of our own that the scripts shorten. Only these: none is of the wire, of the public face or of an
 * engine, which its test proves; a name that stands in quotes is never shortened.
 */
import { faceNames } from './es3-face.mjs';

const names =
  'acknowledge alive answer arrived askedAt attached byteAt carries carry choice clock endWanted expect fails ' +
  'foreign fromBinary fromBytes gate growing heard makeNonce mostBytes moved nextReader owes pairs patienceMs payload ' +
  'proven question refused saved setTimer snapshot toBase64url toBinary toBytes took trial ' +
  'untold upOver usable verb works';

/** @type {readonly string[]} */
export const innerNames = names.split(' ').concat(faceNames);

/** What terser wants to know of them. */
export const shortened = { regex: new RegExp(`^(?:${innerNames.join('|')})$`), builtins: true, keep_quoted: 'strict' };
