/** The parameters of an answer that is read: mode, encoding and how long it goes on. [PROTOCOL 2] */
import { NetwineError } from '../core/errors.ts';
import { type Encoding, type EncodingName, encodingNames, encodingOf, page } from './encoding/index.ts';
import type { Parameters } from './parameters.ts';

export interface Reading {
  mode: 'stream' | 'poll';
  /** null for `raw`. */
  encoding: Encoding | null;
  holdMs: number;
  rotateBytes: number;
  padBytes: number;
  /** The client has seen END. */
  endSeen: boolean;
}

const MOST = { holdMs: 60_000, padBytes: 8192, callback: 999_999_999 };
/** A person waits for a page: what the target says at once is on it, and nothing later. */
const PAGE_HOLD_MS = 1000;
const LEAST_ROTATE_BYTES = 4096;

/** Any page of any origin can run what `script` answers, so it is there only where the operator wants it. */
export const isOffered = (name: EncodingName, { script }: { script: boolean }): boolean => name !== 'script' || script;

/**
 * @param defaults the values in force; `poll` where the verb knows no stream.
 * @throws BAD_REQUEST
 */
export const readReading = (
  parameters: Parameters,
  defaults: { holdMs: number; windowBytes: number; script: boolean; poll?: boolean },
): Reading => {
  const named = parameters.oneOf('as', offered(defaults));
  const callback = parameters.number('callback', { max: MOST.callback });
  const polls = defaults.poll || (named !== undefined && encodingOf(named)?.whole === true);
  const asked = defaults.poll ? undefined : parameters.oneOf('mode', ['stream', 'poll'] as const);
  const mode = asked ?? (polls ? 'poll' : 'stream');
  const as = named ?? (mode === 'poll' ? 'lines' : 'raw');
  if (as === 'raw' && mode === 'poll') throw new NetwineError('BAD_REQUEST', { text: 'raw is for streams only' });
  if (polls && mode === 'stream') throw new NetwineError('BAD_REQUEST', { text: 'this encoding is for polls only' });
  const encoding = encodingOf(as, callback);
  const holdS = parameters.number('hold');
  const usualMs = encoding === page ? Math.min(PAGE_HOLD_MS, defaults.holdMs) : defaults.holdMs;
  const rotate = parameters.number('rotate') ?? defaults.windowBytes;
  return {
    mode,
    encoding,
    holdMs: Math.min(holdS === undefined ? usualMs : holdS * 1000, MOST.holdMs),
    rotateBytes: Math.min(Math.max(rotate, LEAST_ROTATE_BYTES), defaults.windowBytes),
    padBytes: Math.min(parameters.number('pad') ?? 0, MOST.padBytes),
    endSeen: parameters.flag('ended') ?? false,
  };
};

const offered = (offers: { script: boolean }): readonly EncodingName[] =>
  encodingNames.filter((name) => isOffered(name, offers));

/** Padding as lines that every client skips; empty where none is asked for. */
export const paddingRecord = (bytes: number): string => '~'.repeat(Math.max(bytes, 0));
