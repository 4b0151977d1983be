/** The targets of the bench in a process of their own: a source without end, a sink, and a silent server. */
import { createServer } from 'node:net';

const CHUNK = Buffer.alloc(64 * 1024, 'netwine ');

const source = (socket) => {
  const pour = () => {
    while (socket.write(CHUNK));
  };
  socket.on('drain', pour);
  socket.resume();
  pour();
};

const listen = async (serve) => {
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 2048, resolve));
  return server.address().port;
};

const ports = {
  source: await listen(source),
  sink: await listen((socket) => socket.resume()),
  silent: await listen((socket) => socket.resume()),
};
process.send(ports);
