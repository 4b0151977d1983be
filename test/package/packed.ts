/** The package as npm makes it from a copy of the tree, installed: the tree's own `dist` is in use by other tests. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../house/tree.ts';
import { block, readme } from '../readme/readme.ts';

/** What packing needs, and a test beside it that must not be packed. */
const copied = [
  ...['server', 'client', 'hosts', 'test/package', 'package.json', 'package-lock.json', '.npmrc'],
  ...['README.md', 'LICENSE', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json', 'tsconfig.modern.json'],
];

/** A package that was made and installed. */
export interface Packed {
  /** A copy of the tree that can be built. */
  readonly tree: string;
  /** The package of a program of somebody else's, with the tarball in it, and with netwine and Fastify installed. */
  readonly consumer: string;
  /** Nothing is in it. */
  readonly empty: string;
  /** Where the global installation went: `bin/netwine` is the program. */
  readonly prefix: string;
  /** What npm complained of when it installed the program. */
  readonly complaints: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** Runs a line of the shell in one of these directories. @throws with its output where it fails */
  run(directory: string, line: string): Promise<{ stdout: string; stderr: string }>;
  remove(): Promise<void>;
}

/** A copy that shares the packages of this project, and has a file in `dist` that no source stands for any more. */
const copyTree = async (tree: string): Promise<void> => {
  for (const name of copied) await cp(join(projectRoot, name), join(tree, name), { recursive: true });
  await symlink(join(projectRoot, 'node_modules'), join(tree, 'node_modules'));
  await mkdir(join(tree, 'dist/server'), { recursive: true });
  await writeFile(join(tree, 'dist/server/stale.js'), '');
};

/** The line of README.md that installs the library; it stands in a sentence. */
const installLibrary = (): string => {
  const line = /`(npm install fastify [^`]+)`/.exec(readme)?.[1];
  if (line === undefined) throw new Error('README.md does not say how the library is installed');
  return line;
};

/** Packs, and installs by the lines of README.md, into directories of its own. */
export const packAndInstall = async (): Promise<Packed> => {
  const root = await mkdtemp(join(tmpdir(), 'netwine-package-'));
  const at = (name: string): string => join(root, name);
  const [tree, consumer, empty, prefix] = [at('tree'), at('consumer'), at('empty'), at('prefix')];
  const env = {
    ...process.env,
    npm_config_prefix: prefix,
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  const run = (cwd: string, line: string) =>
    promisify(execFile)('bash', ['-c', line], { cwd, env, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 });
  for (const directory of [tree, consumer, empty, prefix]) await mkdir(directory);
  await copyTree(tree);
  await run(tree, `npm pack --pack-destination '${consumer}'`);
  await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run(consumer, installLibrary());
  const [, installProgram = ''] = block('Install', 'sh').split('\n');
  const { stderr } = await run(consumer, installProgram);
  const { stdout } = await run(consumer, 'tar -tzf netwine-*.tgz');
  const files = stdout.trim().split('\n');
  const remove = (): Promise<void> => rm(root, { recursive: true });
  return { tree, consumer, empty, prefix, complaints: stderr, files, run, remove };
};
