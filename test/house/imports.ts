/** Who imports whom in a source tree, and which of that the house does not allow. */
import { posix } from 'node:path';
import type { SourceFile } from './tree.ts';
import { isCode } from './tree.ts';

export interface Import {
  from: string;
  /** A path from the root of the tree where the specifier is relative, else the specifier as it stands. */
  to: string;
}

/**
 * Rooms of the server, and those that each may import besides itself. A file directly in `server/` is a room by its name
 * without the ending. [ARCHITECTURE, Who may import whom]
 */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  config: [],
  policy: ['core'],
  target: ['core'],
  relay: ['core'],
  observe: ['core'],
  cluster: ['core'],
  transport: ['core'],
  demo: [],
  // Its commands speak of targets and failures, whose types live in core.
  cli: ['core', 'config', 'policy', 'client/node'],
  // The sessions' half of the composition root; app is its Fastify half.
  bridge: ['core', 'policy', 'target', 'transport'],
  main: ['app', 'config', 'cli', 'demo'],
  index: ['app', 'core', 'policy'],
};

/** Rooms of the client, in the same way; what is built for today's engines has the rooms for all below it. */
const clientMayImport: Record<string, readonly string[]> = {
  core: [],
  transport: ['core'],
  adapter: ['core', 'transport'],
  main: ['core', 'transport', 'adapter'],
  old: ['transport'],
  websocket: ['adapter'],
  modern: ['core', 'transport', 'adapter'],
  node: ['core', 'transport'],
  build: [],
  demo: [],
};

/** These run in every engine, so nothing of npm or of Node is there for them; some faces of `adapter` are for bundlers. */
const bareClient = ['core', 'transport', 'main', 'old', 'websocket'];

/** Composes, so it may import every room but those that stand above it or beside it. */
const composer = 'app';
const notForComposer = ['main', 'index', 'cli', 'demo'];

const seesFastify = ['app', 'transport', 'cluster', 'observe', 'index'];

const statement = /\b(?:import|export)\b[^'"`;()]*?\bfrom\s*['"]([^'"\n]+)['"]/g;
const sideEffect = /\bimport\s*['"]([^'"\n]+)['"]/g;
const call = /\b(?:import|require)\s*\(\s*['"`]([^'"`\n]+)['"`]/g;

/** All imports of a tree: values, types, re-exports, calls. */
export function importsOf(files: readonly SourceFile[]): Import[] {
  return files
    .filter((file) => isCode(file.path))
    .flatMap(({ path, code }) => {
      const specifiers = [statement, sideEffect, call].flatMap((form) =>
        [...code.matchAll(form)].map((found) => found[1] ?? ''),
      );
      return specifiers.map((to) => ({
        from: path,
        to: to.startsWith('.') ? posix.join(posix.dirname(path), to) : to,
      }));
    });
}

/** The room of a file below `top`, or null elsewhere: `server/core/key.ts` is of `core`, `server/app.ts` of `app`. */
function roomOf(path: string, top: 'server' | 'client' = 'server'): string | null {
  const [first, room, ...rest] = path.split('/');
  if (first !== top || room === undefined) return null;
  return rest.length > 0 ? room : room.replace(/\.[a-z]+$/, '');
}

/** What the matrix has against an import by a room of the client. */
function clientFault(room: string, to: string): string | null {
  if (to.startsWith('server/')) return 'client and server share no code';
  if (to.startsWith('test/')) return 'programs do not import tests';
  const other = roomOf(to, 'client');
  if (other === null) return bareClient.includes(room) ? `${room} runs where no package is` : null;
  if (other === room || clientMayImport[room]?.includes(other)) return null;
  return `client/${room} may not import client/${other}`;
}

/** Imports between rooms that the matrix does not allow, in words. */
export function matrixFaults(files: readonly SourceFile[]): string[] {
  return importsOf(files).flatMap(({ from, to }) => {
    const fault = `${from} imports ${to}`;
    const clientRoom = roomOf(from, 'client');
    if (clientRoom !== null) {
      const words = clientFault(clientRoom, to);
      return words === null ? [] : [`${fault}: ${words}`];
    }
    const room = roomOf(from);
    if (room === null) return [];
    if (/^(fastify|fastify-plugin|@fastify\/.*)$/.test(to)) {
      return seesFastify.includes(room) ? [] : [`${fault}: ${room} may not see Fastify`];
    }
    const other = to.startsWith('client/') ? to.split('/').slice(0, 2).join('/') : roomOf(to);
    if (other === null || other === room)
      return to.startsWith('test/') ? [`${fault}: programs do not import tests`] : [];
    const isAllowed = room === composer ? isBelowComposer(other) : mayImport[room]?.includes(other);
    return isAllowed ? [] : [`${fault}: ${room} may not import ${other}`];
  });
}

function isBelowComposer(room: string): boolean {
  return !notForComposer.includes(room) && !room.startsWith('client/');
}

/** A cycle between files, as the files on it in order, for each file that takes part in one; type imports count. */
export function fileCycles(files: readonly SourceFile[]): string[] {
  return cycles(importsOf(files).map(({ from, to }) => ({ from, to })));
}

/** Cycles between the rooms of `server/` and of `client/`; files directly in these count as rooms. */
export function folderCycles(files: readonly SourceFile[]): string[] {
  const room = (path: string): string => path.split('/').slice(0, 2).join('/');
  const edges = importsOf(files).map(({ from, to }) => ({ from: room(from), to: room(to) }));
  return cycles(edges.filter(({ from, to }) => from !== to));
}

/** One line for each cycle that a walk in depth closes. */
function cycles(edges: readonly Import[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) found.push([...path.slice(at), node].join(' -> '));
    if (at >= 0 || done.has(node)) return;
    for (const other of next.get(node) ?? []) walk(other, [...path, node]);
    done.add(node);
  };
  for (const node of next.keys()) walk(node, []);
  return found;
}
