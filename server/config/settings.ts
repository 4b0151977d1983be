/** The one table of settings: flags, environment names, config file keys, help and README all come from it. */
import { boolean, bytes, type HostPort, hostPort, type Kind, oneOf, path, seconds, urlPath } from './kind.ts';

export interface Row<T> {
  /** The flag without its dashes, and the key in a config file. */
  readonly name: string;
  readonly kind: Kind<unknown>;
  readonly defaultValue: T;
  /** The default as a person would write it, or words where it cannot be written. */
  readonly defaultText: string;
  /** True where `defaultText` is a value that could be given. */
  readonly written: boolean;
  /** What it does, in one or two sentences; no `|` and no line end, for it stands in a Markdown table. */
  readonly about: string;
  /** The only command that takes it as a flag; any that serves, where absent. */
  readonly only?: 'demo';
  /** Not a key of config files. */
  readonly notInFile?: true;
}

interface Spec<T> extends Pick<Row<T>, 'name' | 'about' | 'only' | 'notInFile'> {
  readonly kind: Kind<T>;
}

const row = <T>({ default: text, ...spec }: Spec<T> & { readonly default: string }): Row<T> => {
  const defaultValue = spec.kind.parse(text);
  if (defaultValue === undefined) throw new Error(`the default of ${spec.name} is not of its own kind`);
  return { ...spec, defaultValue, defaultText: text, written: true };
};

/** A row whose default is the absence of a value: null, explained in words. */
const optional = <T>({ absent, ...spec }: Spec<T> & { readonly absent: string }): Row<T | null> => ({
  ...spec,
  defaultValue: null,
  defaultText: absent,
  written: false,
});

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR = 3600;
/** Shorter times than this are below what timers and networks keep; tests go down to it. */
const SHORTEST = 0.05;
/** Below 4 KiB a window holds less than one record; above 64 MiB a hundred sessions fill a machine. */
const windowRange = { from: 4 * KIB, to: 64 * MIB };

/** Property of Settings -> row. Times end in Ms and are milliseconds, sizes end in Bytes. [PROTOCOL 2, 3, 7] */
export const settings = {
  configFile: optional({
    name: 'config',
    kind: path('FILE'),
    absent: 'none',
    notInFile: true,
    about: 'A file with more settings, a line each: name = value, or a comment that begins with #.',
  }),
  listen: row<HostPort>({
    name: 'listen',
    kind: hostPort,
    default: '127.0.0.1:8080',
    about: 'Where the bridge listens. Port 0 takes a free one.',
  }),
  hostsDir: optional({
    name: 'hosts',
    kind: path('DIR'),
    absent: 'the packaged files',
    about: 'The directory with the hosts files: clients, targets and routes.',
  }),
  staticDir: optional({
    name: 'static',
    kind: path('DIR'),
    absent: 'the packaged demo pages',
    about: 'The directory whose files are served to browsers beside the bridge.',
  }),
  prefix: row({
    name: 'prefix',
    kind: urlPath,
    default: '/',
    about: 'The URL path under which the bridge answers.',
  }),
  requireToken: row({
    name: 'require-token',
    kind: boolean,
    default: 'false',
    about: 'Refuse programs and upgrades without an Origin header too, unless they send a page token or Netwine: 1.',
  }),
  script: row({
    name: 'script',
    kind: boolean,
    default: 'false',
    about: 'Offer answers as scripts, and GET for connect and send, to engines that can do nothing else.',
  }),
  // A client calls a stream dead after 2.25 pings; past ten minutes it would hardly ever notice.
  pingMs: row({
    name: 'ping',
    kind: seconds({ from: SHORTEST, to: 600 }),
    default: '20',
    about: 'A silent stream says PING after this time.',
  }),
  // The protocol clamps what a client asks for to 60 s, so a longer default could never be meant.
  holdMs: row({
    name: 'hold',
    kind: seconds({ from: 0, to: 60 }),
    default: '25',
    about: 'A poll waits this long for bytes; never longer than half of keep.',
  }),
  // Below half a second no client comes back in time; beyond a day it is a leak.
  keepMs: row({
    name: 'keep',
    kind: seconds({ from: 0.5, to: 24 * HOUR }),
    default: '120',
    about: 'A session lives this long without a sign of its client, where the client asks for no other time.',
  }),
  // A ticket stands in URLs, and so in logs: it has to stay short-lived.
  ticketMs: row({
    name: 'ticket',
    kind: seconds({ from: SHORTEST, to: 600 }),
    default: '30',
    about: 'A ticket is good for this long.',
  }),
  nonceMs: row({
    name: 'nonce',
    kind: seconds({ from: SHORTEST, to: HOUR }),
    default: '60',
    about: 'The answer of a failed connect is repeated to the same nonce for this long.',
  }),
  // Operating systems give up a dial by themselves after two to three minutes.
  connectTimeoutMs: row({
    name: 'connect-timeout',
    kind: seconds({ from: SHORTEST, to: 300 }),
    default: '10',
    about: 'A target has this long to accept a connection.',
  }),
  udpIdleMs: row({
    name: 'udp-idle',
    kind: seconds({ from: SHORTEST, to: 24 * HOUR }),
    default: '60',
    about: 'A udp session ends after this long without a datagram either way.',
  }),
  drainMs: row({
    name: 'drain',
    kind: seconds({ from: 0, to: HOUR }),
    default: '10',
    about: 'At a stop, readers have this long to finish; 0 cuts them at once.',
  }),
  windowBytes: row({
    name: 'window',
    kind: bytes(windowRange),
    default: '262144',
    about: 'What a session keeps of a target until the client acknowledges it.',
  }),
  upWindowBytes: row({
    name: 'up-window',
    kind: bytes(windowRange),
    default: '65536',
    about: 'What a session keeps of a client until the target takes it.',
  }),
  // Parameters and forms may take 4 KiB. Bodies are streamed, so the upper bound costs no memory.
  maxBodyBytes: row({
    name: 'max-body',
    kind: bytes({ from: 4 * KIB, to: 1024 * MIB }),
    default: '8388608',
    about: 'The longest body of a request.',
  }),
  log: row({
    name: 'log',
    kind: oneOf(['silent', 'error', 'info', 'debug']),
    default: 'info',
    about: 'How much is logged.',
  }),
  chat: row<HostPort>({
    name: 'chat',
    kind: hostPort,
    default: '127.0.0.1:7777',
    only: 'demo',
    about: 'Where the chat server of netwine demo listens.',
  }),
} satisfies Record<string, Row<unknown>>;

type Table = typeof settings;

/** Every setting by its property name: checked, in milliseconds or bytes, frozen. */
export type Settings = { readonly [P in keyof Table]: Table[P]['defaultValue'] };

/** The rows in the order in which they are documented. */
export const rows: readonly Row<unknown>[] = Object.values(settings);

/** The environment variable of a row: `up-window` -> `NETWINE_UP_WINDOW`. */
export const environmentName = ({ name }: Pick<Row<unknown>, 'name'>): string =>
  `NETWINE_${name.toUpperCase().replaceAll('-', '_')}`;

/** NETWINE_* variables that are no settings, so that they are not taken for mistyped ones. */
export const foreignEnvironment: ReadonlySet<string> = new Set([
  // Names the bridge that `npm run protocol` tests.
  'NETWINE_URL',
]);
