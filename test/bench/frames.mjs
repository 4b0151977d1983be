/** Reads chunked answers of frames as cheaply as a client in Node can. */

/** Reads one chunked answer of frames to its end. */
export const readFrames = (socket, got) =>
  new Promise((resolve) => {
    let state = 'head';
    let text = '';
    let left = 0;
    const frame = { head: Buffer.alloc(4), have: 0, left: 0, type: 0 };
    const payload = (bytes) => {
      let i = 0;
      while (i < bytes.length) {
        if (frame.have < 4) {
          frame.head[frame.have++] = bytes[i++];
          if (frame.have === 4) {
            frame.type = frame.head[0];
            frame.left = frame.head.readUIntBE(1, 3);
          }
        } else {
          const take = Math.min(frame.left, bytes.length - i);
          if (frame.type === 0x44) got(take);
          frame.left -= take;
          i += take;
        }
        if (frame.have === 4 && frame.left === 0) frame.have = 0;
      }
    };
    const read = (chunk) => {
      let i = 0;
      while (i < chunk.length) {
        if (state === 'data') {
          const take = Math.min(left, chunk.length - i);
          payload(chunk.subarray(i, i + take));
          i += take;
          left -= take;
          if (left === 0) {
            state = 'crlf';
            text = '';
          }
          continue;
        }
        text += String.fromCharCode(chunk[i++]);
        if (state === 'head' && text.endsWith('\r\n\r\n')) {
          state = 'size';
          text = '';
        } else if (state === 'crlf' && text === '\r\n') {
          state = 'size';
          text = '';
        } else if (state === 'size' && text.endsWith('\r\n')) {
          left = Number.parseInt(text, 16);
          text = '';
          state = left === 0 ? 'last' : 'data';
        } else if (state === 'last' && text === '\r\n') {
          socket.off('data', read);
          resolve();
        }
      }
    };
    socket.on('data', read);
  });
