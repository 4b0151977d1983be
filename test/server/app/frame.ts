/** WebSocket frames that no library would write. */

/** One frame as RFC 6455 5.2 has it, with whatever stands in its first byte. */
export const frame = (first: number, payload: Uint8Array, masked: boolean): Buffer => {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  length[0] = (length[0] ?? 0) | (masked ? 0x80 : 0);
  return Buffer.concat([Buffer.from([first, ...length]), Buffer.alloc(masked ? 4 : 0), payload]);
};
