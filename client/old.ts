/** The script beside `netwine.js` for old engines: adds ways to receive and to send, and answers that sockets share. */
import type { More } from './transport/more.ts';
import { addOldWays } from './transport/old.ts';

declare const netwine: { more: More };

addOldWays(netwine.more);
