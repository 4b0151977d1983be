/** A page in an engine of 2011 is on a real IRC server, by long polls alone, with somebody who speaks plain TCP to it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Inbox } from '../../peers/inbox.ts';
import { type PeerServer, startNgircd } from '../../support/peer-servers.ts';
import { startWholeAnswers, type WholeAnswers } from '../../support/whole-answers.ts';
import { type Stage, startStage } from './stage.ts';
import { startEngine } from './start.ts';

const WAIT_MS = 40_000;

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

let irc: PeerServer;
let stage: Stage;
let proxy: WholeAnswers;

beforeAll(async () => {
  [irc, stage] = await Promise.all([startNgircd(), startStage({ bridge: { clientDir } })]);
  proxy = await startWholeAnswers(stage.url);
});

afterAll(async () => {
  await proxy.close();
  await stage.close();
  await irc.stop();
});

/** Somebody on the server, by plain TCP. */
interface Person {
  socket: Socket;
  /** The next line that has this in it, as its bytes; PING is answered by the way. */
  line(part: string): Promise<string>;
  say(line: string, encoding?: BufferEncoding): void;
}

const join = async (nick: string): Promise<Person> => {
  const inbox = new Inbox();
  const socket = connect(irc.port, '127.0.0.1');
  socket.on('data', (bytes) => inbox.push(bytes));
  socket.once('error', (error) => inbox.finish(error)).once('end', () => inbox.finish());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const say = (line: string, encoding: BufferEncoding = 'utf8'): void => {
    socket.write(`${line}\r\n`, encoding);
  };
  const line = async (part: string): Promise<string> => {
    for (;;) {
      const heard = (await inbox.through('\r\n')).toString('latin1').trimEnd();
      if (heard.startsWith('PING ')) say(heard.replace('PING', 'PONG'));
      if (heard.includes(part)) return heard;
    }
  };
  say(`NICK ${nick}`);
  say(`USER ${nick} 0 * :Somebody`);
  await line(' 001 ');
  return { socket, line, say };
};

const utf8 = 'Grüße aus 2011: Ελληνικά, 日本語, 🍷';
/** All that IRC can carry beside ASCII. */
const bytes = String.fromCharCode(...Array.from({ length: 128 }, (_, index) => 128 + index));

const cases = [
  { binary: 'text', encoding: 'utf8', greeting: utf8, answer: `${utf8}!` },
  { binary: 'string', encoding: 'latin1', greeting: bytes, answer: `${bytes}!` },
] as const;

test.each(cases)(
  'it meets somebody and leaves, and both have heard each other ($binary)',
  { timeout: WAIT_MS + 20_000 },
  async (words) => {
    const { binary, encoding, greeting, answer } = words;
    const nick = `tcp${binary}`;
    const person = await join(nick);
    const run = stage.run('irc.html', {
      to: `127.0.0.1:${irc.port}`,
      other: nick,
      binary,
      greeting: encodeURIComponent(greeting),
    });
    const engine = await startEngine('phantom1', run.url.replace(stage.url, proxy.url));
    onTestFinished(() => engine.stop());
    expect(await person.line('PRIVMSG')).toMatch(/^:page!\S+ PRIVMSG \S+ :come in$/);
    person.say('JOIN #netwine');
    const heard = await person.line('PRIVMSG #netwine');
    expect(Buffer.from(heard, 'latin1').toString(encoding).replace(/^\S+/, '')).toBe(` PRIVMSG #netwine :${greeting}`);
    person.say(`PRIVMSG #netwine :${answer}`, encoding);
    expect(await person.line(' QUIT ')).toMatch(/^:page!\S+ QUIT :.*that was all/);
    const report = await run.report(WAIT_MS).catch((error: Error) => {
      throw new Error(`${error.message}; the engine printed:\n${engine.output}`);
    });
    const { header, log, ...told } = Object.fromEntries(report);
    expect(told).toEqual({
      run: new URL(run.url).searchParams.get('run'),
      pinged: 'yes',
      joined: expect.stringMatching(`^${nick}!`),
      answer,
      farewell: '"that was all"',
      ended: 'yes',
      closed: 'CLOSED',
      ways: 'xhr-poll',
    });
    expect(header).toContain('PhantomJS/1.9');
    expect(log).toMatch(/^:\S+ 001 page /m);
    expect(proxy.ways).toEqual(['poll']);
  },
);
