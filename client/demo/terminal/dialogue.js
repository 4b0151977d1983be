/** One dialogue with a server: its bytes to the screen, keys to it, and who echoes. No page, no network. */
var terminal = terminal || {};

(function () {
  /** What we say that we are; best first. */
  var TYPES = { cp437: ['ANSI', 'VT100'], utf8: ['XTERM', 'VT100', 'ANSI'], latin1: ['VT100', 'ANSI'] };

  /**
   * @param options `charset` (cp437, utf8, latin1), `telnet` (or bytes as they are), `keys` (`auto`, `once` for each key at
   *   once, `line`), `backspace` (what that key sends), `send(bytes)`, `bell()`
   */
  terminal.createDialogue = function (options) {
    var charset = options.charset;
    var decoder = terminal.createDecoder(charset);
    var server = { echo: false, atOnce: false };
    // What one event causes is sent in one piece.
    var waiting = '';

    function send(bytes) {
      waiting += bytes;
    }

    function flush() {
      var bytes = waiting;
      waiting = '';
      if (bytes !== '') options.send(bytes);
    }

    function out(text) {
      var bytes = terminal.encode(charset, text);
      if (options.telnet) telnet.write(bytes);
      else send(bytes);
    }

    function byLine() {
      return options.keys === 'line' || (options.keys === 'auto' && !(server.echo && server.atOnce));
    }

    var screen = terminal.createScreen({
      bbs: charset === 'cp437',
      newline: !options.telnet,
      answer: out,
      bell: options.bell
    });

    var telnet = terminal.createTelnet({
      columns: screen.columns,
      rows: screen.height,
      types: TYPES[charset],
      send: send,
      data: function (bytes) {
        screen.write(decoder.decode(bytes));
      },
      mode: function (next) {
        server = next;
        if (!byLine()) out(line.take());
      }
    });

    var line = terminal.createLine({
      send: function (text) {
        out(text + '\r\n');
      },
      echo: function (text) {
        if (!server.echo) screen.echo(text);
      },
      secret: function () {
        return server.echo;
      }
    });

    return {
      screen: screen,

      receive: function (bytes) {
        if (options.telnet) telnet.receive(bytes);
        else screen.write(decoder.decode(bytes));
        flush();
      },

      /** The server has ended: what was left of a character is shown as lost. */
      end: function () {
        screen.write(decoder.end());
      },

      /** A key went down. @returns whether it was for us; else it may print a character, or be the browser's */
      key: function (key) {
        var bytes = terminal.keyBytes(key, {
          application: screen.applicationKeys,
          bbs: charset === 'cp437',
          backspace: options.backspace
        });
        var taken = byLine() ? line.key(key) : bytes !== null;
        if (byLine() && !taken && key.ctrl && bytes !== null) {
          // An interrupt does not wait for the end of a line.
          out(bytes);
          taken = true;
        } else if (!byLine() && taken) out(bytes);
        flush();
        return taken;
      },

      /** Characters from the keyboard. */
      type: function (text) {
        if (byLine()) line.type(text);
        else out(text.replace(/\r\n?|\n/g, '\r'));
        flush();
      },

      paste: function (text) {
        var lines = text.replace(/\r\n?|\n/g, '\r');
        if (byLine()) line.type(text);
        // An end mark among it would let what follows pass for typed.
        else if (screen.bracketedPaste) out('\x1b[200~' + lines.replace(/[\x1b\x9b]/g, '') + '\x1b[201~');
        else out(lines);
        flush();
      },

      setCharset: function (next) {
        charset = next;
        decoder = terminal.createDecoder(next);
        screen.options.bbs = next === 'cp437';
      },

      setKeys: function (next) {
        options.keys = next;
        if (!byLine()) out(line.take());
        flush();
      },

      /** For the status line. */
      mode: function () {
        return byLine() ? 'line by line' : 'key by key';
      }
    };
  };
})();
