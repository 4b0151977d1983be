/** The demo's start-up: what it prints, and what it says where it cannot start. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  type BridgeOptions,
  type Demo,
  DemoError,
  instructions,
  startDemo,
  targetsRule,
} from '../../../server/demo/start.ts';

const local = (port: number) => ({ host: '127.0.0.1', port });
const lines: string[] = [];
const io = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) };
let demo: Demo | null = null;

afterEach(async () => {
  await demo?.chat.close();
  demo = null;
  lines.length = 0;
});

/** Listens as a bridge would, and frees the port again. */
const listenOnce = async ({ listen }: BridgeOptions): Promise<{ url: string }> => {
  const server = createServer().listen(listen);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}` };
};

test('it starts the chat, opens it to the bridge alone and prints how to use both', async () => {
  let rule = '';
  const startBridge = (bridge: BridgeOptions) => {
    rule = bridge.targets;
    return listenOnce(bridge);
  };
  demo = await startDemo({ listen: local(0), chat: local(0), startBridge }, io);
  const { port } = demo.chat;
  expect(rule).toBe(`allow 127.0.0.1 ${port}\n`);
  const text = lines.join('\n');
  expect(text).toContain(`${demo.url}/chat.html?to=127.0.0.1:${port}\n`);
  expect(text).toContain(`curl -sN -X POST '${demo.url}/connect?to=127.0.0.1:${port}'\n`);
  expect(text).toContain(`echo hello | curl -s --data-binary @- '${demo.url}/send?key=KEY'\n`);
  const guest = connect({ host: '127.0.0.1', port });
  const [greeting] = await once(guest, 'data');
  expect(String(greeting)).toMatch(/^Welcome/);
  guest.destroy();
});

test('at its usual port the chat needs no parameter in the page', () => {
  const text = instructions({ url: 'http://127.0.0.1:8080/', chat: local(7777) }).join('\n');
  expect(text).toContain('  http://127.0.0.1:8080/chat.html\n');
  expect(text).toContain("curl -sN -X POST 'http://127.0.0.1:8080/connect?to=127.0.0.1:7777'");
});

test('an IPv6 chat is written so that curl takes it', () => {
  const chat = { host: '::1', port: 7777 };
  expect(targetsRule(chat)).toBe('allow ::1 7777\n');
  expect(instructions({ url: 'http://[::1]:8080', chat }).join('\n')).toContain('/connect?to=%5B::1%5D:7777');
});

test('a chat on all addresses is opened on the loopback one', async () => {
  const rules: string[] = [];
  const startBridge = (bridge: BridgeOptions) => {
    rules.push(bridge.targets);
    return listenOnce(bridge);
  };
  demo = await startDemo({ listen: local(0), chat: { host: '0.0.0.0', port: 0 }, startBridge }, io);
  expect(rules).toEqual([`allow 127.0.0.1 ${demo.chat.port}\n`]);
});

test('a taken port is named with the commands that change it, and nothing stays behind', async () => {
  const taken = createServer().listen(local(0));
  await once(taken, 'listening');
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const busy = local(address.port);

  const noChat = startDemo({ listen: local(0), chat: busy, startBridge: listenOnce }, io);
  await expect(noChat).rejects.toThrow(
    `127.0.0.1:${busy.port} is taken: another program listens there. Choose another address for the chat: ` +
      'netwine demo --chat 127.0.0.1:0 takes a free port (from the sources: npm run demo -- --chat 127.0.0.1:0).',
  );
  await expect(noChat).rejects.toBeInstanceOf(DemoError);

  let chatPort = 0;
  const startBridge = (bridge: BridgeOptions) => {
    chatPort = Number(bridge.targets.trim().split(' ').at(-1));
    return listenOnce(bridge);
  };
  const noBridge = startDemo({ listen: busy, chat: local(0), startBridge }, io);
  await expect(noBridge).rejects.toThrow(
    'netwine demo --listen 127.0.0.1:0 takes a free port (from the sources: npm run demo -- --listen 127.0.0.1:0).',
  );
  const freed = createServer().listen(local(chatPort));
  await once(freed, 'listening');
  freed.close();
  taken.close();
  expect(lines).toEqual([]);
});

test('an address that is not of this machine is said to be so', async () => {
  const foreign = { host: '192.0.2.1', port: 7777 };
  await expect(startDemo({ listen: local(0), chat: foreign, startBridge: listenOnce }, io)).rejects.toThrow(
    '192.0.2.1:7777 is no address of this machine. Choose another address for the chat: netwine demo --chat 127.0.0.1:0',
  );
});

test('any other failure of the bridge is handed on as it is', async () => {
  const failure = new Error('targets:1: unknown word');
  const startBridge = () => Promise.reject(failure);
  await expect(startDemo({ listen: local(0), chat: local(0), startBridge }, io)).rejects.toBe(failure);
});
