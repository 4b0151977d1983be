/** Tells each open socket that its page goes, once, by whatever event the engine has for it, and that it came back. */
import { attempted } from '../transport/engine.ts';

/** @param away false where the page was only put aside, and a person has come back to it */
type Leaving = (away: boolean) => void;

let sockets: Leaving[] = [];
let isAway = false;
let listening = false;

/** Some engines have two events for the same. */
const turn = (away: boolean) => (): void => {
  if (isAway === away) return;
  isAway = away;
  const all = sockets;
  for (let i = 0; i < all.length; i += 1) (all[i] as Leaving)(away);
};
const leave = turn(true);
const back = turn(false);

const listen = (): void => {
  listening = true;
  attempted(() => {
    // Where there is the better event, the other would only keep the page from being put aside.
    const hides = 'onpagehide' in (window as object);
    if (window.addEventListener) {
      window.addEventListener('pagehide', leave, false);
      window.addEventListener('pageshow', back, false);
      if (!hides) window.addEventListener('unload', leave, false);
    } else if (window.attachEvent) window.attachEvent('onunload', leave);
  });
};

/** @returns a way to take it back */
export const onLeaving = (one: Leaving): (() => void) => {
  if (!listening) listen();
  sockets = sockets.concat(one);
  return () => {
    const others: Leaving[] = [];
    for (let i = 0; i < sockets.length; i += 1) if (sockets[i] !== one) others.push(sockets[i] as Leaving);
    sockets = others;
  };
};
