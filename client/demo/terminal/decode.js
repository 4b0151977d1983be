/** Bytes to text in any cut, and typed text back to bytes: code page 437, UTF-8 and Latin-1. */
var terminal = terminal || {};

(function () {
  var LOST = '\ufffd';

  /** The control characters that a BBS means as such; the others of code page 437 are little pictures. */
  var CONTROLS = '\0\x07\b\t\n\x0c\r\x1b';

  function makeCp437() {
    var cp437 = terminal.cp437;
    var characters = [];
    for (var code = 0; code < 256; code++) {
      var own = String.fromCharCode(code);
      if (code === 127) characters[code] = cp437.del;
      else if (code > 127) characters[code] = cp437.high.charAt(code - 128);
      else characters[code] = code > 31 || CONTROLS.indexOf(own) >= 0 ? own : cp437.low.charAt(code);
    }
    return characters;
  }

  var fromCp437 = makeCp437();
  var toCp437 = {};
  for (var code = 255; code >= 0; code--) toCp437[fromCp437[code]] = String.fromCharCode(code);

  function fromPoint(point) {
    if (point < 0x10000) return String.fromCharCode(point);
    var rest = point - 0x10000;
    return String.fromCharCode(0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
  }

  function cp437Decoder() {
    return {
      decode: function (bytes) {
        var text = [];
        for (var i = 0; i < bytes.length; i++) text[i] = fromCp437[bytes.charCodeAt(i) & 255];
        return text.join('');
      },
      end: function () {
        return '';
      }
    };
  }

  function latin1Decoder() {
    return {
      decode: function (bytes) {
        return bytes;
      },
      end: function () {
        return '';
      }
    };
  }

  /** What cannot be a character becomes one sign for its longest beginning of one, as today's decoders do. */
  function utf8Decoder() {
    var point = 0;
    var missing = 0;
    // What the next byte may be: narrower after a few first bytes, against overlong forms and surrogates.
    var lower = 0x80;
    var upper = 0xbf;

    function begin(code) {
      if (code < 0x80) return String.fromCharCode(code);
      if (code < 0xc2 || code > 0xf4) return LOST;
      missing = code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
      point = code & (0x3f >> missing);
      if (code === 0xe0) lower = 0xa0;
      if (code === 0xf0) lower = 0x90;
      if (code === 0xed) upper = 0x9f;
      if (code === 0xf4) upper = 0x8f;
      return '';
    }

    function take(code) {
      if (missing === 0) return begin(code);
      var fits = code >= lower && code <= upper;
      lower = 0x80;
      upper = 0xbf;
      if (!fits) {
        missing = 0;
        return LOST + begin(code);
      }
      point = (point << 6) | (code & 0x3f);
      missing--;
      return missing === 0 ? fromPoint(point) : '';
    }

    return {
      decode: function (bytes) {
        if (missing === 0 && !/[\x80-\xff]/.test(bytes)) return bytes;
        var text = [];
        for (var i = 0; i < bytes.length; i++) text[i] = take(bytes.charCodeAt(i));
        return text.join('');
      },
      end: function () {
        var rest = missing === 0 ? '' : LOST;
        missing = 0;
        lower = 0x80;
        upper = 0xbf;
        return rest;
      }
    };
  }

  /** By the values of the page's list. */
  var decoders = { cp437: cp437Decoder, utf8: utf8Decoder, latin1: latin1Decoder };

  function wholeOrLost(found) {
    return found.length === 2 ? found : LOST;
  }

  function encodeUtf8(text) {
    // The only thing that old engines have for it, and it refuses half a surrogate pair.
    return unescape(encodeURIComponent(text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, wholeOrLost)));
  }

  /** @returns a decoder with `decode(bytes)`, and `end()` for what is left when the stream is over */
  terminal.createDecoder = function (charset) {
    return decoders[charset]();
  };

  /** What the charset has no place for becomes a question mark. */
  terminal.encode = function (charset, text) {
    if (charset === 'utf8') return encodeUtf8(text);
    var bytes = '';
    for (var i = 0; i < text.length; i++) {
      var character = text.charAt(i);
      if (charset === 'latin1') bytes += character <= '\xff' ? character : '?';
      // Control keys are sent as they are.
      else if (character < ' ' || character === '\x7f') bytes += character;
      else bytes += typeof toCp437[character] === 'string' ? toCp437[character] : '?';
    }
    return bytes;
  };
})();
