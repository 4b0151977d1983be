/** How a cell looks, as one number; what SGR makes of it, and the class names for it. [ECMA-48 8.3.117] */
var terminal = terminal || {};

(function () {
  /** The colour that was not chosen. */
  var DEFAULT = 16;
  var PLAIN = DEFAULT | (DEFAULT << 5);

  var BOLD = 1 << 10;
  var UNDERLINE = 1 << 11;
  var INVERSE = 1 << 12;
  var BLINK = 1 << 13;
  var ITALIC = 1 << 14;
  var CONCEAL = 1 << 15;

  /** The first parameter that sets a flag, and the one that clears it. */
  var SETS = { 1: BOLD, 3: ITALIC, 4: UNDERLINE, 5: BLINK, 6: BLINK, 7: INVERSE, 8: CONCEAL, 21: UNDERLINE };
  var CLEARS = { 22: BOLD, 23: ITALIC, 24: UNDERLINE, 25: BLINK, 27: INVERSE, 28: CONCEAL };

  /** Red, green and blue of the sixteen, as PCs had them. */
  var PALETTE = [
    [0, 0, 0],
    [170, 0, 0],
    [0, 170, 0],
    [170, 85, 0],
    [0, 0, 170],
    [170, 0, 170],
    [0, 170, 170],
    [170, 170, 170],
    [85, 85, 85],
    [255, 85, 85],
    [85, 255, 85],
    [255, 255, 85],
    [85, 85, 255],
    [255, 85, 255],
    [85, 255, 255],
    [255, 255, 255]
  ];

  function nearest(red, green, blue) {
    var best = 0;
    var least = Infinity;
    for (var i = 0; i < 16; i++) {
      var r = PALETTE[i][0] - red;
      var g = PALETTE[i][1] - green;
      var b = PALETTE[i][2] - blue;
      var distance = r * r + g * g + b * b;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  /** A colour of the 256: sixteen, a cube of six by six by six, and greys. */
  function from256(index) {
    if (index < 16) return index;
    if (index > 231) return nearest(8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232));
    var at = index - 16;
    var level = [0, 95, 135, 175, 215, 255];
    return nearest(level[Math.floor(at / 36)], level[Math.floor(at / 6) % 6], level[at % 6]);
  }

  function byteOf(text) {
    return Math.min(255, parseInt(text, 10) || 0);
  }

  /** `5;n` or `2;r;g;b` after 38 or 48. @returns the colour and how many parameters it took; null where it is neither */
  function extended(parts) {
    if (parts[0] === '5') return { colour: from256(byteOf(parts[1])), taken: 2 };
    if (parts[0] !== '2') return null;
    return { colour: nearest(byteOf(parts[1]), byteOf(parts[2]), byteOf(parts[3])), taken: 4 };
  }

  /** The same written with colons, where a colour space may come first. */
  function extendedByColons(parts) {
    return extended(parts[1] === '2' ? ['2'].concat(parts.slice(-3)) : parts.slice(1));
  }

  function withFore(style, colour) {
    return (style & ~31) | colour;
  }

  function withBack(style, colour) {
    return (style & ~(31 << 5)) | (colour << 5);
  }

  function one(style, code) {
    if (code === 0) return PLAIN;
    if (SETS[code]) return style | SETS[code];
    if (CLEARS[code]) return style & ~CLEARS[code];
    if (code >= 30 && code <= 37) return withFore(style, code - 30);
    if (code >= 90 && code <= 97) return withFore(style, code - 82);
    if (code >= 40 && code <= 47) return withBack(style, code - 40);
    if (code >= 100 && code <= 107) return withBack(style, code - 92);
    if (code === 39) return withFore(style, DEFAULT);
    return code === 49 ? withBack(style, DEFAULT) : style;
  }

  /** @param text the parameters as they came. @returns the style after them */
  function select(style, text) {
    var parts = text.split(';');
    for (var i = 0; i < parts.length; i++) {
      var sub = parts[i].split(':');
      var code = parseInt(sub[0], 10) || 0;
      if (code !== 38 && code !== 48) style = one(style, code === 4 && sub[1] === '0' ? 24 : code);
      else {
        var found = sub.length > 1 ? extendedByColons(sub) : extended(parts.slice(i + 1, i + 5));
        if (found === null) continue;
        style = code === 38 ? withFore(style, found.colour) : withBack(style, found.colour);
        if (sub.length === 1) i += found.taken;
      }
    }
    return style;
  }

  function makeClass(style) {
    var fore = style & 31;
    var back = (style >> 5) & 31;
    // Bold means bright, as it did on PCs.
    if (style & BOLD && fore !== DEFAULT) fore |= 8;
    if (style & BOLD && fore === DEFAULT) fore = 15;
    if (style & INVERSE) {
      var inverse = back === DEFAULT ? 0 : back;
      back = fore === DEFAULT ? 7 : fore;
      fore = inverse;
    }
    var names = [];
    if (style & CONCEAL) names.push('conceal');
    else if (fore !== DEFAULT) names.push('f' + fore);
    if (back !== DEFAULT) names.push('b' + back);
    if (style & UNDERLINE) names.push('underline');
    if (style & BLINK) names.push('blink');
    if (style & ITALIC) names.push('italic');
    return names.join(' ');
  }

  var classes = {};

  terminal.style = {
    plain: PLAIN,
    select: select,
    /** What erased cells have: the background alone. */
    erased: function (style) {
      return DEFAULT | (style & (31 << 5));
    },
    /** Class names; none for a plain cell. */
    className: function (style) {
      if (typeof classes[style] !== 'string') classes[style] = makeClass(style);
      return classes[style];
    }
  };
})();
