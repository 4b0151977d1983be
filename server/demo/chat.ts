/** A small chat over bare TCP, so that the demo has something to bridge to. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { LineSplitter } from './chat-lines.ts';
import { Member } from './chat-member.ts';
import { Room } from './chat-room.ts';

const MAX_MEMBERS = 500;

export interface ChatOptions {
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** Told of what goes wrong after the start, such as a lack of descriptors. */
  onError?: (error: Error) => void;
}

export interface Chat {
  /** The numeric address it listens on. */
  readonly host: string;
  readonly port: number;
  /** Says goodbye to everybody and stops; nothing is left behind. Safe to repeat. */
  close(): Promise<void>;
}

/** Gives a socket its place in the room. */
const admit = (room: Room, socket: Socket): void => {
  const lines = new LineSplitter();
  const member: Member = new Member(socket, {
    name: room.guestName(),
    tooSlow: () => room.part(member, 'reads too slowly and is dropped'),
  });
  socket.on('data', (chunk) => {
    for (const line of lines.push(chunk)) room.hear(member, line);
  });
  socket.on('end', () => {
    const rest = lines.rest();
    if (rest) room.hear(member, rest);
    room.part(member);
    member.leave('* Goodbye.');
  });
  socket.on('close', () => room.part(member));
  room.join(member);
};

/**
 * Starts the chat.
 * @throws the error of `listen` (EADDRINUSE and the like), as Node gives it.
 */
export const startChat = async ({ host, port, onError = () => {} }: ChatOptions): Promise<Chat> => {
  const room = new Room();
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
    // A member whose connection breaks just leaves: `close` follows.
    socket.on('error', () => {});
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (room.size < MAX_MEMBERS) admit(room, socket);
    else new Member(socket, { name: '', tooSlow: () => {} }).leave('* The room is full: come back later.');
  });
  server.listen({ host, port });
  await once(server, 'listening');
  server.on('error', onError);
  const address = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : Promise.resolve();
    server.close();
    room.clear('* The chat is closing. Goodbye.');
    for (const socket of sockets) {
      if (socket.writableLength > 0) socket.destroy();
      else socket.destroySoon();
    }
    await closed;
  };
  return { host: address.address, port: address.port, close };
};
