/** Bytes that a WebSocket client sends with its upgrade request, in one write, before it knows of any 101. */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { ClientOptions } from 'ws';

/** A masked frame, with a mask of zeros, of less than 126 bytes. [RFC 6455 5.2] */
export const maskedFrame = (message: string | Uint8Array): Buffer => {
  const [type, bytes] = typeof message === 'string' ? [0x81, Buffer.from(message)] : [0x82, message];
  return Buffer.concat([Buffer.from([type, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
};

export interface Early {
  /** For the WebSocket whose first write has the bytes behind its request. */
  readonly options: ClientOptions;
  /** Writes more of them below that WebSocket. */
  write(bytes: Uint8Array): void;
}

export const early = (...frames: readonly Uint8Array[]): Early => {
  let opened: Socket | null = null;
  const createConnection = ({ host = '127.0.0.1', port }: TcpNetConnectOpts): Socket => {
    const socket = connect({ host, port, noDelay: true });
    const write = socket.write.bind(socket);
    socket.write = ((head: string | Uint8Array, encoding?: BufferEncoding, done?: () => void) => {
      socket.write = write;
      const bytes = typeof head === 'string' ? Buffer.from(head, encoding) : head;
      return write(Buffer.concat([bytes, ...frames]), done);
    }) as typeof socket.write;
    opened = socket;
    return socket;
  };
  return {
    options: { createConnection: createConnection as NonNullable<ClientOptions['createConnection']> },
    write: (bytes) => void opened?.write(bytes),
  };
};
