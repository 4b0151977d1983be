/** The numbers of a control sequence. [ECMA-48 5.4.2] */
var terminal = terminal || {};

terminal.parameters = {
  /** What is left out is 0, and nothing is above 9999: no count that means anything is. */
  numbers: function (text) {
    var parts = text.split(';');
    var list = [];
    for (var i = 0; i < parts.length && i < 32; i++) list[i] = Math.min(9999, parseInt(parts[i], 10) || 0);
    return list;
  },

  /** A count, which is 1 where it is left out or 0. */
  count: function (list, at) {
    return Math.max(1, list[at] || 0);
  }
};
