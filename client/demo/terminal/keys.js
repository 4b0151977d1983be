/** What a key that prints nothing sends, by its key code, which every engine knows. */
var terminal = terminal || {};

(function () {
  var CSI = '\x1b[';

  /** Cursor keys by their final letter. */
  var CURSOR = { 35: 'F', 36: 'H', 37: 'D', 38: 'A', 39: 'C', 40: 'B' };

  /** Others, as the VT220 and xterm have them; from 112 on they are F1 to F12. */
  var OTHERS = {
    33: CSI + '5~',
    34: CSI + '6~',
    45: CSI + '2~',
    46: CSI + '3~',
    112: '\x1bOP',
    113: '\x1bOQ',
    114: '\x1bOR',
    115: '\x1bOS',
    116: CSI + '15~',
    117: CSI + '17~',
    118: CSI + '18~',
    119: CSI + '19~',
    120: CSI + '20~',
    121: CSI + '21~',
    122: CSI + '23~',
    123: CSI + '24~'
  };

  /** Where BBSes expect something else. */
  var BBS = { 33: CSI + 'V', 34: CSI + 'U', 35: CSI + 'K', 45: CSI + '@', 46: '\x7f' };

  /** Control with a key that is no letter: space, 2 to 7, [ \ ] and the dash. */
  var CONTROLLED = {
    32: '\0',
    50: '\0',
    51: '\x1b',
    52: '\x1c',
    53: '\x1d',
    54: '\x1e',
    55: '\x1f',
    189: '\x1f',
    219: '\x1b',
    220: '\x1c',
    221: '\x1d'
  };

  function controlled(code) {
    if (code >= 65 && code <= 90) return String.fromCharCode(code - 64);
    return CONTROLLED[code] || null;
  }

  function special(code, modes) {
    if (code === 8) return modes.backspace;
    if (code === 9 || code === 13 || code === 27) return String.fromCharCode(code);
    if (modes.bbs && BBS[code]) return BBS[code];
    if (CURSOR[code]) return (modes.application ? '\x1bO' : CSI) + CURSOR[code];
    return OTHERS[code] || null;
  }

  /**
   * @param key `code`, `ctrl`, `alt`, `shift`, `meta`
   * @param modes `application` (cursor keys), `bbs`, `backspace` (what that key sends)
   * @returns characters to send, or null where the key is not for the server
   */
  terminal.keyBytes = function (key, modes) {
    // AltGr is both, and writes characters.
    if (key.meta || key.alt) return null;
    if (key.ctrl) return key.shift ? null : controlled(key.code);
    // Shift and Tab leave the terminal; Shift and a page key scroll it.
    if (key.shift && (key.code === 9 || key.code === 33 || key.code === 34)) return null;
    return special(key.code, modes);
  };
})();
