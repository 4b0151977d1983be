/** The parameters of an answer that is read: mode, encoding and how long it goes on. [PROTOCOL 2] */
import { NetwineError } from '../core/errors.ts';
import { type Encoding, type EncodingName, encodingNames, encodings } from './encoding/index.ts';
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

const MOST = { holdMs: 60_000, padBytes: 8192 };
const LEAST_ROTATE_BYTES = 4096;

/** The encoding of a name; null for `raw`. */
export const encodingOf = (name: EncodingName): Encoding | null => (name === 'raw' ? null : encodings[name]);

/**
 * @param defaults the values in force; `poll` where the verb knows no stream.
 * @throws BAD_REQUEST
 */
export const readReading = (
  parameters: Parameters,
  defaults: { holdMs: number; windowBytes: number; poll?: boolean },
): Reading => {
  const mode = defaults.poll ? 'poll' : (parameters.oneOf('mode', ['stream', 'poll'] as const) ?? 'stream');
  const as = parameters.oneOf('as', encodingNames) ?? (mode === 'poll' ? 'lines' : 'raw');
  if (as === 'raw' && mode === 'poll') throw new NetwineError('BAD_REQUEST', { text: 'raw is for streams only' });
  const holdS = parameters.number('hold');
  const rotate = parameters.number('rotate') ?? defaults.windowBytes;
  return {
    mode,
    encoding: encodingOf(as),
    holdMs: Math.min(holdS === undefined ? defaults.holdMs : holdS * 1000, MOST.holdMs),
    rotateBytes: Math.min(Math.max(rotate, LEAST_ROTATE_BYTES), defaults.windowBytes),
    padBytes: Math.min(parameters.number('pad') ?? 0, MOST.padBytes),
    endSeen: parameters.flag('ended') ?? false,
  };
};

/** Padding as lines that every client skips; empty where none is asked for. */
export const paddingRecord = (bytes: number): string => '~'.repeat(Math.max(bytes, 0));
