/** Requests and frames as the bytes that they are. */

const KEY = Buffer.from('cut at each byte').toString('base64');

/** A post on a connection of its own. */
export const post = (path: string, body: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nNetwine: 1\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);

/** A GET on a connection of its own. */
export const get = (path: string, fields = ''): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${fields}\r\n`);

/** A WebSocket; one that does not wait for its upgrade has frames that follow at once. */
export const upgrade = (path: string, fields: string, ...frames: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`),
    Buffer.from(`Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${fields}\r\n`),
    ...frames,
  ]);

/** What offers the bridge's own subprotocol. */
export const OURS = 'Sec-WebSocket-Protocol: netwine.1\r\n';
const MASK = [17, 34, 51, 68] as const;

/** A masked frame of less than 126 bytes. [RFC 6455 section 5.2] */
export const frame = (opcode: 1 | 2, payload: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0x80 | opcode, 0x80 | payload.length, ...MASK]),
    payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0)),
  ]);
