/** The terminal page itself, with a document and a `netwine` of a few lines: connecting, ends, failures, choices. */
import { readdirSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { loadPage, read, scripts } from './terminal-global.ts';
import { FakeNode, page } from './terminal-nodes.ts';

/** An element of the page: a node with a value, listeners and the focus. */
class Element extends FakeNode {
  value: string;
  disabled = false;
  onsubmit: () => boolean = () => true;
  onchange: () => void = () => {};
  onkeydown: (event: object) => unknown = () => {};
  onkeypress: (event: object) => unknown = () => {};

  constructor(value = '') {
    super();
    this.value = value;
  }

  focus(): void {}
}

interface Options {
  binary: string;
  onchange(): void;
  ondata(bytes: string): void;
  onend(): void;
  onerror(failure: object): void;
  onclose(): void;
}

class Socket {
  did: string[] = [];
  state = 'connecting';
  readonly to: string;
  readonly options: Options;

  constructor(to: string, options: Options) {
    this.to = to;
    this.options = options;
  }

  status(): object {
    return { state: this.state, receiver: 'xhr-poll' };
  }

  write(bytes: string): void {
    this.did.push(`write ${bytes}`);
  }

  end(): void {
    this.did.push('end');
  }

  close(): void {
    this.did.push('close');
  }
}

let elements: Record<string, Element>;
let sockets: Socket[];
let timers: (() => void)[];
const body = { innerHTML: '' };

const byId = (id: string): Element => {
  const element = elements[id];
  if (element === undefined) throw new Error(`The page has no ${id}.`);
  return element;
};

const open = (search: string, options: { framed?: boolean; bridge?: object } = {}): void => {
  sockets = [];
  timers = [];
  body.innerHTML = '';
  const ids = [...read('terminal.html').matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
  elements = Object.fromEntries(ids.map((id) => [id, new Element()]));
  Object.assign(byId('protocol'), { value: 'telnet' });
  Object.assign(byId('charset'), { value: 'utf8' });
  Object.assign(byId('keys'), { value: 'auto' });
  Object.assign(byId('erase'), { value: 'delete' });
  const connect = (to: string, given: Options): Socket => {
    const socket = new Socket(to, given);
    sockets.push(socket);
    return socket;
  };
  const window = { self: {}, top: {} };
  if (!options.framed) window.top = window.self;
  loadPage({
    window,
    location: { search },
    document: { ...page, body, title: '', getElementById: byId },
    netwine: options.bridge ?? { connect },
    setTimeout: (run: () => void) => timers.push(run),
    clearTimeout: () => {},
  });
};

const submit = (): Socket => {
  expect(byId('dial').onsubmit()).toBe(false);
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error('Nothing was connected.');
  return socket;
};

const wait = (): void => {
  for (const run of timers.splice(0)) run();
};

const rows = (): string[] => byId('box').children[1]?.children.map((row) => row.shown) ?? [];

beforeEach(() => open('?to=mud.example:4000&charset=utf8'));

test('the page loads each script of the terminal, and all of them are ASCII', () => {
  const files = readdirSync(new URL('../../../client/demo/terminal', import.meta.url));
  const own = files.filter((name) => name.endsWith('.js')).map((name) => `terminal/${name}`);
  expect(scripts().toSorted()).toEqual(own.toSorted());
  expect(own.filter((path) => /[^\0-\x7f]/.test(read(path)))).toEqual([]);
});

test('it connects where its address says, shows what comes, and sends what is typed', () => {
  const socket = submit();
  expect([socket.to, socket.options.binary]).toEqual(['mud.example:4000', 'string']);
  expect(byId('state').shown).toContain('Connecting');
  socket.state = 'open';
  socket.options.onchange();
  socket.options.ondata('\x1b[32mName\x1b[0m: \xc3');
  socket.options.ondata('\xbc');
  socket.options.onchange();
  wait();
  expect(rows()[0]).toBe('[f2|Name]: ü[cursor| ]');
  expect(
    ['state', 'host', 'carrier', 'mode', 'bytes'].map((id) => byId(id).shown.replace(/^\[\w+\||\]$/g, '')),
  ).toEqual(['Connected', 'mud.example:4000', 'xhr-poll', 'line by line', '17 bytes received']);
  byId('typed').onkeypress({ keyCode: 65, charCode: 65, which: 65 });
  byId('typed').onkeydown({ keyCode: 13 });
  expect(socket.did).toEqual(['write A\r\n']);
});

test('when the server has ended so do we, and the screen stays', () => {
  const socket = submit();
  socket.options.ondata('bye\xc3');
  socket.options.onend();
  byId('typed').onkeydown({ keyCode: 13 });
  expect(socket.did).toEqual(['end']);
  socket.options.onclose();
  expect([byId('state').shown, byId('to').disabled, rows()[0]]).toEqual([
    '[none|Connection closed]',
    false,
    'bye\ufffd[cursor| ]',
  ]);
  byId('typed').onkeypress({ keyCode: 65, charCode: 65, which: 65 });
  expect(socket.did).toEqual(['end']);
});

test('a failure is told in words, and its close does not cover them', () => {
  const socket = submit();
  socket.options.onerror({ code: 'REFUSED', text: 'nobody listens there' });
  socket.options.onclose();
  expect(byId('state').shown).toBe('[failed|Failed: nobody listens there]');
});

test('what cannot be connected to is said, and can be mended', () => {
  open('?to=nonsense', {
    bridge: {
      connect: () => {
        throw new Error('this is no target');
      },
    },
  });
  byId('dial').onsubmit();
  expect([byId('state').shown, byId('to').disabled]).toEqual(['[failed|Failed: this is no target]', false]);
});

test('hanging up closes, and nothing of that connection comes any more', () => {
  const first = submit();
  byId('dial').onsubmit();
  expect([first.did, byId('state').shown]).toEqual([['close'], '[none|Hung up]']);
  const second = submit();
  first.options.ondata('late');
  first.options.onclose();
  wait();
  expect([second.to, byId('state').className, rows()[0]]).toEqual(['mud.example:4000', 'connecting', '[cursor| ]']);
});

test('charset and keys can be changed while connected', () => {
  const socket = submit();
  byId('charset').value = 'cp437';
  byId('charset').onchange();
  byId('keys').value = 'once';
  byId('keys').onchange();
  socket.options.ondata('\xdb');
  socket.options.onchange();
  wait();
  expect([rows()[0], byId('mode').shown]).toEqual(['█[cursor| ]', 'key by key']);
});

test('a connection that is being found again is said to be', () => {
  const socket = submit();
  socket.state = 'lost';
  socket.options.onchange();
  wait();
  expect(byId('state').shown).toContain('Reconnecting');
});

test('it does not work in a frame', () => {
  open('', { framed: true });
  expect(body.innerHTML).toContain('does not work in a frame');
});
