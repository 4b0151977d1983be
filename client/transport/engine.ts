/** What this engine has, as this room uses it; each is found by trying, for there are engines whose names lie. */

/** An XMLHttpRequest or its ActiveX twin. */
export interface Xhr {
  readyState: number;
  readonly status: number;
  readonly responseText: string;
  onreadystatechange: () => void;
  overrideMimeType?: (type: string) => void;
  open(method: string, url: string, async: boolean): void;
  setRequestHeader(name: string, value: string): void;
  send(body: unknown): void;
  abort(): void;
}

declare const setTimeout: (run: () => void, ms: number) => unknown;
declare const clearTimeout: (timer: unknown) => void;
declare const XMLHttpRequest: new () => Xhr;
declare const ActiveXObject: new (name: string) => unknown;
declare const Blob: new (parts: unknown[]) => { size: number };
declare const location: { href: string };
/** As far as this file uses it, for programs have none. */
declare const document: {
  createElement(tag: string): { innerHTML: string; firstChild: unknown; contentWindow: unknown };
};

/** Does nothing; old engines take no null for a handler. */
export const nothing = (): void => {};

/** @returns a way to cancel */
export const later = (run: () => void, ms?: number): (() => void) => {
  const timer = setTimeout(run, ms || 0);
  return () => clearTimeout(timer);
};

/** What it gives, or null where it throws or gives nothing. */
export const attempted = <T>(make: () => T | null | undefined): T | null => {
  try {
    return make() || null;
  } catch {
    return null;
  }
};

export const activeX = <T>(name: string): T | null => attempted(() => new ActiveXObject(name) as T);

export const newXhr = (): Xhr | null => attempted(() => new XMLHttpRequest()) || activeX<Xhr>('Microsoft.XMLHTTP');

const tried = newXhr();

export const hasXhr = tried !== null;
/** It can read any byte as a character, and so write any as one. The ActiveX twin cannot, and shows whole answers only, as Internet Explorer's own does. */
export const isBinaryXhr = tried !== null && attempted(() => tried.overrideMimeType) !== null;
type MakeBytes = new (from: number | number[] | ArrayBuffer) => Uint8Array;

export const newBytes = (from: number | number[] | ArrayBuffer): Uint8Array =>
  new (Uint8Array as unknown as MakeBytes)(from);

/** Arrays that work: KHTML takes an empty piece for all the rest, and `set` for something else. */
export const hasTypedArrays = attempted(() => newBytes(2).subarray(1, 1).length === 0) === true;

export const newBlob = (parts: unknown[]): { size: number } => new Blob(parts);

/** Where this works bytes can be sent; where it does not, some engines send the name of the array instead. */
export const hasBlobs = hasTypedArrays && attempted(() => newBlob(['a', newBytes(2)]).size === 3) === true;

/** Null where the engine cannot say, as NetSurf, whose frames and forms a script cannot use either. */
const resolved = (url: string): string | null =>
  attempted(() => {
    const box = document.createElement('div');
    // In this way old engines resolve it, too.
    box.innerHTML = `<a href="${url.replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"></a>`;
    return (box.firstChild as { href: string }).href;
  });

/** An address that holds in other documents and for sockets, too. */
export const absolute = (url: string): string => resolved(url) || url;

const originOf = (url: string): string => url.replace(/^([^/]*\/\/[^/?#]*).*/, '$1').toLowerCase();

/**
 * Whether documents from there are open to this page, and this engine has frames. A frame that is in no page has no
 * window: where it has one, as in edbrowse, a form that is sent to it takes the place of the page.
 */
export const canFrame = (url: string): boolean =>
  attempted(() => originOf(resolved(url) as string) === originOf(location.href)) === true &&
  !attempted(() => document.createElement('iframe').contentWindow);
