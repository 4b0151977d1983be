/** Pages that are bundled as client/README.md says, with the packages of this project and with netwine as it was built. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { rollup } from 'rollup';
import { loadConfigFile } from 'rollup/loadConfigFile';
import { projectRoot } from '../house/tree.ts';
import { block } from '../readme/readme.ts';

const HEADING = '`net`, for bundlers';

/** A folder of static files. */
export interface BundledPages {
  readonly directory: string;
  remove(): Promise<void>;
}

/** Installs beside the pages what this project has installed, and netwine. */
const install = async (directory: string): Promise<void> => {
  const installed = join(projectRoot, 'node_modules');
  const packages = join(directory, 'node_modules');
  await mkdir(packages);
  const names = (await readdir(installed)).filter((name) => !name.startsWith('.'));
  await Promise.all(names.map((name) => symlink(join(installed, name), join(packages, name))));
  await symlink(projectRoot, join(packages, 'netwine'));
};

/** Bundles by the printed configuration, but these scripts, each to its name with `.bundle.js`. */
const bundle = async (directory: string, inputs: readonly string[]): Promise<void> => {
  const { options } = await loadConfigFile(join(directory, 'rollup.config.js'), {});
  const [printed] = options;
  if (printed === undefined) throw new Error('the configuration is empty');
  const input = inputs.map((name) => join(directory, name));
  const build = await rollup({ ...printed, input, onLog: () => {} });
  try {
    for (const { file, ...output } of printed.output) {
      await build.write({ ...output, dir: join(directory, 'public'), entryFileNames: '[name].bundle.js' });
    }
  } finally {
    await build.close();
  }
};

const html = (script: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><pre id="log"></pre><script type="module" src="${script}"></script>`;

/**
 * Bundles the page of client/README.md into `page.html`, and a script beside it, with what the README has for the rest
 * of Node.
 * @param own the path of that script; its name is that of its page
 * @param adapt makes the printed page one for this test
 */
export async function bundlePages(own: string, adapt: (text: string) => string): Promise<BundledPages> {
  const directory = await mkdtemp(join(tmpdir(), 'netwine-bundled-'));
  const text = await readFile(join(projectRoot, 'client/README.md'), 'utf8');
  const name = basename(own, '.js');
  const files = {
    'package.json': '{ "type": "module" }',
    'rollup.config.js': block(HEADING, 'js', 0, text),
    'node.js': block(HEADING, 'js', 1, text),
    'page.js': adapt(block(HEADING, 'js', 2, text)),
    [`${name}.js`]: await readFile(own, 'utf8'),
    'public/page.html': html('page.bundle.js'),
    [`public/${name}.html`]: html(`${name}.bundle.js`),
  };
  const remove = (): Promise<void> => rm(directory, { recursive: true });
  try {
    await mkdir(join(directory, 'public'));
    await install(directory);
    for (const [path, content] of Object.entries(files)) await writeFile(join(directory, path), content);
    await bundle(directory, ['page.js', `${name}.js`]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { directory: join(directory, 'public'), remove };
}
