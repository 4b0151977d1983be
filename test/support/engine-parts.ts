/** What the installation of the tests brings, for those who start engines: where each is, and how a missing one is told. */
import { existsSync } from 'node:fs';

interface Part {
  package: string;
  proof: string;
}

interface Made {
  id: string;
  about: string;
  path(folder: string): string;
}

const load = async (name: string): Promise<unknown> => await import(new URL(`../system/${name}`, import.meta.url).href);

const { parts } = (await load('parts.mjs')) as { parts: readonly Part[] };
const { engineFolder, engines, wineEnvironment } = (await load('engines.mjs')) as {
  engineFolder(): string;
  engines: readonly Made[];
  wineEnvironment: Readonly<Record<string, string>>;
};

export { wineEnvironment };

const remedy = 'node test/system/install.mjs brings it';

/** The file that stands for a Debian package. @throws where the package is not installed, by its name */
export const installed = (name: string): string => {
  const part = parts.find((one) => one.package === name);
  if (part === undefined) throw new Error(`no part of the installation is called ${name}`);
  if (!existsSync(part.proof)) throw new Error(`${part.proof} of the package ${name} is missing: ${remedy}`);
  return part.proof;
};

/** Where an engine that no Debian package holds is kept. @throws where it is not there, by its package or making */
export const made = (id: string): string => {
  const engine = engines.find((one) => one.id === id);
  if (engine === undefined) throw new Error(`no engine of the installation is called ${id}`);
  if (process.arch !== 'x64') throw new Error(`${id} is there for x64 processors only`);
  const path = engine.path(engineFolder());
  if (!existsSync(path)) throw new Error(`${path} is missing (${engine.about}): ${remedy}`);
  return path;
};
