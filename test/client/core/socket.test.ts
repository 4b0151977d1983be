/** A socket that is tried beside what runs: how it takes over, and the ways in which it fails. */
import { expect, test } from 'vitest';
import { connected, type Lab, prove, type Ways } from './lab.ts';
import type { Asked } from './script.ts';

const ways: Ways = { websocket: 'socket', 'fetch-stream': 'stream', poll: 'poll' };
const least: Ways = { websocket: 'socket', poll: 'poll' };

/** A stream that runs, beside a socket that is not open yet. */
const running = (): Lab & { stream: Asked; socket: Asked } => {
  const one = connected(ways);
  const { last } = one;
  prove(one, last('fetch-stream'));
  return { ...one, stream: last('fetch-stream'), socket: last('websocket') };
};

test('a socket is tried from the first answer on, and the stream runs until it is open', () => {
  const { asked, stream, socket, seen } = running();
  expect(asked.map(({ name }) => name)).toEqual(['poll', 'websocket', 'fetch-stream']);
  stream.data('first ');
  socket.open();
  stream.data('too late ');
  expect([stream.isOver, socket.question.parameters.from, socket.question.parameters.reader]).toEqual([true, 6, 2]);
  socket.record('OK key 6 0 100');
  socket.data('second');
  expect([seen.received, seen.events]).toEqual(['first second', ['open']]);
});

test('a socket that never opens is given up after eight seconds for good, and the stream does not notice', () => {
  const { clock, choice, asked, stream, socket } = running();
  const before = asked.length;
  clock.advance(7000);
  stream.record('PING');
  expect(socket.isOver).toBe(false);
  clock.advance(1000);
  expect([socket.isOver, stream.isOver, asked.length, choice.trial()]).toEqual([true, false, before, null]);
});

test('a socket that opens and stays mute has two seconds, and then the stream is asked again', () => {
  const { clock, choice, last, stream, socket } = running();
  socket.open();
  clock.advance(2000);
  expect([stream.isOver, socket.isOver]).toEqual([true, false]);
  clock.advance(500);
  expect([socket.isOver, choice.trial(), last().name]).toEqual([true, null, 'fetch-stream']);
  expect(last().question.parameters.reader).toBe(3);
});

test('a socket that is closed before it opens is tried with each further answer, three times in all', () => {
  const { clock, choice, asked, last } = connected(least);
  for (let i = 0; i < 5; i += 1) {
    last('websocket').over(false);
    clock.advance(200);
    last('poll').answer();
  }
  expect([asked.filter(({ name }) => name === 'websocket').length, choice.trial()]).toEqual([3, null]);
});

test('a socket that begins elsewhere than it should is refused', () => {
  const { clock, last, socket, session } = running();
  socket.open();
  socket.record('OK key 7 0 100');
  expect([socket.isOver, session.state]).toEqual([true, 'lost']);
  clock.advance(50);
  expect(last().name).toBe('fetch-stream');
});

test('a socket that worked forgives the cuts before it, though it brought nothing but acknowledgements', () => {
  const { session, clock, last, choice } = connected(least);
  const end = (): void => {
    last('websocket').over(false);
    clock.advance(3000);
    last('poll').answer();
  };
  const cutTwice = (): void => {
    end();
    end();
  };
  cutTwice();
  for (let i = 0; i < 3; i += 1) {
    const socket = last('websocket');
    socket.open();
    socket.record(`OK key 0 ${session.up.taken} 100`);
    session.write('abc');
    socket.record(`ACK ${session.up.written} 100`);
    end();
  }
  cutTwice();
  expect(choice.trial()?.name).toBe('websocket');
  end();
  expect(choice.trial()).toBe(null);
});

test('a socket that carried both ways and falls silent is tried again', () => {
  const { clock, choice, last, socket } = running();
  socket.open();
  socket.record('OK key 0 0 100');
  clock.advance(44_000);
  expect(socket.isOver).toBe(false);
  clock.advance(2000);
  expect([socket.isOver, last().name, choice.trial()?.name]).toEqual([true, 'fetch-stream', 'websocket']);
});
