/** The second script of a page: puts the class that is shaped like `WebSocket` into the global `netwine` of the first. */
import { WebSocket, webSocket } from './adapter/websocket.ts';
import type { WebSocketClass } from './adapter/websocket-types.ts';

declare const netwine: { WebSocket?: WebSocketClass; webSocket?: typeof webSocket };

netwine.WebSocket = WebSocket;
netwine.webSocket = webSocket;
