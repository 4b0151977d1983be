/** Builds the client into dist/client, or into the directory that is named. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleModule, bundleNet, bundleOld, bundleScript, bundleWebSocket, netEntry } from './bundle.mjs';

const [directory = 'dist/client'] = process.argv.slice(2);
const at = (name) => join(resolve(directory), name);

const writeScript = (name, { code, map }) => {
  writeFileSync(at(name), `${code}//# sourceMappingURL=${name}.map\n`);
  writeFileSync(at(`${name}.map`), map);
};

try {
  const [script, old, second, module, net] = await Promise.all([
    bundleScript(),
    bundleOld(),
    bundleWebSocket(),
    bundleModule(),
    bundleNet(),
  ]);
  mkdirSync(at('types'), { recursive: true });
  writeScript('netwine.js', script);
  writeScript('netwine-old.js', old);
  writeScript('netwine-websocket.js', second);
  writeFileSync(at('netwine.mjs'), module.code);
  writeFileSync(at('net.mjs'), net.code);
  // The compiler has written the other types, of what stands in files.
  writeFileSync(at('types/net.d.ts'), netEntry('./adapter/net.ts'));
} catch (error) {
  process.stderr.write(`The client was not built: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
