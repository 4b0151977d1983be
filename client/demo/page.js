/** What the demo's pages share: the bridge they came from, their token, what survives a reload, and words for a status. */

/** Calls `start`, but in no frame: a click in a frame may be meant for the page around it. */
export const startPage = (start) => {
  if (window.top === window.self) start();
  else document.body.textContent = 'This page does not work in a frame: open it in a window of its own.';
};

/** The bridge is where this page is. */
export const bridgeBase = () => new URL('./', document.baseURI).href;

/** Where the bridge says that the demo's chat is. */
export const chatAddress = () => {
  const address = document.querySelector('meta[name="netwine-chat"]')?.getAttribute('content');
  return address && !address.startsWith('{{') ? address : '127.0.0.1:7777';
};

/** The token that the bridge put into this page; undefined where the page was served by something else. */
export const pageToken = () => {
  const token = document.querySelector('meta[name="netwine-token"]')?.getAttribute('content');
  return token && !token.startsWith('{{') ? token : undefined;
};

/** `poll` where the address of this page says so, else `stream`. */
export const wantedTransport = () =>
  new URLSearchParams(location.search).get('transport') === 'poll' ? 'poll' : 'stream';

/** One thing kept by this tab alone, through reloads. */
export class Store {
  #name;

  constructor(name) {
    this.#name = name;
  }

  /** What was saved, or null. */
  load() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#name) ?? 'null');
    } catch {
      // Storage that is switched off or was written by something else holds nothing for us.
      return null;
    }
  }

  /** Null removes it. @returns false where this tab can keep nothing, or not so much */
  save(value) {
    try {
      if (value === null) sessionStorage.removeItem(this.#name);
      else sessionStorage.setItem(this.#name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
}

/** Calls back when this page may be about to go: there may be no later moment. */
export const beforeLeaving = (callback) => {
  addEventListener('pagehide', callback);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') callback();
  });
};

/** A few words for the state of a session. */
export const stateText = (session) => {
  if (session === null) return 'Not connected';
  const { state, transport, down, final } = session;
  if (state === 'over') return final.code === 'CLOSED' ? 'Ended' : `Ended: ${final.text}`;
  if (state === 'connecting') return 'Connecting…';
  if (state === 'lost') return down.failures > 2 ? `Connection lost: trying again (${down.failures})` : 'Reconnecting…';
  return transport === 'poll' ? 'Connected by polling' : 'Connected by streaming';
};
