/** A page that goes tells each of its sockets once, by the event that its engine has, and tells them when it is back. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const listeners = new Map<string, () => void>();
const go = (name: string): void => listeners.get(name)?.();

const start = async (window: object | undefined) => {
  vi.stubGlobal('window', window);
  const { onLeaving } = await import('../../../client/adapter/leaving.ts');
  const told: string[] = [];
  const add = (name: string) => onLeaving((away) => told.push(`${name} ${away ? 'goes' : 'back'}`));
  return { told, add };
};
const modern = (more: object) => ({
  addEventListener: (name: string, run: () => void) => listeners.set(name, run),
  ...more,
});

beforeEach(() => {
  vi.resetModules();
  listeners.clear();
});
afterEach(() => vi.unstubAllGlobals());

test('each is told once, and again when it came back', async () => {
  const { told, add } = await start(modern({ onpagehide: null }));
  add('a');
  const remove = add('b');
  add('c');
  remove();
  go('pagehide');
  go('pagehide');
  expect(told).toEqual(['a goes', 'c goes']);
  go('pageshow');
  go('pageshow');
  go('pagehide');
  expect(told.slice(2)).toEqual(['a back', 'c back', 'a goes', 'c goes']);
  // It would keep a page from being put aside.
  expect(listeners.has('unload')).toBe(false);
});

test('one that is gone while its page was away is not told that it is back', async () => {
  const { told, add } = await start(modern({ onpagehide: null }));
  const remove = add('a');
  go('pagehide');
  remove();
  go('pageshow');
  expect(told).toEqual(['a goes']);
});

test('engines without that event have another, and old ones a third', async () => {
  const { told, add } = await start(modern({}));
  add('a');
  go('unload');
  expect(told).toEqual(['a goes']);
  vi.resetModules();
  const old = await start({ attachEvent: (name: string, run: () => void) => listeners.set(name, run) });
  old.add('b');
  go('onunload');
  expect(old.told).toEqual(['b goes']);
});

test('where there is no window nothing is heard, and nothing breaks', async () => {
  const { told, add } = await start(undefined);
  add('a')();
  expect(told).toEqual([]);
});
