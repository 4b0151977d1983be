/** A connection that goes on after a reload: the library keeps its offsets, and the page what it made of the bytes. */
var demo = demo || {};

(function () {
  /**
   * @param options `to`, `name` under which it is kept, `keep` and `transports` as for netwine.connect; `heard`: how many
   *   bytes a page before this one has noted, and null where there is none to go on from; and `on`: data(bytes), change(),
   *   end() and over(end).
   * @throws where this engine has no way to a bridge
   */
  demo.openLink = function (options) {
    var on = options.on;
    var link = { socket: null, heard: options.heard || 0, hasEnded: false, end: null };
    var repeated = 0;
    link.isLive = function () {
      return link.end === null;
    };
    link.status = function () {
      return link.socket.status();
    };
    // Nothing is told before there is a socket to ask.
    link.socket = netwine.connect(options.to, {
      url: demo.base(),
      binary: 'string',
      keep: options.keep,
      transports: options.transports,
      resume: options.name,
      onchange: on.change,
      ondata: function (bytes) {
        // Bytes come once more where the page went before the library had noted them.
        var known = Math.min(repeated, bytes.length);
        repeated -= known;
        if (known === bytes.length) return;
        link.heard += bytes.length - known;
        on.data(bytes.slice(known));
      },
      onend: function () {
        link.hasEnded = true;
        on.end();
      },
      onclose: function (last) {
        link.end = last;
        on.over(last);
      }
    });
    if (options.heard === null) return link;
    if (link.socket.resumed) repeated = Math.max(options.heard - link.status().received, 0);
    else {
      // A new one would not be what the page shows the beginning of.
      link.socket.onclose = function () {};
      link.socket.close();
      link.end = { code: 'GONE', text: 'this tab did not keep the connection' };
      setTimeout(function () {
        on.over(link.end);
      }, 0);
    }
    return link;
  };
})();
