/** How many cells a character takes: East Asian and pictures two, combining ones none. */
var terminal = terminal || {};

(function () {
  /** Pairs of first and last. */
  var NONE = [
    0x0300, 0x036f, 0x0483, 0x0489, 0x0591, 0x05bd, 0x064b, 0x065f, 0x0e31, 0x0e31, 0x0e34, 0x0e3a, 0x0e47, 0x0e4e,
    0x1ab0, 0x1aff, 0x1dc0, 0x1dff, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f,
    0xfe20, 0xfe2f, 0xfeff, 0xfeff, 0xe0100, 0xe01ef
  ];
  var TWO = [
    0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f, 0xff00, 0xff60,
    0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1faff, 0x20000, 0x3fffd
  ];

  function within(ranges, point) {
    for (var i = 0; i < ranges.length && point >= ranges[i]; i += 2) if (point <= ranges[i + 1]) return true;
    return false;
  }

  /** @param character one, which may be a surrogate pair with what combines with it */
  terminal.widthOf = function (character) {
    var point = character.charCodeAt(0);
    if (point < 0x300) return 1;
    if (point >= 0xd800 && point < 0xdc00 && character.length > 1) {
      point = 0x10000 + ((point - 0xd800) << 10) + (character.charCodeAt(1) - 0xdc00);
    }
    return within(NONE, point) ? 0 : within(TWO, point) ? 2 : 1;
  };
})();
