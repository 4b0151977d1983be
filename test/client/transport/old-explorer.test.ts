/** XDomainRequest and htmlfile against fakes: no engine that has them runs here. */
import { expect, test } from 'vitest';
import type { Question } from '../../../client/core/types.ts';
import { stringEdge } from '../../../client/transport/edge.ts';
import { Asked, receiveOf } from './asked.ts';

/** What Internet Explorer 8 had, as far as it is used. */
class FakeXdr {
  static last: FakeXdr;
  responseText = '';
  timeout = 0;
  aborted = false;
  body = '';
  onprogress: (() => void) | null = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  ontimeout: (() => void) | null = null;
  constructor() {
    FakeXdr.last = this;
  }
  open(): void {}
  send(body: string): void {
    this.body = body;
    // It breaks a request off where one of these is missing.
    if (!this.onprogress || !this.onload || !this.onerror || !this.ontimeout) throw new Error('a handler is missing');
    // From a cache it answers before it has returned.
    this.onprogress();
  }
  abort(): void {
    this.aborted = true;
  }
  handlers(): unknown[] {
    return [this.onprogress, this.onload, this.onerror, this.ontimeout];
  }
  grow(text: string): void {
    this.responseText += text;
    this.onprogress?.();
  }
}

interface Child {
  tag: string;
  name?: string;
  value?: string;
  href?: string;
}

/** The document of an htmlfile: a frame and a form, and what is put into them. */
class FakeFile {
  static last: FakeFile;
  written = '';
  parentWindow: { _netwine?: Record<number, (text: string) => void> } = {};
  fields: Record<string, string> = {};
  submitted = false;
  boxes = 0;
  loaded = (): void => {};
  listeners = 0;
  href = 'about:blank';
  body = {
    appendChild: () => {
      this.boxes += 1;
    },
    removeChild: () => {
      this.boxes -= 1;
    },
  };
  constructor() {
    FakeFile.last = this;
  }
  open(): void {}
  write(text: string): void {
    this.written += text;
  }
  close(): void {}
  createElement(tag: string): object {
    if (tag === 'input') return { tag };
    const frame = {
      attachEvent: (_: string, run: () => void) => {
        this.loaded = run;
        this.listeners += 1;
      },
      detachEvent: (_: string, run: () => void) => {
        if (run === this.loaded) this.listeners -= 1;
      },
      contentWindow: { location: this },
    };
    const form = {
      appendChild: ({ name = '', value = '' }: Child) => {
        this.fields[name] = value;
      },
      submit: () => {
        this.submitted = true;
      },
    };
    return { style: {}, firstChild: frame, lastChild: form };
  }
}

let tidied = 0;
Object.assign(globalThis, {
  window: {},
  location: { href: 'http://bridge.example/page' },
  document: { domain: 'bridge.example', createElement: () => ({ firstChild: { href: 'http://bridge.example/x' } }) },
  XDomainRequest: FakeXdr,
  CollectGarbage: () => {
    tidied += 1;
  },
  ActiveXObject: class {
    constructor(name: string) {
      if (name !== 'htmlfile') throw new Error('no such class');
      // biome-ignore lint/correctness/noConstructorReturn: an ActiveXObject is what its name says
      return new FakeFile();
    }
  },
});
const { nothing } = await import('../../../client/transport/engine.ts');
const { xdr } = await import('../../../client/transport/xdr.ts');
const { htmlFrame } = await import('../../../client/transport/html-frame.ts');

const question = receiveOf('k', 0, 1) as Question<string>;
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));

test('XDomainRequest shows lines as they grow, asks for failures with 200, and lets go of everything', async () => {
  const asked = new Asked(xdr(stringEdge, 'http://bridge.example/'), question);
  const request = FakeXdr.last;
  expect(request.body).toBe('key=k&from=0&reader=1&as=lines&pad=2048&rotate=65536&status=200');
  request.grow('~~~~\nAT 0 1\nDA');
  await asked.until(({ records }) => records.length === 1);
  request.grow('TA aGk=\nAGAIN\n');
  request.onload?.();
  await asked.over();
  expect([asked.records, asked.chunks, asked.whole]).toEqual([['AT 0 1', 'AGAIN'], ['hi'], true]);
  request.grow('PING\n');
  await turn();
  expect(asked.records).toHaveLength(2);
  expect(request.handlers()).toEqual([nothing, nothing, nothing, nothing]);
});

test('an XDomainRequest that is stopped is aborted, and one that fails is over', async () => {
  const stopped = new Asked(xdr(stringEdge, 'http://bridge.example/'), question);
  stopped.answering.stop();
  expect(FakeXdr.last.aborted).toBe(true);
  const failed = new Asked(xdr(stringEdge, 'http://bridge.example/'), question);
  FakeXdr.last.onerror?.();
  await failed.over();
  expect([stopped.whole, failed.whole]).toEqual([null, false]);
});

test('an htmlfile gets the form, calls for each record, and is tidied away', async () => {
  const asked = new Asked(htmlFrame(stringEdge, 'http://bridge.example/'), question);
  const file = FakeFile.last;
  expect(file.written).toContain('document.domain="bridge.example"');
  expect([file.submitted, file.boxes]).toEqual([true, 1]);
  const number = Number(file.fields.callback);
  expect(file.fields).toMatchObject({ key: 'k', from: '0', reader: '1', as: 'html' });
  // The empty document is loaded, too, and says nothing of the answer.
  file.loaded();
  file.parentWindow._netwine?.[number]?.('AT 0 1');
  file.parentWindow._netwine?.[number]?.('DATA aGk=');
  expect([asked.records, asked.chunks, asked.whole]).toEqual([['AT 0 1'], ['hi'], null]);
  file.href = 'http://bridge.example/receive';
  file.loaded();
  expect(asked.whole).toBe(true);
  file.parentWindow._netwine?.[number]?.('AGAIN');
  await turn();
  expect([asked.records, file.boxes, file.listeners, tidied]).toEqual([['AT 0 1'], 0, 0, 1]);
  expect(file.parentWindow._netwine).toEqual({});
});
