/** The routes file: paths of the bridge that stand for a target. A route names, it never permits. */
import { NetwineError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { parseTarget } from '../core/target-url.ts';
import { Fault, quote } from './hosts-error.ts';
import { type Line, parseLines } from './lines.ts';

/** Targets by decoded path, without the prefix under which the bridge is mounted. */
export type Routes = ReadonlyMap<string, Target>;

const verbs: ReadonlySet<string> = new Set(['/connect', '/receive', '/send', '/exchange', '/close', '/ticket']);

/** Reads `PATH TARGET` lines. @throws HostsError with all faults */
export const parseRoutes = (source: string | Uint8Array, file: string): Routes => {
  const routes = new Map<string, Target>();
  parseLines(source, file, (line) => {
    const [path, target] = parseRoute(line);
    if (routes.has(path)) throw new Fault(`the path ${quote(path)} has a route already`);
    routes.set(path, target);
  });
  return routes;
};

const parseRoute = ({ words }: Line): [string, Target] => {
  const [pathText = '', targetText, ...more] = words;
  if (targetText === undefined || more.length > 0) throw new Fault('a route is a path, a blank and a target');
  return [parsePath(pathText), parseRouteTarget(targetText)];
};

const parsePath = (text: string): string => {
  const path = decode(text);
  if (!path.startsWith('/')) throw new Fault(`a path begins with a slash, not ${quote(text)}`);
  // Routers read these as patterns, and a route is exact; behind a # nothing reaches a server.
  if (/[*?:#]/.test(path)) throw new Fault(`a path has no *, ?, # or colon: ${quote(text)}`);
  if (/[\x00-\x1f\x7f]|\/\/|\/\.{1,2}(?:\/|$)/.test(path)) {
    throw new Fault(`a path has no control bytes and no empty, . or .. segment: ${quote(text)}`);
  }
  if (verbs.has(path)) throw new Fault(`${path} is a path of the bridge itself`);
  return path;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Fault(`the percent-encoding of ${quote(text)} is malformed`);
  }
};

const parseRouteTarget = (text: string): Target => {
  try {
    return parseTarget(text);
  } catch (error) {
    if (error instanceof NetwineError) throw new Fault(`${quote(text)}: ${error.text}`);
    throw error;
  }
};
