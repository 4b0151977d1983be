/** A global object as ES3 had it: everything that came later is taken out of a fresh one. */
import { type Context, createContext, runInContext } from 'node:vm';

/** Members by object; `prototype` and what every function has are left alone. [ECMA-262 3rd edition, 15] */
const members: Record<string, string> = {
  Object: '',
  'Object.prototype': 'constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable',
  Function: '',
  'Function.prototype': 'constructor toString apply call',
  Array: '',
  'Array.prototype': 'constructor toString toLocaleString concat join pop push reverse shift slice sort splice unshift',
  String: 'fromCharCode',
  'String.prototype':
    'constructor toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare match replace search ' +
    'slice split substring toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase',
  Boolean: '',
  Number: 'MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY',
  'Number.prototype': 'constructor toString toLocaleString valueOf toFixed toExponential toPrecision',
  Math:
    'E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random ' +
    'round sin sqrt tan',
  Date: 'parse UTC',
  RegExp: '',
  'RegExp.prototype': 'constructor exec test toString source global ignoreCase multiline',
  Error: '',
};

const globals =
  'NaN Infinity undefined parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI encodeURIComponent ' +
  'Object Function Array String Boolean Number Date RegExp Error EvalError RangeError ReferenceError SyntaxError ' +
  'TypeError URIError Math';

const strip = `(function (members, globals) {
  var always = ['length', 'name', 'prototype'], own = Object.getOwnPropertyNames;
  var has = Function.prototype.call.bind(Array.prototype.indexOf), all = this;
  var remove = function (object, kept) {
    for (var names = own(object), i = 0; i < names.length; i++) if (has(kept, names[i]) < 0) delete object[names[i]];
  };
  for (var path in members) {
    var words = path.split('.'), object = all[words[0]];
    remove(words[1] ? object.prototype : object, members[path].split(' ').concat(always));
  }
  remove(all, globals.split(' '));
})`;

/** A context with nothing of a page in it. */
export const bareEngine = (): Context => {
  const context = createContext({});
  const run = runInContext(strip, context) as (members: Record<string, string>, globals: string) => void;
  run.call(runInContext('this', context), members, globals);
  return context;
};
