/** The receiver by WebSocket, which carries both directions. [PROTOCOL 8] */
import type { Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { absolute, attempted, hasTypedArrays, later, newBytes, nothing } from './engine.ts';
import { createGate } from './receiver.ts';
import { bodyOf } from './request.ts';

interface Socket {
  binaryType?: string;
  readonly protocol: string;
  onopen: () => void;
  onmessage: (event: { data: unknown }) => void;
  onerror: () => void;
  onclose: () => void;
  send(data: unknown): void;
  close(): void;
}
declare const WebSocket: new (url: string, protocol: string) => Socket;

const PROTOCOL = 'netwine.1';

export const websocket = <C>(edge: Edge<C>, base: string): Receiver<C> => ({
  name: 'websocket',
  kind: 'socket',
  usable: () => hasTypedArrays && attempted(() => WebSocket) !== null,
  receive: (ask, on) => {
    const gate = createGate(on);
    const fail = (): void => gate.over(false);
    const socket = attempted(() => new WebSocket(absolute(`${base}receive`).replace(/^http/, 'ws'), PROTOCOL));
    const send = (data: unknown): void => {
      // What could not be sent is sent again after the end of this socket.
      attempted(() => socket && gate.isOpen() && socket.send(data));
    };
    gate.release(() => {
      if (!socket) return;
      socket.onopen = socket.onmessage = socket.onerror = socket.onclose = nothing;
      attempted(() => socket.close());
    });
    // Drafts without binary messages know no such property; one that we set would stay, too.
    if (!socket || !socket.binaryType) later(fail);
    else {
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => {
        if (socket.protocol === PROTOCOL) send(bodyOf(ask()));
        else fail();
      };
      socket.onmessage = ({ data }) => {
        if (typeof data === 'string') gate.record(data);
        else gate.data(edge.fromBytes(newBytes(data as ArrayBuffer)));
      };
      socket.onclose = socket.onerror = fail;
    }
    return {
      stop: gate.stop,
      write: (chunk) => send(edge.toBytes(chunk)),
      say: send,
    };
  },
});
