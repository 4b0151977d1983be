/** The proxies that stand between clients and a bridge: the configuration of each, and how it is started with it. */
import { readFile } from 'node:fs/promises';

/** A proxy with one configuration. */
export interface Kind {
  name: string;
  /** In `configs`. */
  file: string;
  command: string;
  /** @param config the path of its filled configuration, in a directory of its own */
  args(config: string): readonly string[];
}

const nginx = { command: 'nginx', args: (config: string) => ['-c', config, '-e', 'stderr'] };
const haproxy = { command: 'haproxy', args: (config: string) => ['-db', '-f', config] };
const caddy = {
  command: 'caddy',
  args: (config: string) => ['run', '--adapter', 'caddyfile', '--config', config],
};

/** Those that let every way pass. */
export const kinds: readonly Kind[] = [
  { name: 'nginx', file: 'nginx.conf', ...nginx },
  { name: 'HAProxy', file: 'haproxy.cfg', ...haproxy },
  { name: 'Caddy', file: 'Caddyfile', ...caddy },
];

/** Those that nobody has told of a bridge. */
export const untoldKinds: readonly Kind[] = [
  { name: 'nginx as it comes', file: 'nginx-default.conf', ...nginx },
  { name: 'nginx that buffers', file: 'nginx-buffering.conf', ...nginx },
  { name: 'HAProxy as it comes', file: 'haproxy-default.cfg', ...haproxy },
];

/** What the capitals in a configuration stand for. */
export interface Places {
  /** The directory for all that it writes. */
  SCRATCH: string;
  /** Where it listens. */
  PORT: number;
  /** The port of the bridge. */
  BRIDGE: number;
}

/** The configuration of a proxy between these places. */
export const configOf = async ({ file }: Kind, places: Places): Promise<string> => {
  const text = await readFile(new URL(`configs/${file}`, import.meta.url), 'utf8');
  return Object.entries(places).reduce((filled, [name, value]) => filled.replaceAll(name, `${value}`), text);
};
