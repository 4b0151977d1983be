/** Every way in which the real servers are tried. */
import type { Way } from './dialogue.ts';
import { byCurl } from './way-curl.ts';
import { byPolling } from './way-poll.ts';
import { byWebSocket } from './way-websocket.ts';

export const ways: readonly Way[] = [byCurl, byPolling, byWebSocket];
