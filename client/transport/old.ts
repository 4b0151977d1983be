/** The ways that only old engines want, the best first: to be added to those of every page. */

import { canFrame } from './engine.ts';
import { events } from './events.ts';
import { formSender } from './form-sender.ts';
import { htmlFrame } from './html-frame.ts';
import { mendLastEnd } from './last-end.ts';
import type { More } from './more.ts';
import { scriptPoll } from './script-poll.ts';
import { scriptSender } from './script-sender.ts';
import { createShared } from './shared.ts';
import { xdr } from './xdr.ts';

export const addOldWays = (more: More): void => {
  more.ways = [xdr, events, htmlFrame, scriptPoll];
  more.sender = (edge, base) => (canFrame(base) ? formSender : scriptSender)(edge, base);
  more.share = createShared;
  more.mend = mendLastEnd;
};
