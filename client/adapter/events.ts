/** Events as the DOM has them, for things that are no part of it: handlers as properties, and listeners. [DOM 2.7] */
import { nothing } from '../transport/engine.ts';
import { guarded } from './delivery.ts';

/** As much of an event as programs look at. */
export interface FaceEvent {
  type: string;
  target: unknown;
  currentTarget: unknown;
  [name: string]: unknown;
}

type Listen = (event: FaceEvent) => void;
export type Listener = Listen | { handleEvent: Listen } | null;
type ListenerOptions = boolean | { capture?: boolean; once?: boolean };

export interface Events {
  addEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
  removeEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
  /** Calls the handler `on...` of the target, then the listeners. */
  tell(type: string, values?: { [name: string]: unknown }): void;
}

interface Entry {
  type: string;
  listener: Exclude<Listener, null>;
  capture: boolean;
  once: boolean;
  removed: boolean;
}

export const createEvents = (target: { [name: string]: unknown }): Events => {
  let entries: Entry[] = [];

  const captures = (options: ListenerOptions | undefined): boolean =>
    options === true || (typeof options === 'object' && options !== null && options.capture === true);
  const find = (type: string, listener: Listener, capture: boolean): Entry | null => {
    for (let i = 0; i < entries.length; i += 1) {
      const entry = entries[i] as Entry;
      if (entry.type === type && entry.listener === listener && entry.capture === capture) return entry;
    }
    return null;
  };
  const remove = (entry: Entry): void => {
    entry.removed = true;
    const others: Entry[] = [];
    for (let i = 0; i < entries.length; i += 1) if (entries[i] !== entry) others.push(entries[i] as Entry);
    entries = others;
  };

  return {
    addEventListener: (type, listener, options) => {
      const capture = captures(options);
      if (!listener || find(type, listener, capture)) return;
      const once = typeof options === 'object' && options !== null && options.once === true;
      // A new list: one that is being told is not changed.
      entries = entries.concat([{ type, listener, capture, once, removed: false }]);
    },
    removeEventListener: (type, listener, options) => {
      const entry = find(type, listener, captures(options));
      if (entry) remove(entry);
    },
    tell: (type, values = {}) => {
      const event: FaceEvent = {
        type,
        target,
        currentTarget: target,
        preventDefault: nothing,
        stopPropagation: nothing,
      };
      for (const name in values) event[name] = values[name];
      const now = entries;
      const handler = target[`on${type}`] as Listen | null;
      if (typeof handler === 'function') guarded(() => handler.call(target, event));
      for (let i = 0; i < now.length; i += 1) {
        const entry = now[i] as Entry;
        if (entry.type !== type || entry.removed) continue;
        if (entry.once) remove(entry);
        guarded(() => {
          const { listener } = entry;
          if (typeof listener === 'function') listener.call(target, event);
          else listener.handleEvent(event);
        });
      }
    },
  };
};
