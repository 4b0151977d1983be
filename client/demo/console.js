/** The console page: one session with any target, its bytes as text or hex, and what the wire knows about it. */
import { fromBase64, fromHex, hexDump, joinBytes, toBase64, visibleText } from './bytes.js';
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

/** The page shows, and keeps through a reload, this much of what came last. */
const MOST_BYTES = 32 * 1024;
const MOST_DATAGRAM_BYTES = 65_507;

const byId = (id) => document.getElementById(id);
const store = new Store('netwine-console');

let session = null;
let kept = new Uint8Array();
let cleared = 0;
let drawing = false;

const lineEnds = { crlf: '\r\n', lf: '\n', bare: '' };

const view = () => document.querySelector('input[name="view"]:checked').value;

const facts = () => {
  if (session === null) return [];
  const { info, transport, up, down, final } = session;
  const rows = [
    ['Transport', transport === 'poll' ? 'polling' : 'streaming'],
    [
      'Down',
      `${down.received} received, ${down.acknowledged} acknowledged${down.ended ? ', the target has ended' : ''}`,
    ],
    ['Up', `${up.written} written, ${up.taken} taken${upEnd(up, final)}`],
  ];
  if (info.id) rows.push(['Session', `${info.id}, ${info.framing}, window ${info.window}, up window ${info.up}`]);
  if (final) rows.push(['End', endText(final)]);
  return rows;
};

const upEnd = ({ ended, endWanted }, final) => {
  if (ended || final?.code === 'CLOSED') return ', ended';
  return endWanted && final === null ? ', ending' : '';
};

const endText = ({ code, text, down, up }) =>
  down === undefined ? `${code}: ${text}` : `${code}: ${text} (${down} down, ${up} up)`;

const drawFacts = () => {
  const terms = facts().map(([term, value]) => {
    const [name, content] = [document.createElement('dt'), document.createElement('dd')];
    name.textContent = term;
    content.textContent = value;
    const pair = document.createElement('div');
    pair.append(name, content);
    return pair;
  });
  byId('facts').replaceChildren(...terms);
};

const drawOutput = () => {
  const output = byId('output');
  const atEnd = output.scrollHeight - output.scrollTop - output.clientHeight < 40;
  const from = (session?.down.received ?? 0) - kept.length;
  const text = view() === 'hex' ? hexDump(kept, from) : visibleText(kept);
  if (output.textContent !== text) output.textContent = text;
  byId('cut').textContent = from > cleared ? `From byte ${from} on: what came before is not kept.` : '';
  if (atEnd) output.scrollTop = output.scrollHeight;
};

const draw = () => {
  drawing = false;
  const state = session?.state ?? 'none';
  const live = session !== null && state !== 'over';
  byId('status').textContent = stateText(session);
  byId('status').dataset.state = state;
  for (const id of ['to', 'transport']) byId(id).disabled = live;
  byId('connect').querySelector('button').disabled = live;
  for (const id of ['data', 'write', 'end']) byId(id).disabled = !live || session.up.endWanted;
  byId('close').disabled = !live;
  drawFacts();
  drawOutput();
};

/** Draws once for all that changes before the next frame. */
const update = () => {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
};

const receive = (bytes) => {
  kept = joinBytes([kept, bytes]).slice(-MOST_BYTES);
};

/** Session and bytes are saved in one piece: neither is ever ahead of the other. */
const save = () => {
  const snapshot = session?.snapshot() ?? null;
  const saved = store.save(
    snapshot && { session: snapshot, transport: session.transport, bytes: toBase64(kept), cleared },
  );
  byId('fault').textContent = saved
    ? ''
    : 'This session does not survive a reload: the browser keeps nothing for this page.';
};

const start = (to, transport, saved) => {
  session = new Session({
    to,
    base: bridgeBase(),
    token: pageToken(),
    transport,
    saved,
    on: { data: receive, change: update, save, over: save },
  });
  update();
};

const connect = (event) => {
  event.preventDefault();
  kept = new Uint8Array();
  cleared = 0;
  start(byId('to').value.trim(), byId('transport').value);
  byId('data').disabled = false;
  byId('data').focus();
};

/** The bytes that the form stands for, or null where it has no hex. */
const typed = () => {
  const form = byId('form').value;
  const text = byId('data').value;
  return form === 'hex' ? fromHex(text) : new TextEncoder().encode(text + lineEnds[form]);
};

/** A datagram is told from the next by its length before it. */
const framed = (bytes) =>
  session.info.framing === 'packets' ? joinBytes([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]) : bytes;

const send = (event) => {
  event.preventDefault();
  const bytes = typed();
  const fault =
    bytes === null
      ? 'Hex is pairs of digits, as in 48 65 6c 6c 6f.'
      : session.info.framing === 'packets' && bytes.length > MOST_DATAGRAM_BYTES
        ? `A datagram has ${MOST_DATAGRAM_BYTES} bytes at most.`
        : '';
  byId('fault').textContent = fault;
  if (fault) return;
  session.write(framed(bytes));
  byId('data').value = '';
};

const resume = () => {
  const saved = store.load();
  if (!saved?.session) return;
  byId('to').value = saved.session.to;
  byId('transport').value = saved.transport;
  kept = fromBase64(saved.bytes);
  cleared = saved.cleared;
  start(saved.session.to, saved.transport, saved.session);
};

startPage(() => {
  byId('to').value = new URLSearchParams(location.search).get('to') ?? chatAddress();
  byId('transport').value = wantedTransport();
  byId('connect').addEventListener('submit', connect);
  byId('send').addEventListener('submit', send);
  byId('end').addEventListener('click', () => session.end());
  byId('close').addEventListener('click', () => session.close());
  byId('clear').addEventListener('click', () => {
    cleared = session?.down.received ?? 0;
    kept = new Uint8Array();
    update();
  });
  for (const input of document.querySelectorAll('input[name="view"]')) input.addEventListener('change', update);
  beforeLeaving(save);
  resume();
});
