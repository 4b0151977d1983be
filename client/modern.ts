/** The module for today's engines and bundlers: the same sessions as in the script, with further faces. */
import { more } from './transport/more.ts';
import { addOldWays } from './transport/old.ts';

export { connect, type NetwineSocket, type SocketOptions, type SocketStatus } from './adapter/socket.ts';
export { TCPSocket, type TCPSocketOpenInfo, type TCPSocketOptions } from './adapter/streams.ts';
export {
  WebSocket,
  type WebSocketClass,
  type WebSocketFace,
  type WebSocketOptions,
  webSocket,
} from './adapter/websocket.ts';
export { type Choice, createChoice, type Memory } from './core/choice.ts';
export {
  createSession,
  type Saved,
  type Session,
  type SessionEvents,
  type SessionOptions,
  type State,
} from './core/session.ts';
export type * from './core/types.ts';

addOldWays(more);
