/** Ways to ask a bridge, kinds of bytes, and places to keep something: what the DOM has beside pages, as in dom.d.ts. */

interface XMLHttpRequest {
  onreadystatechange: (() => void) | null;
  /** Events beside `onreadystatechange`: in newer engines only. */
  onload?: (() => void) | null;
  onprogress?: (() => void) | null;
  onerror?: (() => void) | null;
  onabort?: (() => void) | null;
  ontimeout?: (() => void) | null;
  readonly readyState: number;
  /** Throws before the head is there, in some engines. */
  readonly status: number;
  readonly responseText: string;
  /** Null or of another kind where `responseType` is only an expando. */
  readonly response?: any;
  responseType?: string;
  timeout?: number;
  withCredentials?: boolean;
  open(method: string, url: string, async: boolean): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  /** Absent in MSXML. */
  overrideMimeType?: (type: string) => void;
  send(body?: string | Blob | ArrayBuffer | Uint8Array | null): void;
  abort(): void;
}
declare const XMLHttpRequest: (new () => XMLHttpRequest) | undefined;

/** Internet Explorer 8 and 9: other origins of the same scheme; no headers, no status. */
interface XDomainRequest {
  onload: () => void;
  onprogress: () => void;
  onerror: () => void;
  ontimeout: () => void;
  timeout: number;
  readonly responseText: string;
  readonly contentType: string;
  open(method: string, url: string): void;
  send(body?: string): void;
  abort(): void;
}
declare const XDomainRequest: (new () => XDomainRequest) | undefined;

/** `Microsoft.XMLHTTP` is an XMLHttpRequest, and `htmlfile` a Document. */
declare const ActiveXObject: (new (name: string) => any) | undefined;
/** JScript: frees what closures and ActiveX hold of each other. */
declare const CollectGarbage: (() => void) | undefined;

interface MessageLike extends DomEvent {
  /** Text, or an ArrayBuffer where `binaryType` says so. */
  readonly data: any;
  readonly lastEventId?: string;
}
interface EventSource {
  onopen: ((event: DomEvent) => void) | null;
  onmessage: ((event: MessageLike) => void) | null;
  onerror: ((event: DomEvent) => void) | null;
  readonly readyState: number;
  addEventListener(type: string, run: (event: MessageLike) => void, capture?: boolean): void;
  removeEventListener(type: string, run: (event: MessageLike) => void, capture?: boolean): void;
  close(): void;
}
declare const EventSource: (new (url: string) => EventSource) | undefined;

interface WebSocket {
  binaryType?: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly protocol?: string;
  onopen: ((event: DomEvent) => void) | null;
  onmessage: ((event: MessageLike) => void) | null;
  onerror: ((event: DomEvent) => void) | null;
  onclose: ((event: DomEvent & { code?: number; reason?: string; wasClean?: boolean }) => void) | null;
  send(data: string | ArrayBuffer | Uint8Array): void;
  close(code?: number, reason?: string): void;
}
declare const WebSocket: (new (url: string, protocols?: string | string[]) => WebSocket) | undefined;

interface ArrayBuffer {
  readonly byteLength: number;
  slice?: (from: number, to?: number) => ArrayBuffer;
}
declare const ArrayBuffer: (new (size: number) => ArrayBuffer) | undefined;
interface Uint8Array {
  [index: number]: number;
  readonly length: number;
  readonly byteLength: number;
  readonly byteOffset: number;
  readonly buffer: ArrayBuffer;
  /** Old engines take an array or an ArrayBuffer here, too. */
  set(from: Uint8Array | number[], at?: number): void;
  subarray(from: number, to?: number): Uint8Array;
}
interface Uint8ArrayConstructor {
  new (size: number): Uint8Array;
  new (values: number[] | Uint8Array): Uint8Array;
  new (buffer: ArrayBuffer, at?: number, size?: number): Uint8Array;
}
declare const Uint8Array: Uint8ArrayConstructor | undefined;
interface Blob {
  readonly size: number;
  readonly type: string;
}
declare const Blob:
  | (new (
      parts: (string | ArrayBuffer | Uint8Array | Blob)[],
      options?: { type?: string },
    ) => Blob)
  | undefined;

/** Access alone throws where a person has switched it off. */
interface Storage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}
declare const localStorage: Storage | undefined;
declare const sessionStorage: Storage | undefined;

declare const btoa: ((binary: string) => string) | undefined;
declare const atob: ((base64: string) => string) | undefined;
declare const crypto: { getRandomValues?: (into: Uint8Array) => Uint8Array } | undefined;
declare const performance: { now?: () => number } | undefined;

/** As much of a promise as fetch needs; engines with fetch have them. */
interface PromiseLike<T> {
  then<R>(done: (value: T) => R | PromiseLike<R>, failed?: (error: unknown) => R | PromiseLike<R>): PromiseLike<R>;
}
interface AbortSignal {
  readonly aborted: boolean;
}
interface AbortController {
  readonly signal: AbortSignal;
  abort(): void;
}
declare const AbortController: (new () => AbortController) | undefined;
interface StreamReader {
  read(): PromiseLike<{ done: boolean; value?: Uint8Array }>;
  cancel(reason?: unknown): PromiseLike<void>;
  releaseLock(): void;
}
interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly body?: { getReader(): StreamReader; cancel(reason?: unknown): PromiseLike<void> } | null;
  text(): PromiseLike<string>;
}
interface FetchOptions {
  method?: string;
  headers?: { [name: string]: string };
  body?: string | ArrayBuffer | Uint8Array | Blob | null;
  cache?: string;
  credentials?: string;
  keepalive?: boolean;
  mode?: string;
  redirect?: string;
  referrerPolicy?: string;
  signal?: AbortSignal;
}
declare const fetch: ((url: string, options?: FetchOptions) => PromiseLike<FetchResponse>) | undefined;
