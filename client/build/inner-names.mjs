/**
 * Property names of our own that the scripts shorten. Only these: none is of the wire, of the public face or of an
 * engine, nor between the scripts, which its test proves; a name that stands in quotes is never shortened.
 */
import { faceNames } from './es3-face.mjs';

const names =
  'acknowledge arrived answered askedAt attached become brought carries carry change choice clock endWanted expect fails ' +
  'growing heard makeNonce nextReader pingAt rest saved setTimer snapshot tell took trial understand untold works';

/** @type {readonly string[]} */
export const innerNames = names.split(' ').concat(faceNames);

/** What terser wants to know of them. */
export const shortened = { regex: new RegExp(`^(?:${innerNames.join('|')})$`), builtins: true, keep_quoted: 'strict' };
