/** The chat page: lines from the chat server, lines to it, and all of it still there after a reload. */
import { fromBase64, joinBytes, toBase64 } from './bytes.js';
import {
  beforeLeaving,
  bridgeBase,
  chatAddress,
  pageToken,
  Store,
  startPage,
  stateText,
  wantedTransport,
} from './page.js';
import { Session } from './session.js';

const MOST_LINES = 300;
/** Seconds: who closes the window has left the chat after this time. */
const KEEP = 60;
const LF = 10;

const byId = (id) => document.getElementById(id);
const store = new Store('netwine-chat');
const target = new URLSearchParams(location.search).get('to') ?? chatAddress();

let session = null;
let lines = [];
let partial = new Uint8Array();
let me = '';

const hue = (name) => Array.from(name).reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);

const span = (className, text) => {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
};

/** One line as an item of the log. Whatever it says, it is text. */
const item = (line) => {
  const element = document.createElement('li');
  const [, who, text] = /^<([^>]+)> (.*)$/.exec(line) ?? [];
  if (who === undefined) {
    element.className = 'notice';
    element.textContent = line;
    return element;
  }
  element.className = who === me ? 'said mine' : 'said';
  const name = span('who', who);
  name.style.setProperty('--hue', hue(who));
  element.append(name, ' ', span('text', text));
  return element;
};

/** Changes the page; who looks at the end of the log still does so afterwards. */
const followingLog = (change) => {
  const log = byId('log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  change(log);
  if (atEnd) log.scrollTop = log.scrollHeight;
};

const show = (line) =>
  followingLog((log) => {
    log.append(item(line));
    while (log.children.length > MOST_LINES) log.firstElementChild.remove();
  });

/** What we are called is known from what the chat says. */
const learnName = (line) => {
  const [, given] = /^Welcome .* You are ([^ ]+)\. /.exec(line) ?? [];
  const [, before, after] = /^\* ([^ ]+) is now ([^ ]+)\.$/.exec(line) ?? [];
  if (given !== undefined) me = given;
  else if (before === me && after !== undefined) me = after;
};

const hear = (line) => {
  learnName(line);
  lines = [...lines, line].slice(-MOST_LINES);
  show(line);
};

/** Cuts bytes into lines; a character that arrives in two pieces stays whole. */
const receive = (bytes) => {
  partial = joinBytes([partial, bytes]);
  for (let end = partial.indexOf(LF); end >= 0; end = partial.indexOf(LF)) {
    hear(new TextDecoder().decode(partial.subarray(0, end)).replace(/\r$/, ''));
    partial = partial.slice(end + 1);
  }
};

/** Session and lines are saved in one piece: neither is ever ahead of the other. */
const save = () => {
  const snapshot = session?.snapshot() ?? null;
  store.save(snapshot && { session: snapshot, lines, partial: toBase64(partial), me });
};

const update = () => {
  const state = session?.state ?? 'none';
  const live = session !== null && state !== 'over';
  byId('status').textContent = stateText(session);
  byId('status').dataset.state = state;
  followingLog((log) => {
    byId('say').hidden = !live;
    byId('join').hidden = live;
    log.hidden = session === null;
  });
  byId('enter').textContent = session === null ? 'Join' : 'Join again';
  if (session === null) return;
  const { up, down } = session;
  const waiting = up.written > up.taken ? `, ${up.written - up.taken} waiting` : '';
  byId('numbers').textContent = `${down.received} bytes received, ${up.taken} sent${waiting}`;
  // The chat has said its last word, so it will not listen any more either.
  if (live && down.ended && !up.endWanted) session.end();
};

const start = (saved) => {
  session = new Session({
    to: target,
    base: bridgeBase(),
    token: pageToken(),
    transport: wantedTransport(),
    keep: KEEP,
    saved,
    on: { data: receive, change: update, save, over: save },
  });
  update();
};

const join = (event) => {
  event.preventDefault();
  lines = [];
  partial = new Uint8Array();
  me = '';
  byId('log').replaceChildren();
  start();
  const name = byId('name').value.trim();
  if (name) say(`/name ${name}`);
  byId('line').focus();
};

const say = (line) => session.write(new TextEncoder().encode(`${line}\n`));

const resume = () => {
  const saved = store.load();
  if (saved?.session?.to !== target) return;
  partial = fromBase64(saved.partial);
  lines = saved.lines;
  me = saved.me;
  start(saved.session);
  for (const line of lines) show(line);
};

startPage(() => {
  byId('target').textContent = target;
  for (const id of ['stream', 'poll']) {
    const link = new URL(byId(id).href);
    if (new URLSearchParams(location.search).has('to')) link.searchParams.set('to', target);
    byId(id).href = link.href;
  }
  byId('join').addEventListener('submit', join);
  byId('say').addEventListener('submit', (event) => {
    event.preventDefault();
    const line = byId('line').value.trim();
    if (line) say(line);
    byId('line').value = '';
  });
  beforeLeaving(save);
  resume();
});
