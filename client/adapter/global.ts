/** `connect` as the script that a page has loaded before ours gives it: the second script takes this for `socket.ts`. */
import type { NetwineSocket, SocketOptions } from './socket-types.ts';

declare const netwine: { connect(to: string, options?: SocketOptions): NetwineSocket };

export const connect = (to: string, options?: SocketOptions): NetwineSocket => netwine.connect(to, options);
