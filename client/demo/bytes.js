/** Bytes, as strings of characters 0..255, the way people see and type them: text, hex, and a hex dump. */
var demo = demo || {};

(function () {
  var ROW = 16;
  var DIGITS = '0123456789abcdef';
  /** Whole characters of UTF-8 by their lengths; what fits nothing stands alone. */
  var WIDE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g;

  function decodeOne(bytes) {
    try {
      return decodeURIComponent(escape(bytes));
    } catch (_error) {
      return '\ufffd';
    }
  }

  /** The text of bytes that are UTF-8. */
  demo.decode = function (bytes) {
    return bytes.replace(WIDE, decodeOne);
  };

  /** The bytes of a text in UTF-8; halves of pairs, which have none, become U+FFFD. */
  demo.encode = function (text) {
    return unescape(
      encodeURIComponent(
        text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, function (found) {
          return found.length === 2 ? found : '\ufffd';
        })
      )
    );
  };

  /** The bytes of `00 ff 0a`, blanks and colons as one likes; null where that is not what the text is. */
  demo.fromHex = function (text) {
    var digits = text.replace(/[\s:,]|0x/gi, '');
    if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) return null;
    var bytes = [];
    for (var i = 0; i < digits.length; i += 2) bytes.push(String.fromCharCode(parseInt(digits.slice(i, i + 2), 16)));
    return bytes.join('');
  };

  function hexByte(value) {
    return DIGITS.charAt(value >> 4) + DIGITS.charAt(value & 15);
  }

  function padded(text, length, before) {
    while (text.length < length) text = before ? '0' + text : text + ' ';
    return text;
  }

  function hexRow(row, offset) {
    var cells = [];
    for (var i = 0; i < row.length; i++) cells.push(hexByte(row.charCodeAt(i)));
    var text = row.replace(/[^ -~]/g, '.');
    return padded(offset.toString(16), 8, true) + '  ' + padded(cells.join(' '), ROW * 3 - 1, false) + '  ' + text;
  }

  /** A dump of 16 bytes a row, with the offset of the first byte of each. */
  demo.hexDump = function (bytes, offset) {
    var rows = [];
    var at = 0;
    // Rows begin at multiples of 16, so that a row stays where it is while bytes come and go.
    while (at < bytes.length) {
      var next = Math.min(at + ROW - ((offset + at) % ROW), bytes.length);
      rows.push(hexRow(bytes.slice(at, next), offset + at));
      at = next;
    }
    return rows.join('\n');
  };

  /** The bytes as UTF-8 text; control characters but line ends and tabs are shown as their pictures. */
  demo.visibleText = function (bytes) {
    return demo
      .decode(bytes)
      .replace(/\r\n/g, '\n')
      .replace(/[\0-\x08\x0b-\x1f]/g, function (control) {
        return String.fromCharCode(0x2400 + control.charCodeAt(0));
      })
      .replace(/\x7f/g, '\u2421')
      .replace(/[\x80-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  };
})();
