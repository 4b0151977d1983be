/** Which engines run the checks of a socket, by which ways, and what each leaves out: the source of the table of client/README.md. */
import type { EngineId } from './table.ts';

export interface CheckRun {
  id: EngineId;
  /** The only way to receive that it may use; by default it chooses by itself. */
  way?: string;
  /** 64 KiB each way instead of a mebibyte down and a quarter up. */
  small?: true;
  /** It goes to another page at the end, which ends its sockets; false where it cannot. */
  leaves?: false;
  /** Checks that it does not run, by what they are called. */
  skip?: readonly string[];
  /** What it cannot do of all this, in words for the table. */
  lacks?: string;
}

/** By the choice of the script itself, but where there is but one way. */
export const today: readonly CheckRun[] = [
  { id: 'chromium' },
  { id: 'firefox' },
  { id: 'webkitgtk' },
  { id: 'chrome92' },
  { id: 'chrome64' },
];

export const old: readonly CheckRun[] = [
  { id: 'qtwebkit' },
  { id: 'wkhtml' },
  { id: 'phantom2' },
  { id: 'phantom1' },
  { id: 'khtml' },
  { id: 'wine', leaves: false, lacks: 'leave: there is no page' },
];

export const small: readonly CheckRun[] = [
  {
    id: 'netsurf',
    way: 'script-poll',
    small: true,
    leaves: false,
    lacks: 'leave; tried with 64 KiB each way; learns of a cut answer by its time only',
  },
  { id: 'edbrowse', small: true, leaves: false, lacks: 'leave; tried with 64 KiB each way' },
];

const byName = (id: EngineId, ...ways: readonly string[]): CheckRun[] => ways.map((way) => ({ id, way }));

/** Engines of one family have their ways in common: these are the ones in which each way is looked at by itself. */
export const byWay: readonly CheckRun[] = [
  ...byName('chromium', 'websocket', 'fetch-stream', 'xhr-stream', 'events', 'html-frame', 'xhr-poll', 'exchange'),
  ...byName('chromium', 'script-poll'),
  ...byName('firefox', 'websocket', 'xhr-stream', 'html-frame', 'xhr-poll', 'script-poll'),
  ...byName('webkitgtk', 'xhr-stream', 'events'),
  ...byName('phantom1', 'events', 'html-frame', 'xhr-poll', 'exchange', 'script-poll'),
];

/** Of each engine the run whose ways the table shows. */
export const ownChoice: readonly CheckRun[] = [...today, ...old, ...small];
