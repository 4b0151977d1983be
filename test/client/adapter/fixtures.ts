/** What tests of the faces work with: an engine with everything, and sockets whose events can be awaited. */
import type { NetwineSocket, SocketOptions } from '../../../client/adapter/socket-types.ts';
import type { Final } from '../../../client/core/types.ts';

/** Storage as a page has it; one tab, all its pages. */
export class MemoryStorage {
  readonly items = new Map<string, string>();
  /** The most letters of a value; more is refused. */
  mostLetters = Infinity;
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    if (value.length > this.mostLetters) throw new Error('QuotaExceededError');
    this.items.set(name, value);
  }
  removeItem(name: string): void {
    this.items.delete(name);
  }
}

export interface Watched {
  socket: NetwineSocket;
  /** Events by name in their order, bytes left out. */
  events: string[];
  received(): Buffer;
  /** Waits until this holds. */
  until(holds: () => boolean): Promise<void>;
  opened: Promise<void>;
  closed: Promise<Final>;
  /** Waits for so many bytes. @returns all that came */
  bytes(count: number): Promise<Buffer>;
}

/** Looks at all that a socket tells. */
export const watched = (make: (options: SocketOptions) => NetwineSocket): Watched => {
  const events: string[] = [];
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const one of waiting) one();
  };
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const told = (name: string): void => {
    events.push(name);
    look();
  };
  let final: Final | null = null;
  const socket = make({
    onopen: () => told('open'),
    ondata: (data: string | Uint8Array) => {
      chunks.push(typeof data === 'string' ? Buffer.from(data) : Buffer.from(data));
      look();
    },
    onend: () => told('end'),
    onerror: ({ code }) => told(`error ${code}`),
    onclose: (last) => {
      final = last;
      told(`close ${last.code}`);
    },
    onchange: look,
  });
  const received = (): Buffer => Buffer.concat(chunks);
  return {
    socket,
    events,
    received,
    until,
    opened: until(() => events.includes('open')),
    closed: until(() => final !== null).then(() => final as Final),
    bytes: async (count) => {
      await until(() => received().length >= count);
      return received();
    },
  };
};

/** Bytes of every value, of any length, none like the one before it. */
export const pattern = (length: number): Buffer<ArrayBuffer> =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => at ^ (at >> 8)));
