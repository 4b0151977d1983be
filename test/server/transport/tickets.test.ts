/** Tickets: good for one session and a short time, four at a time, and nothing but what was issued. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Session } from '../../../server/core/session.ts';
import { Tickets } from '../../../server/transport/tickets.ts';

const open = (): Session => new Session(new PassThrough(), { windowBytes: 1024, upWindowBytes: 1024, keepMs: 1000 });

it('a ticket names its session and its reader until its time is over, repeats included', () => {
  const tickets = new Tickets({ lifeMs: 100 });
  const session = open();
  const ticket = tickets.issue(session, 3, 1000);
  expect(tickets.find(ticket, 1000)).toMatchObject({ session, reader: 3 });
  expect(tickets.find(ticket, 1099)).toMatchObject({ session, reader: 3 });
  expect(tickets.find(ticket, 1100)).toBe(null);
});

it('what was never issued names nothing, be it a key', () => {
  const tickets = new Tickets({ lifeMs: 100 });
  const session = open();
  const ticket = tickets.issue(session, 1, 0);
  for (const text of ['', 'x', session.key, `${ticket}x`, ticket.slice(1), ticket.toUpperCase(), '__proto__']) {
    expect(tickets.find(text, 0)).toBe(null);
  }
});

it('a fifth live ticket of a session is refused, and the four stay good', () => {
  const tickets = new Tickets({ lifeMs: 100 });
  const [session, other] = [open(), open()];
  const four = [0, 10, 20, 30].map((now) => tickets.issue(session, 1, now));
  expect(new Set(four).size).toBe(4);
  expect(() => tickets.issue(session, 1, 99)).toThrow(expect.objectContaining({ code: 'LIMIT' }));
  expect(four.map((ticket) => tickets.find(ticket, 99)?.session)).toEqual(Array(4).fill(session));
  expect(tickets.issue(other, 1, 99)).toMatch(/^[\w-]{21,}$/);
  expect(tickets.issue(session, 1, 100)).not.toBe(four[0]);
});

it('a sweep forgets those whose time is over, and no others', () => {
  const tickets = new Tickets({ lifeMs: 100 });
  const session = open();
  const [old, young] = [tickets.issue(session, 1, 0), tickets.issue(session, 2, 50)];
  tickets.sweep(120);
  expect(tickets.find(old, 0)).toBe(null);
  expect(tickets.find(young, 120)?.reader).toBe(2);
});

it('the next ticket is the same for each repeat, and none where four others are live', () => {
  const tickets = new Tickets({ lifeMs: 100 });
  const session = open();
  const next = tickets.next(session, 1, 0);
  expect(tickets.next(session, 1, 60)).toBe(next);
  expect(tickets.find(next?.text ?? '', 159)).toBe(next);
  for (const number of [2, 2, 2]) tickets.issue(session, number, 60);
  expect(tickets.next(session, 1, 60)).toBe(next);
  expect(tickets.next(session, 3, 60)).toBe(null);
});

it('a ticket that a newer reader has overtaken counts no more', () => {
  const tickets = new Tickets({ lifeMs: 100 });
  const session = open();
  const first = tickets.issue(session, 0, 0);
  for (let number = 1; number < 20; number += 1) {
    expect(tickets.next(session, number, 0)?.reader).toBe(number);
    session.attach({ reader: number });
  }
  expect(tickets.find(first, 0)?.reader).toBe(0);
});

it('a ticket is good as long as an answer holds it, and for its time after that', () => {
  const tickets = new Tickets({ lifeMs: 60_000 });
  const ticket = tickets.next(open(), 1, -120_000);
  if (!ticket) throw new Error('no ticket');
  const releases = [tickets.hold(ticket), tickets.hold(ticket)];
  for (const release of releases) {
    tickets.sweep(performance.now());
    expect(tickets.find(ticket.text, performance.now())).toBe(ticket);
    release();
  }
  expect(tickets.find(ticket.text, performance.now() + 50_000)).toBe(ticket);
  expect(tickets.find(ticket.text, performance.now() + 60_001)).toBe(null);
});
