/** The modes that a server sets and resets. [ECMA-48 8.3.125, DEC VT220] */
var terminal = terminal || {};

(function () {
  var cursor = terminal.cursor;

  function alternate(screen, on) {
    screen.showAlternate(on);
  }

  var standard = {
    4: function (screen, on) {
      screen.insert = on;
    },
    20: function (screen, on) {
      screen.newline = on;
    }
  };

  var dec = {
    1: function (screen, on) {
      screen.applicationKeys = on;
    },
    6: function (screen, on) {
      screen.origin = on;
      cursor.address(screen, 0, 0);
    },
    7: function (screen, on) {
      screen.autowrap = on;
      screen.wraps = false;
    },
    25: function (screen, on) {
      screen.visible = on;
    },
    47: alternate,
    1047: alternate,
    1049: function (screen, on) {
      if (on) cursor.save(screen);
      screen.showAlternate(on);
      if (!on) cursor.restore(screen);
    },
    2004: function (screen, on) {
      screen.bracketedPaste = on;
    }
  };

  function change(table, on) {
    return function (screen, list) {
      for (var i = 0; i < list.length; i++) if (table[list[i]]) table[list[i]](screen, on);
    };
  }

  terminal.modes = {
    set: change(standard, true),
    reset: change(standard, false),
    setDec: change(dec, true),
    resetDec: change(dec, false)
  };
})();
