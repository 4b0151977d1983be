/** What the bridge is measured against: a plain Node pipe between two sockets, and nothing else. */
import { connect, createServer } from 'node:net';

const servers = {};
for (const [name, port] of Object.entries(JSON.parse(process.argv[2]))) {
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1');
    for (const socket of [client, target]) socket.setNoDelay(true).on('error', () => {});
    client.pipe(target);
    target.pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 2048, resolve));
  servers[name] = server.address().port;
}
process.send(servers);
