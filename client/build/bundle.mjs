/** The client's files, made in memory: two scripts for every engine, and the two modules for today's. */
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { minify } from 'terser';
import ts from 'ts6';
import { laterNames, syntaxFault } from './es3-check.mjs';
import { quoteFace } from './es3-face.mjs';
import { quoteReserved } from './es3-names.mjs';
import { isEs3Source, newerThanEs3 } from './es3-syntax.mjs';
import { joinTemplates } from './es3-templates.mjs';
import { shortened } from './inner-names.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const banner = `/* ${name} ${version}, MIT */`;

/** TypeScript 6 is the last that writes ES5; it is no type checker here. */
const typescript = (target) => ({
  name: 'typescript',
  transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    const path = relative(root, id).split(sep).join('/');
    const old = target === ts.ScriptTarget.ES5;
    if (old && path.startsWith('client/') && !isEs3Source(path)) this.error(`${path} is not for old engines`);
    if (old) for (const fault of newerThanEs3(path, code)) this.error(fault);
    const { outputText, sourceMapText } = ts.transpileModule(code, {
      fileName: id,
      compilerOptions: {
        target,
        module: ts.ModuleKind.ESNext,
        // ES5 itself is deprecated there.
        ignoreDeprecations: '6.0',
        alwaysStrict: false,
        verbatimModuleSyntax: true,
        sourceMap: true,
        // What would need a helper then fails as an unknown name, should the check of the syntax miss it.
        noEmitHelpers: true,
        removeComments: old,
      },
      transformers: old ? { before: [joinTemplates, quoteFace(path)], after: [quoteReserved] } : {},
    });
    // Rollup takes the map from here, so the line that points to it would be a dead comment.
    return { code: outputText.replace(/\n\/\/# sourceMappingURL=.*/, ''), map: sourceMapText };
  },
});

/** From ES5 to ES3 and small: no tricks that JScript takes otherwise, and quotes stay around reserved names. */
const es3 = (properties) => ({
  name: 'es3',
  async renderChunk(code) {
    const { code: small = '', map } = await minify(code, {
      ie8: true,
      ecma: 5,
      compress: { arrows: false, keep_fargs: true, typeofs: false, properties: false, passes: 3, inline: 1 },
      mangle: { properties },
      format: { ascii_only: true, keep_quoted_props: true, comments: false, preamble: banner },
      sourceMap: { asObject: true },
    });
    const helper = /\b__(?:assign|rest|spreadArray|extends|values|read|awaiter|generator|makeTemplateObject)\b/.exec(
      small,
    );
    if (helper) this.error(`a helper of TypeScript is in the script: ${helper[0]}`);
    const fault = syntaxFault(small);
    if (fault !== null) this.error(`the script is not ES3: ${fault}`);
    const later = laterNames(small);
    if (later.length > 0) this.error(`the script uses what came after ES3: ${later.join(', ')}`);
    return { code: small, map };
  },
});

const bundle = async (input, plugins, output) => {
  const build = await rollup({
    input,
    plugins,
    external: /^node:/,
    onLog: (_level, { message }) => {
      throw new Error(`${relative(root, input)}: ${message}`);
    },
  });
  try {
    const { output: files } = await build.generate(output);
    return files[0];
  } finally {
    await build.close();
  }
};

/** A script for every engine, minified ES3, and its map. */
const bundleEs3 = async (input, file, properties, plugins = []) => {
  const { code, map } = await bundle(input, [...plugins, typescript(ts.ScriptTarget.ES5)], {
    file: `${root}dist/client/${file}`,
    format: 'iife',
    name: 'netwine',
    exports: 'named',
    strict: false,
    esModule: false,
    externalLiveBindings: false,
    freeze: false,
    generatedCode: { preset: 'es5', reservedNamesAsProps: false },
    sourcemap: true,
    plugins: [es3(properties)],
  });
  return { code: code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'), map: map.toString() };
};

const main = `${root}client/main.ts`;

/** `netwine.js`: one global. Names of our own are short in it; a part that is built alone is used by these names. */
export const bundleScript = (input = main) => bundleEs3(input, 'netwine.js', input === main && shortened);

/** The second script connects by the first one, which is not in it a second time. */
const connectByGlobal = {
  name: 'connect-by-global',
  resolveId: (source) => (source === './socket.ts' ? `${root}client/adapter/global.ts` : null),
};

/** `netwine-old.js`: adds ways to the global of `netwine.js`, by names that are not short there. */
export const bundleOld = () => bundleEs3(`${root}client/old.ts`, 'netwine-old.js', false);

/** `netwine-websocket.js`: adds to the global of `netwine.js`, of which it knows public names alone. */
export const bundleWebSocket = () =>
  bundleEs3(`${root}client/websocket.ts`, 'netwine-websocket.js', false, [connectByGlobal]);

/** `netwine.mjs`: the module, readable, with its comments. */
export const bundleModule = async (input = `${root}client/modern.ts`) => {
  const { code } = await bundle(input, [typescript(ts.ScriptTarget.ES2022)], { format: 'es', banner });
  return { code };
};

/** One more export, `default`: packages that were written for `net` also import it as one object. The sources have none. */
export const netEntry = (source) => `export * from '${source}';
import * as net from '${source}';
export default net;
`;

/** It connects by the module, which is not in it a second time, and leaves Node's streams to the user's bundler. */
const netParts = {
  name: 'net-parts',
  resolveId: (source) => {
    if (source === 'net') return source;
    if (source === 'stream') return { id: source, external: true };
    return source === './socket.ts' ? { id: './netwine.mjs', external: true } : null;
  },
  load: (id) => (id === 'net' ? netEntry(`${root}client/adapter/net.ts`) : null),
};

/** `net.mjs`: `net` of Node for bundlers, beside `netwine.mjs`. */
export const bundleNet = async () => {
  const { code } = await bundle('net', [netParts, typescript(ts.ScriptTarget.ES2022)], { format: 'es', banner });
  return { code };
};
