/** What a `WebSocket` refuses, and what its address says to us. [WebSockets 3, PROTOCOL 8] */
import { bridgeBase } from './page.ts';
import { encodeText } from './utf8.ts';

const MOST_REASON_BYTES = 123;

/** Old engines cannot make a DOMException; programs look at the name. */
export const fault = (name: string, text: string): Error => {
  const error = new Error(text);
  error.name = name;
  return error;
};

/** @returns the reason as a text @throws InvalidAccessError, SyntaxError */
export const checkClose = (code?: number, reason?: string): string => {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) {
    throw fault('InvalidAccessError', 'A close code is 1000, or 3000 to 4999.');
  }
  const text = reason === undefined ? '' : String(reason);
  if (encodeText(text).length > MOST_REASON_BYTES) throw fault('SyntaxError', 'A reason has at most 123 bytes.');
  return text;
};

/** The first protocol that is offered, which the bridge would choose. @throws SyntaxError */
export const checkProtocols = (protocols: string | string[] | undefined): string => {
  const all = protocols === undefined ? [] : typeof protocols === 'string' ? [protocols] : protocols;
  const seen: { [name: string]: boolean } = {};
  for (let i = 0; i < all.length; i += 1) {
    const name = `_${all[i]}`;
    if (!/^_[!#$%&'*+.^`|~\w-]+$/.test(name) || seen[name]) throw fault('SyntaxError', 'These are no subprotocols.');
    seen[name] = true;
  }
  return all.length > 0 ? String(all[0]) : '';
};

/** What is connected to, and through which bridge. */
export interface Address {
  to: string;
  base: string;
  token: string | undefined;
}

const fieldOf = (query: string, name: string): string | undefined => {
  const found = new RegExp(`[?&]${name}=([^&]*)`).exec(query);
  return found ? decodeURIComponent((found[1] as string).replace(/\+/g, ' ')) : undefined;
};

/**
 * `ws://bridge/connect?to=host:port`, or `ws://bridge/route`. A route is what lies below the bridge that the page has, or
 * below the root of another.
 * @throws SyntaxError
 */
export const addressOf = (url: string, bridge: string = bridgeBase()): Address => {
  const parts = /^(?:ws|http)(s?:\/\/[^/?#]+)(\/[^?#]*)?(\?[^#]*)?$/i.exec(url);
  if (!parts) throw fault('SyntaxError', 'This is no address of a WebSocket.');
  const [, host, path = '/', query = ''] = [parts[0], `http${parts[1]}`, parts[2], parts[3]] as string[];
  const token = fieldOf(query, 'token');
  const to = fieldOf(query, 'to');
  if (to !== undefined) return { to, base: host + path.replace(/[^/]*$/, ''), token };
  const whole = host + path;
  const base = whole.indexOf(bridge) === 0 ? bridge : `${host}/`;
  return { to: `/${whole.slice(base.length)}`, base, token };
};
