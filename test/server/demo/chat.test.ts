/** The chat over real sockets: what members see, and members who misbehave. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Chat, startChat } from '../../../server/demo/chat.ts';
import { MAX_LINE_BYTES } from '../../../server/demo/chat-lines.ts';

/** A member that collects what it is told. */
class Guest {
  readonly socket: Socket;
  readonly ended: Promise<unknown>;
  text = '';
  #wake: () => void = () => {};

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    this.socket.on('error', () => {});
    this.socket.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#wake();
    });
    this.ended = once(this.socket, 'end');
    this.ended.catch(() => {});
  }

  say(line: string): void {
    this.socket.write(`${line}\n`);
  }

  /** Waits until it was told this, and forgets all up to there. */
  async hears(wanted: string): Promise<void> {
    while (!this.text.includes(wanted)) await new Promise<void>((wake) => (this.#wake = wake));
    this.text = this.text.slice(this.text.indexOf(wanted) + wanted.length);
  }
}

let chat: Chat;
let guests: Guest[] = [];

const arrive = async (): Promise<Guest> => {
  const guest = new Guest(chat.port);
  guests.push(guest);
  await guest.hears('/quit.\r\n');
  return guest;
};

beforeEach(async () => {
  chat = await startChat({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  await chat.close();
  for (const { socket } of guests) socket.destroy();
  guests = [];
});

test('it greets before the client says anything', async () => {
  const guest = new Guest(chat.port);
  guests.push(guest);
  await guest.hears('Welcome to the netwine chat. You are guest-1. 1 person is here.\r\n');
  const second = new Guest(chat.port);
  guests.push(second);
  await second.hears('You are guest-2. 2 people are here.\r\n');
});

test('what one says all hear, its speaker included', async () => {
  const [ada, ben] = [await arrive(), await arrive()];
  ada.say('hello, ben');
  await Promise.all([ada.hears('<guest-1> hello, ben\r\n'), ben.hears('<guest-1> hello, ben\r\n')]);
  ben.say('/not a command');
  await ada.hears('<guest-2> /not a command\r\n');
});

test('joins and leaves are told', async () => {
  const ada = await arrive();
  const ben = await arrive();
  await ada.hears('* guest-2 joins.\r\n');
  ben.say('/quit');
  await ben.hears('* Goodbye.\r\n');
  await ben.ended;
  await ada.hears('* guest-2 leaves.\r\n');
});

test('a name is changed once it is free and well formed', async () => {
  const [ada, ben] = [await arrive(), await arrive()];
  ada.say('/name Ada');
  await ben.hears('* guest-1 is now Ada.\r\n');
  ben.say('/name ADA');
  await ben.hears('* ADA is taken.\r\n');
  ben.say('/name <b>');
  await ben.hears('* A name is 1 to 20 letters');
  ben.say('/name');
  await ben.hears('* A name is 1 to 20 letters');
  ben.say('/who');
  await ben.hears('* 2 people are here: Ada, guest-2.\r\n');
});

test('a guest never gets a name that somebody took', async () => {
  const ada = await arrive();
  ada.say('/name guest-2');
  await ada.hears('is now guest-2.\r\n');
  const ben = new Guest(chat.port);
  guests.push(ben);
  await ben.hears('You are guest-3.');
});

test('control bytes of one never reach another', async () => {
  const [ada, ben] = [await arrive(), await arrive()];
  ada.say('red \u001b[31m and \u0007bell\u0000');
  await ben.hears('<guest-1> red [31m and bell\r\n');
});

test('a line that is too long is cut, and its writer told', async () => {
  const [ada, ben] = [await arrive(), await arrive()];
  ada.say('x'.repeat(50_000));
  await ada.hears('* Your line was too long');
  await ben.hears(`<guest-1> ${'x'.repeat(MAX_LINE_BYTES)}\r\n`);
  ada.say('short');
  await ben.hears('<guest-1> short\r\n');
});

test('a member that half-closes is heard to the end and told goodbye', async () => {
  const [ada, ben] = [await arrive(), await arrive()];
  ben.socket.end('last words');
  await ada.hears('<guest-2> last words\r\n');
  await ada.hears('* guest-2 leaves.\r\n');
  await ben.hears('* Goodbye.\r\n');
  await ben.ended;
});

test('a member that resets just leaves', async () => {
  const [ada, ben] = [await arrive(), await arrive()];
  ben.socket.resetAndDestroy();
  await ada.hears('* guest-2 leaves.\r\n');
  ada.say('still here');
  await ada.hears('<guest-1> still here\r\n');
});

test('a member that does not read is dropped, and the others go on', async () => {
  const ada = await arrive();
  const sleeper = await arrive();
  sleeper.socket.pause();
  let dropped = false;
  const told = ada.hears('* guest-2 reads too slowly and is dropped.\r\n').then(() => (dropped = true));
  const line = `${'x'.repeat(MAX_LINE_BYTES)}\n`.repeat(50);
  while (!dropped) {
    if (!ada.socket.write(line)) await once(ada.socket, 'drain');
    await setImmediate();
  }
  await told;
  const ended = sleeper.hears('* You read too slowly and were dropped.\r\n');
  sleeper.socket.resume();
  await ended;
  ada.say('/who');
  await ada.hears('* 1 person is here: guest-1.\r\n');
});

test('closing says goodbye, ends every connection and frees the port', async () => {
  const [ada, sleeper] = [await arrive(), await arrive()];
  sleeper.socket.pause();
  await chat.close();
  await ada.hears('* The chat is closing. Goodbye.\r\n');
  await ada.ended;
  const again = await startChat({ host: '127.0.0.1', port: chat.port });
  await again.close();
});

test('a taken port is the error of listen', async () => {
  await expect(startChat({ host: '127.0.0.1', port: chat.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
