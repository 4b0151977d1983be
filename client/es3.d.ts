/**
 * The whole library of ES3 as the client may use it, in the place of TypeScript's own. [ECMA-262 3rd edition, 15]
 * Left out on purpose: `eval` and the `Function` constructor (policies forbid them), `s[0]`, `substr` and `splice` of one
 * argument (JScript differs), `parseInt` without a radix (octal there), `escape` and `unescape`.
 */

declare const NaN: number;
declare const Infinity: number;
declare function parseInt(text: string, radix: number): number;
declare function parseFloat(text: string): number;
declare function isNaN(value: number): boolean;
declare function isFinite(value: number): boolean;
declare function encodeURI(text: string): string;
declare function encodeURIComponent(text: string): string;
declare function decodeURI(text: string): string;
declare function decodeURIComponent(text: string): string;

interface Object {
  constructor: Function;
  toString(): string;
  toLocaleString(): string;
  valueOf(): Object;
  hasOwnProperty(name: string | number): boolean;
  isPrototypeOf(value: Object): boolean;
  propertyIsEnumerable(name: string | number): boolean;
}
declare const Object: { new (): Object; readonly prototype: Object };

interface Function {
  apply(self: unknown, values?: unknown): any;
  call(self: unknown, ...values: unknown[]): any;
  toString(): string;
  prototype: any;
  readonly length: number;
}
interface CallableFunction extends Function {
  apply<T, R>(this: (this: T) => R, self: T): R;
  apply<T, A extends any[], R>(this: (this: T, ...values: A) => R, self: T, values: A): R;
  call<T, A extends any[], R>(this: (this: T, ...values: A) => R, self: T, ...values: A): R;
}
interface NewableFunction extends Function {}
interface IArguments {
  [index: number]: any;
  readonly length: number;
  callee: Function;
}

interface String {
  readonly length: number;
  toString(): string;
  valueOf(): string;
  charAt(index: number): string;
  charCodeAt(index: number): number;
  concat(...texts: string[]): string;
  indexOf(text: string, from?: number): number;
  lastIndexOf(text: string, from?: number): number;
  localeCompare(text: string): number;
  match(pattern: RegExp): RegExpMatchArray | null;
  replace(pattern: string | RegExp, by: string | ((found: string, ...groups: any[]) => string)): string;
  search(pattern: RegExp): number;
  slice(from?: number, to?: number): string;
  split(by: string | RegExp, most?: number): string[];
  substring(from: number, to?: number): string;
  toLowerCase(): string;
  toLocaleLowerCase(): string;
  toUpperCase(): string;
  toLocaleUpperCase(): string;
}
declare const String: {
  (value?: unknown): string;
  readonly prototype: String;
  fromCharCode(...codes: number[]): string;
};

interface Boolean {
  valueOf(): boolean;
}
declare const Boolean: { <T>(value?: T): boolean; readonly prototype: Boolean };

interface Number {
  toString(radix?: number): string;
  valueOf(): number;
  toFixed(digits?: number): string;
  toExponential(digits?: number): string;
  toPrecision(digits?: number): string;
}
declare const Number: {
  (value?: unknown): number;
  readonly prototype: Number;
  readonly MAX_VALUE: number;
  readonly MIN_VALUE: number;
  readonly NaN: number;
  readonly NEGATIVE_INFINITY: number;
  readonly POSITIVE_INFINITY: number;
};

interface Math {
  readonly E: number;
  readonly LN10: number;
  readonly LN2: number;
  readonly LOG2E: number;
  readonly LOG10E: number;
  readonly PI: number;
  readonly SQRT1_2: number;
  readonly SQRT2: number;
  abs(x: number): number;
  acos(x: number): number;
  asin(x: number): number;
  atan(x: number): number;
  atan2(y: number, x: number): number;
  ceil(x: number): number;
  cos(x: number): number;
  exp(x: number): number;
  floor(x: number): number;
  log(x: number): number;
  max(...values: number[]): number;
  min(...values: number[]): number;
  pow(x: number, y: number): number;
  random(): number;
  round(x: number): number;
  sin(x: number): number;
  sqrt(x: number): number;
  tan(x: number): number;
}
declare const Math: Math;

/** The parts that speak of local time are left out: nothing here needs them. */
interface Date {
  getTime(): number;
  setTime(ms: number): number;
  valueOf(): number;
  toString(): string;
  toUTCString(): string;
  getTimezoneOffset(): number;
  getFullYear(): number;
  getMonth(): number;
  getDate(): number;
  getDay(): number;
  getHours(): number;
  getMinutes(): number;
  getSeconds(): number;
  getMilliseconds(): number;
}
declare const Date: { new (): Date; new (ms: number): Date; (): string; parse(text: string): number };

interface RegExpMatchArray extends Array<string> {
  0: string;
  index?: number;
  input?: string;
}
interface RegExp {
  exec(text: string): RegExpMatchArray | null;
  test(text: string): boolean;
  readonly source: string;
  readonly global: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  lastIndex: number;
}
declare const RegExp: { new (pattern: string, flags?: string): RegExp; readonly prototype: RegExp };

/** `name` and `message` only: stacks came later, and `instanceof` lies across frames. */
interface Error {
  name: string;
  message: string;
}
interface ErrorConstructor {
  new (message?: string): Error;
  (message?: string): Error;
  readonly prototype: Error;
}
declare const Error: ErrorConstructor;
declare const EvalError: ErrorConstructor;
declare const RangeError: ErrorConstructor;
declare const ReferenceError: ErrorConstructor;
declare const SyntaxError: ErrorConstructor;
declare const TypeError: ErrorConstructor;
declare const URIError: ErrorConstructor;

interface ReadonlyArray<T> {
  readonly [index: number]: T;
  readonly length: number;
  toString(): string;
  concat(...items: (T | readonly T[])[]): T[];
  join(by?: string): string;
  slice(from?: number, to?: number): T[];
}
interface Array<T> {
  [index: number]: T;
  length: number;
  toString(): string;
  concat(...items: (T | readonly T[])[]): T[];
  join(by?: string): string;
  pop(): T | undefined;
  push(...items: T[]): number;
  reverse(): T[];
  shift(): T | undefined;
  slice(from?: number, to?: number): T[];
  sort(compare?: (a: T, b: T) => number): this;
  splice(from: number, count: number, ...items: T[]): T[];
  unshift(...items: T[]): number;
}
declare const Array: { new <T = any>(length?: number): T[]; readonly prototype: any[] };

/** What the compiler itself asks for, and types that are no library: they leave nothing behind. */
interface TemplateStringsArray extends ReadonlyArray<string> {
  readonly raw: readonly string[];
}
type PropertyKey = string | number;
type Partial<T> = { [P in keyof T]?: T[P] };
type Required<T> = { [P in keyof T]-?: T[P] };
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Record<K extends keyof any, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Extract<T, U> = T extends U ? T : never;
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Omit<T, K extends keyof any> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
type Parameters<T extends (...values: any) => any> = T extends (...values: infer P) => any ? P : never;
type ReturnType<T extends (...values: any) => any> = T extends (...values: any) => infer R ? R : any;
