// Many small writes, each in a request of its own, and a count of the requests that were asked for by script.
(() => {
  const parameters = new URLSearchParams(location.search);
  const writes = Number(parameters.get('writes'));
  const asked = { connect: 0, receive: 0, send: 0, close: 0 };
  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    asked[url.split('/').pop()] += 1;
    open.call(this, method, url, ...rest);
  };

  let written = 0;
  let came = '';
  const socket = netwine.connect(parameters.get('to'), { transports: ['xhr-poll'], token: window.token });
  socket.onopen = socket.onchange = () => {
    if (socket.bufferedAmount() > 0 || written > writes) return;
    written += 1;
    if (written > writes) socket.end();
    else socket.write(`${written};`);
  };
  socket.ondata = (text) => {
    came += text;
  };
  socket.onclose = ({ code }) => {
    const report = new URLSearchParams({ code, came, ...asked });
    navigator.sendBeacon(`stage/report?run=${parameters.get('run')}`, report.toString());
  };
})();
