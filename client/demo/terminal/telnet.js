/** Telnet's negotiation, from our side only: it answers and never asks, so that no answer can call forth another. */
var terminal = terminal || {};

(function () {
  var IAC = 255;
  var DONT = 254;
  var DO = 253;
  var WONT = 252;
  var WILL = 251;
  var SB = 250;
  var SE = 240;

  var BINARY = 0;
  var ECHO = 1;
  var SUPPRESS_GO_AHEAD = 3;
  var TERMINAL_TYPE = 24;
  var WINDOW_SIZE = 31;
  var CHARSET = 42;

  var IS = 0;
  var SEND = 1;
  var REQUEST = 1;
  var REJECTED = 3;

  /** A sub-negotiation longer than this is no longer kept, only skipped. */
  var MOST_SUB = 1024;

  /** What the server may do, and what we do if it wants that. All else is refused: compression, GMCP, line mode. */
  var THEIRS = [BINARY, ECHO, SUPPRESS_GO_AHEAD];
  var OURS = [BINARY, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, WINDOW_SIZE];

  function includes(list, value) {
    for (var i = 0; i < list.length; i++) if (list[i] === value) return true;
    return false;
  }

  function bytes(codes) {
    return String.fromCharCode.apply(String, codes);
  }

  /** Where a run ends that holds neither a command nor what may be a padded return. */
  function endOfPlain(text, from) {
    for (var i = from; i < text.length; i++) {
      var code = text.charCodeAt(i);
      if (code === IAC || code === 13 || code === 0) break;
    }
    return i;
  }

  /** Doubles what would be read as a command. [RFC 854] */
  function doubled(text) {
    return text.replace(/\xff/g, '\xff\xff');
  }

  /**
   * All bytes are strings of characters 0..255.
   * @param options `columns`, `rows`, `types` (names of this terminal, best first); `send(bytes)` to the server,
   *   `data(bytes)` without what was telnet, `mode({ echo, atOnce })` when the server takes over echo or wants each key.
   */
  terminal.createTelnet = function (options) {
    var theirs = {};
    var ours = {};
    var state = 'data';
    var verb = 0;
    var sub = '';
    var afterReturn = false;
    var nextType = 0;

    function sendSub(option, text) {
      options.send(bytes([IAC, SB, option]) + doubled(text) + bytes([IAC, SE]));
    }

    function sendSize() {
      var columns = options.columns;
      var rows = options.rows;
      sendSub(WINDOW_SIZE, bytes([columns >> 8, columns & 255, rows >> 8, rows & 255])); // [RFC 1073]
    }

    /** The server's side of an option: only a change is answered. [RFC 1143] */
    function heWill(option, will) {
      if (will === !!theirs[option]) return;
      if (will && !includes(THEIRS, option)) return options.send(bytes([IAC, DONT, option]));
      theirs[option] = will;
      options.send(bytes([IAC, will ? DO : DONT, option]));
      options.mode({ echo: !!theirs[ECHO], atOnce: !!theirs[SUPPRESS_GO_AHEAD] });
    }

    /** Our side of an option. */
    function weShould(option, should) {
      if (should === !!ours[option]) return;
      if (should && !includes(OURS, option)) return options.send(bytes([IAC, WONT, option]));
      ours[option] = should;
      options.send(bytes([IAC, should ? WILL : WONT, option]));
      if (option === WINDOW_SIZE && should) sendSize();
      if (option === TERMINAL_TYPE) nextType = 0;
    }

    /** Each request brings the next name; the last comes twice, then it starts again. [RFC 1091] */
    function sendType() {
      var types = options.types;
      var at = Math.min(nextType, types.length - 1);
      nextType = nextType === types.length ? 0 : nextType + 1;
      sendSub(TERMINAL_TYPE, bytes([IS]) + types[at]);
    }

    function subOver() {
      var option = sub.charCodeAt(0);
      var command = sub.charCodeAt(1);
      if (sub.length > MOST_SUB) return;
      if (option === TERMINAL_TYPE && command === SEND && ours[TERMINAL_TYPE]) sendType();
      // We never agreed to talk of charsets; who asks all the same hears a clear no. [RFC 2066]
      if (option === CHARSET && command === REQUEST) sendSub(CHARSET, bytes([REJECTED]));
    }

    function command(code) {
      if (code >= WILL && code <= DONT) {
        verb = code;
        state = 'verb';
      } else if (code === SB) {
        sub = '';
        state = 'sub';
      } else state = 'data'; // Go-ahead, no-operation and the like need no answer.
    }

    function negotiate(option) {
      state = 'data';
      if (verb === WILL || verb === WONT) heWill(option, verb === WILL);
      else weShould(option, verb === DO);
    }

    /** One byte of data or of a command. @returns what of it is for the screen */
    function take(code) {
      if (state === 'verb') negotiate(code);
      else if (state === 'sub') {
        if (code === IAC) state = 'sub-command';
        else if (sub.length <= MOST_SUB) sub += bytes([code]);
      } else if (state === 'sub-command') {
        state = code === IAC ? 'sub' : 'data';
        if (code === IAC) sub += bytes([IAC]);
        else if (code === SE) subOver();
        else command(code); // It was broken off.
      } else if (state === 'command') {
        if (code !== IAC) command(code);
        else {
          state = 'data';
          return bytes([IAC]);
        }
      } else if (code === IAC) state = 'command';
      else {
        var padding = code === 0 && afterReturn && !theirs[BINARY];
        afterReturn = code === 13;
        return padding ? '' : bytes([code]);
      }
      return '';
    }

    return {
      /** Bytes from the server, in any cut. */
      receive: function (text) {
        var data = '';
        for (var i = 0; i < text.length; ) {
          var end = state === 'data' ? endOfPlain(text, i) : i;
          if (end === i) data += take(text.charCodeAt(i++));
          else {
            data += text.slice(i, end);
            afterReturn = false;
            i = end;
          }
        }
        if (data !== '') options.data(data);
      },

      /** Bytes that were typed: a return alone needs its NUL, where nothing else was agreed upon. [RFC 854] */
      write: function (text) {
        var whole = doubled(text);
        options.send(ours[BINARY] ? whole : whole.replace(/\r(?!\n)/g, '\r\0'));
      }
    };
  };
})();
