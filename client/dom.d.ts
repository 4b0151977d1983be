/**
 * The small part of the DOM that the client uses, in the place of TypeScript's own. What some engine lacks may be
 * undefined here, so that the compiler asks for the test; many tests lie (a type is there and throws), so use it in a
 * `try` all the same. Ways to ask and kinds of bytes stand in requests.d.ts.
 */

interface Window {
  readonly document: Document;
  readonly location: Location;
  readonly navigator: Navigator;
  readonly parent: Window;
  readonly top: Window;
  readonly frames: { [name: string]: Window | undefined };
  name: string;
  readonly closed?: boolean;
  addEventListener?: (type: string, run: (event: DomEvent) => void, capture: boolean) => void;
  removeEventListener?: (type: string, run: (event: DomEvent) => void, capture: boolean) => void;
  attachEvent?: (type: string, run: (event: DomEvent) => void) => boolean;
  detachEvent?: (type: string, run: (event: DomEvent) => void) => void;
  /** Functions that frames and scripts call by name, and whatever an engine may have. */
  [name: string]: any;
}
declare const window: Window;
declare const self: Window;

interface DomEvent {
  readonly type: string;
  /** True where the page may come back from a cache; absent in old engines. */
  readonly persisted?: boolean;
  /** Old engines have none. */
  readonly target?: any;
  readonly srcElement?: any;
}

interface Location {
  readonly href: string;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  replace(url: string): void;
}
declare const location: Location;

interface Navigator {
  readonly onLine?: boolean;
  sendBeacon?: (url: string, body?: string | Blob | Uint8Array) => boolean;
}
declare const navigator: Navigator;

interface Element {
  readonly tagName: string;
  id: string;
  className: string;
  innerHTML: string;
  readonly style: { [name: string]: string };
  readonly parentNode: Element | null;
  readonly firstChild: Element | null;
  readonly lastChild: Element | null;
  readonly nextSibling: Element | null;
  appendChild<E extends Element>(child: E): E;
  insertBefore<E extends Element>(child: E, before: Element | null): E;
  removeChild<E extends Element>(child: E): E;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  /** Absent in the engines before DOM 2 events. */
  addEventListener?: (type: string, run: (event: DomEvent) => void, capture: boolean) => void;
  removeEventListener?: (type: string, run: (event: DomEvent) => void, capture: boolean) => void;
  attachEvent?: (type: string, run: (event: DomEvent) => void) => boolean;
  detachEvent?: (type: string, run: (event: DomEvent) => void) => void;
}
interface ScriptElement extends Element {
  src: string;
  type: string;
  text: string;
  async?: boolean;
  charset: string;
  onload: ((event: DomEvent) => void) | null;
  onerror: ((event: DomEvent) => void) | null;
  onreadystatechange?: (() => void) | null;
  readonly readyState?: string;
}
interface FrameElement extends Element {
  name: string;
  src: string;
  onload: ((event: DomEvent) => void) | null;
  onreadystatechange?: (() => void) | null;
  readonly readyState?: string;
  /** Access throws where the frame is of another origin. */
  readonly contentWindow?: Window | null;
  readonly contentDocument?: Document | null;
}
interface FormElement extends Element {
  name: string;
  action: string;
  method: string;
  target: string;
  /** As `application/x-www-form-urlencoded`; `encoding` is its name in old engines. */
  enctype: string;
  encoding?: string;
  acceptCharset: string;
  submit(): void;
}
interface FieldElement extends Element {
  name: string;
  type: string;
  value: string;
}
interface Document {
  readonly body: Element | null;
  readonly documentElement: Element | null;
  readonly location: Location;
  readonly parentWindow?: Window;
  readonly defaultView?: Window | null;
  domain: string;
  title: string;
  cookie: string;
  readonly readyState?: string;
  readonly hidden?: boolean;
  readonly visibilityState?: string;
  createElement(name: 'script'): ScriptElement;
  createElement(name: 'iframe'): FrameElement;
  createElement(name: 'form'): FormElement;
  createElement(name: 'input' | 'textarea'): FieldElement;
  createElement(name: string): Element;
  createTextNode(text: string): Element;
  getElementById(id: string): Element | null;
  getElementsByTagName(name: string): { readonly length: number; readonly [index: number]: Element };
  getElementsByName(name: string): { readonly length: number; readonly [index: number]: Element };
  open(): void;
  write(text: string): void;
  close(): void;
  addEventListener?: (type: string, run: (event: DomEvent) => void, capture: boolean) => void;
  removeEventListener?: (type: string, run: (event: DomEvent) => void, capture: boolean) => void;
  attachEvent?: (type: string, run: (event: DomEvent) => void) => boolean;
  detachEvent?: (type: string, run: (event: DomEvent) => void) => void;
}
declare const document: Document;

/** No part of ES3 itself, but of every engine that has a page. */
declare function escape(binary: string): string;

declare function setTimeout(run: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
declare function setInterval(run: () => void, ms: number): number;
declare function clearInterval(timer: number): void;

interface ConsoleLike {
  log?: (text: string) => void;
}
declare const console: ConsoleLike | undefined;
