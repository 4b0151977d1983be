// A client of the naive bridge in the place of the library: one post after the other, by key and without offsets.
// It writes only, and repeats nothing: what comes more than once was sent again by the browser.
window.netwine = {
  connect: (to, { url, onopen, onchange, onclose }) => {
    const waiting = [];
    let key = '';
    let isBusy = true;
    const post = (path, body, done) => {
      const request = new XMLHttpRequest();
      request.open('POST', url + path);
      request.onloadend = () => done(request.responseText);
      request.send(body);
    };
    const next = () => {
      if (isBusy || waiting.length === 0) return;
      const [path, text, done] = waiting[0];
      isBusy = true;
      post(
        `send?key=${key}${path}`,
        Uint8Array.from(text, (one) => one.charCodeAt(0)),
        () => {
          isBusy = false;
          waiting.shift();
          done();
          next();
        },
      );
    };
    const write = (path, text, done) => {
      waiting.push([path, text, done]);
      next();
    };
    post(`connect?to=${to}`, '', (text) => {
      key = text.slice(3).trim();
      isBusy = false;
      onopen();
      next();
    });
    return {
      status: () => ({ receiver: 'none' }),
      bufferedAmount: () => waiting.length,
      write: (text) => write('', text, onchange),
      end: () => write('&end', '', () => onclose({ code: 'CLOSED' })),
    };
  },
};
