/** What the bridge is measured against: a plain Node pipe between two sockets, and Node's HTTP with nothing behind it. */
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';

const targets = JSON.parse(process.argv[2]);
const servers = {};
for (const [name, port] of Object.entries(targets)) {
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
// What comes by post goes to one target, and nothing is kept: the least that a post can cost in Node.
const sink = connect(targets.sink, '127.0.0.1').on('error', () => {});
const bare = createHttpServer((request, response) => {
  request.on('data', (chunk) => sink.write(chunk));
  request.on('end', () => response.end('OK'));
});
await new Promise((resolve) => bare.listen(0, '127.0.0.1', resolve));
process.send({ ...servers, http: bare.address().port });
