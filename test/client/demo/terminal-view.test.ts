/** What is drawn of a screen into a page, row by changed row, and what the keyboard of any engine comes to. */
import { beforeEach, expect, test } from 'vitest';
import { type Key, loadTerminal, type Screen } from './terminal-global.ts';
import { FakeNode, page } from './terminal-nodes.ts';

const terminal = loadTerminal({ window: {}, setTimeout: (run: () => void) => later.push(run) });
const later: (() => void)[] = [];
let box: FakeNode;
let screen: Screen;
let view: { draw(toEnd: boolean): void };

beforeEach(() => {
  box = new FakeNode();
  screen = terminal.createScreen({ columns: 10, rows: 3, history: 2 });
  view = terminal.createView(page, box, screen);
});

const past = (): string[] => box.children[0]?.children.map((row) => row.shown) ?? [];
const present = (): string[] => box.children[1]?.children.map((row) => row.shown) ?? [];
const writes = (): number[] => box.children[1]?.children.map((row) => row.writes) ?? [];

test('plain text is text, everything else spans with class names, and the cursor has its cell', () => {
  screen.write('a<b>&\x1b[1;31;44mred\x1b[0m');
  view.draw(false);
  expect(present()).toEqual(['a<b>&[f9 b4|red][cursor| ]', '\u00a0', '\u00a0']);
  screen.write('\x1b[1;6H');
  view.draw(false);
  expect(present()[0]).toBe('a<b>&[f9 b4 cursor|r][f9 b4|ed]');
  screen.write('\x1b[?25l');
  view.draw(false);
  expect(present()[0]).toBe('a<b>&[f9 b4|red]');
});

test('blanks with a background are drawn, plain ones at the end are not', () => {
  screen.write('a  b   \x1b[44m  \x1b[0m\x1b[3H');
  view.draw(false);
  expect(present()[0]).toBe('a  b   [b4|  ]');
});

test('a wide character is held to its two cells', () => {
  screen.write('日本a\x1b[1;2H');
  view.draw(false);
  expect(present()[0]).toBe('[wide cursor|日][wide|本]a');
});

test('only the rows that changed are drawn again', () => {
  screen.write('one\r\ntwo\r\nthree');
  view.draw(false);
  const before = writes();
  view.draw(false);
  expect(writes()).toEqual(before);
  screen.write('!');
  view.draw(false);
  expect(writes().slice(0, 2)).toEqual(before.slice(0, 2));
  expect(writes()[2]).toBeGreaterThan(before[2] ?? 0);
});

test('what left at the top stands above, within bounds', () => {
  screen.write('1\r\n2\r\n3\r\n4');
  view.draw(false);
  expect(past()).toEqual(['1']);
  screen.write('\r\n5');
  view.draw(false);
  screen.write('\r\n6\r\n7');
  view.draw(false);
  expect([past(), present().map((row) => row.replace(/\[.*/, ''))]).toEqual([
    ['3', '4'],
    ['5', '6', '7'],
  ]);
  screen.write('\r\n'.repeat(9));
  view.draw(false);
  expect(past()).toEqual(['\u00a0', '\u00a0']);
  screen.write('\x1b[3J');
  view.draw(false);
  expect(past()).toEqual([]);
});

test('who looks at the end follows it, who looks back is left there until typing', () => {
  box.scrollHeight = 500;
  box.scrollTop = 100;
  view.draw(false);
  expect(box.scrollTop).toBe(100);
  view.draw(true);
  expect(box.scrollTop).toBe(500);
  box.scrollTop = 395;
  view.draw(false);
  expect(box.scrollTop).toBe(500);
});

type Listener = (event?: object) => unknown;

/** A text field and what came of its events. */
const keyboard = (takes: (key: Key) => boolean) => {
  const field: Record<string, Listener | string> = { value: '' };
  const heard: string[] = [];
  terminal.createKeyboard(field, {
    key: (key) => {
      if (takes(key)) heard.push(`key ${key.code}`);
      return takes(key);
    },
    type: (text) => heard.push(`type ${text}`),
    paste: (text) => heard.push(`paste ${text}`),
  });
  const fire = (name: string, event?: object): unknown => (field[name] as Listener)(event);
  return { field, heard, fire };
};

const never = (): boolean => false;

test('a character comes by keypress, in today’s engines and in those of IE', () => {
  const { fire, heard } = keyboard(never);
  expect(fire('onkeydown', { keyCode: 65 })).toBeUndefined();
  expect(fire('onkeypress', { keyCode: 97, charCode: 97, which: 97 })).toBe(false);
  expect(fire('onkeypress', { keyCode: 228 })).toBe(false);
  expect(fire('onkeypress', { keyCode: 64, charCode: 64, which: 64, ctrlKey: true, altKey: true })).toBe(false);
  expect(heard).toEqual(['type a', 'type ä', 'type @']);
});

test('a key that is taken prints nothing, even where keypress comes for it all the same', () => {
  const { fire, heard } = keyboard((key) => key.code === 38);
  let prevented = 0;
  expect(fire('onkeydown', { keyCode: 38, preventDefault: () => prevented++ })).toBe(false);
  expect(fire('onkeypress', { keyCode: 38, which: 0 })).toBe(false);
  expect([heard, prevented]).toEqual([['key 38'], 1]);
});

test('keys that some engines report by keypress too, and the browser’s own, are no characters', () => {
  const { fire, heard } = keyboard(never);
  fire('onkeypress', { keyCode: 37, charCode: 0, which: 0 });
  fire('onkeypress', { keyCode: 37, which: 0 });
  fire('onkeypress', { keyCode: 118, charCode: 118, which: 118, ctrlKey: true });
  fire('onkeypress', { keyCode: 99, charCode: 99, which: 99, metaKey: true });
  fire('onkeypress', { keyCode: 8, which: 8 });
  expect(heard).toEqual([]);
});

test('control and V is left to the browser, and what it pastes is read from the field', () => {
  const { field, fire, heard } = keyboard(() => true);
  expect(fire('onkeydown', { keyCode: 86, ctrlKey: true })).toBeUndefined();
  fire('onpaste');
  field.value = 'x';
  for (const run of later.splice(0)) run();
  expect([heard, field.value]).toEqual([['paste x'], '']);
});

test('what an input method brings is read when it is there', () => {
  const { field, fire, heard } = keyboard(() => true);
  expect(fire('onkeydown', { keyCode: 229 })).toBeUndefined();
  field.value = '日';
  fire('oninput');
  fire('onkeyup');
  expect(heard).toEqual(['type 日']);
});
