/** Whether a finished script is ES3: by its syntax, and by the names of what came later. */
import { parse } from 'acorn';

/** Methods that no ES3 object has; `indexOf` is one of strings, so the type check has to tell it from that of arrays. */
const methods = [
  ...['forEach', 'map', 'filter', 'some', 'every', 'reduce', 'reduceRight', 'findIndex', 'flatMap', 'copyWithin'],
  ...['bind', 'trim', 'trimStart', 'trimEnd', 'includes', 'startsWith', 'endsWith', 'repeat', 'padStart', 'padEnd'],
  ...['replaceAll', 'matchAll', 'codePointAt', 'normalize', 'toISOString', 'toJSON', 'isArray', 'getPrototypeOf'],
  ...['defineProperty', 'defineProperties', 'getOwnPropertyNames', 'getOwnPropertyDescriptor', 'freeze', 'seal'],
  ...['setPrototypeOf', 'preventExtensions', 'fromCodePoint', '__defineGetter__', '__proto__'],
];

/** Members that others of our own may have by the same name. */
const statics = [
  'Object.keys',
  'Object.create',
  'Object.assign',
  'Object.entries',
  'Object.values',
  'Object.is',
].concat(
  ['Date.now', 'Array.from', 'Array.of', 'Number.isInteger', 'Number.isNaN', 'Number.isFinite', 'Math.trunc'],
  ['Math.sign', 'Math.imul', 'Math.log2', 'Math.clz32', 'Math.hypot'],
);

const globals = ['JSON', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Symbol', 'Promise', 'Proxy', 'Reflect', 'BigInt'].concat([
  'globalThis',
  'WeakRef',
  'Intl',
  'eval',
  'Function',
]);

/** @param {string} code @returns {string | null} what acorn says, with the place */
export const syntaxFault = (code) => {
  try {
    // `never` is what makes acorn refuse `{default:1}`.
    parse(code, { ecmaVersion: 3, allowReserved: 'never' });
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = error.pos;
    return `${error.message}, in ${JSON.stringify(code.slice(Math.max(at - 40, 0), at + 20))}`;
  }
};

/** @param {string} code of ES3 @returns {string[]} names of later built-ins, each once, and holes in arrays */
export const laterNames = (code) => {
  const found = new Set();
  visit(parse(code, { ecmaVersion: 3 }), (node, parent, role) => {
    // Is no ES5 name, but length and holes differ in JScript.
    if (node.type === 'ArrayExpression' && node.elements.includes(null)) found.add('a hole in an array');
    if (node.type === 'MemberExpression') {
      const name = node.computed ? node.property.value : node.property.name;
      if (methods.includes(name)) found.add(name);
      if (statics.includes(`${node.object.name}.${name}`)) found.add(`${node.object.name}.${name}`);
    }
    const isName = (role === 'property' && !parent.computed) || role === 'key' || role === 'label';
    if (node.type === 'Identifier' && !isName && globals.includes(node.name)) found.add(node.name);
  });
  return [...found];
};

const visit = (node, see, parent = null, role = '') => {
  see(node, parent, role);
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === 'string') visit(child, see, node, name);
    }
  }
};
