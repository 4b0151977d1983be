/** A terminal's screen after the VT100 and ANSI.SYS: text with control sequences in, rows of cells and answers out. */
var terminal = terminal || {};

(function () {
  var cursor = terminal.cursor;

  function noop() {}

  /** Control characters; one that is not here does nothing. */
  var controls = {
    '\x07': function (screen) {
      screen.options.bell();
    },
    '\b': function (screen) {
      cursor.moveTo(screen, screen.x - 1, screen.y);
    },
    '\t': function (screen) {
      cursor.tab(screen, 1);
    },
    '\n': cursor.lineFeed,
    '\x0b': cursor.lineFeed,
    '\x0c': function (screen) {
      // PCs took it for a new page, terminals for a line.
      if (screen.options.bbs) terminal.erase.all(screen);
      else cursor.lineFeed(screen);
    },
    '\r': cursor.carriageReturn,
    '\x0e': function (screen) {
      screen.shift = 1;
    },
    '\x0f': function (screen) {
      screen.shift = 0;
    }
  };

  /** A row full of E, to adjust the picture by. */
  function align(screen) {
    for (var y = 0; y < screen.height; y++) {
      for (var x = 0; x < screen.columns; x++) screen.grid.put(x, y, 'E', terminal.style.plain);
    }
    cursor.moveTo(screen, 0, 0);
  }

  /** By what follows ESC. */
  var escapes = {
    7: cursor.save,
    8: cursor.restore,
    D: cursor.index,
    E: function (screen) {
      cursor.carriageReturn(screen);
      cursor.index(screen);
    },
    H: function (screen) {
      screen.tabs[screen.x] = true;
    },
    M: cursor.reverseIndex,
    c: function (screen) {
      screen.showAlternate(false);
      cursor.reset(screen);
      terminal.erase.all(screen);
    },
    '#8': align
  };

  function afterEscape(screen, name) {
    var first = name.charAt(0);
    if (name.length === 2 && (first === '(' || first === ')')) screen.sets[first === '(' ? 0 : 1] = name.charAt(1);
    else if (escapes[name]) escapes[name](screen);
  }

  /** What the page and the tests see of a screen; all but the functions is for reading only. */
  function makeState(given) {
    var screen = {
      columns: given.columns || 80,
      height: given.rows || 25,
      options: {
        /** Clearing goes home and a form feed clears, as on a PC. May change on the way. */
        bbs: given.bbs === true,
        /** A line feed goes to the start of the line, too. */
        newline: given.newline === true,
        answer: given.answer || noop,
        bell: given.bell || noop
      },
      /** Rows that left at the top, oldest first; at most `mostHistory`. */
      history: [],
      /** How many rows ever left. */
      pushed: 0
    };
    var mostHistory = typeof given.history === 'number' ? given.history : 500;

    function keep(row) {
      screen.history.push(row);
      screen.pushed++;
      if (screen.history.length > mostHistory) screen.history.shift();
    }

    var main = terminal.createGrid(screen.columns, screen.height, keep);
    screen.grid = main;

    /** Full-screen programs draw on a screen of their own, without history. */
    screen.showAlternate = function (on) {
      if (on === (screen.grid !== main)) return;
      screen.grid = on ? terminal.createGrid(screen.columns, screen.height, noop) : main;
    };

    screen.forget = function () {
      screen.history.length = 0;
    };
    cursor.reset(screen);
    return screen;
  }

  /** @param given `columns`, `rows`, `history`, `bbs`, `newline`, `answer(bytes)`, `bell()`; all may be left out */
  terminal.createScreen = function (given) {
    var screen = makeState(given);

    function control(character) {
      if (controls[character]) controls[character](screen);
    }

    function print(character) {
      cursor.put(screen, character);
    }

    var parser = terminal.createParser({
      print: print,
      control: control,
      escape: function (name) {
        afterEscape(screen, name);
      },
      sequence: function (name, parameters) {
        var run = terminal.sequences[name];
        if (name === 'm') screen.style = terminal.style.select(screen.style, parameters);
        else if (run) run(screen, terminal.parameters.numbers(parameters));
      }
    });

    /** What the server sent. */
    screen.write = parser.write;

    /** What was typed here: it does not meet a sequence of the server that is still on its way. */
    screen.echo = function (text) {
      for (var i = 0; i < text.length; i++) {
        var character = text.charAt(i);
        var code = text.charCodeAt(i);
        if (code < 32) control(character);
        else print(code >= 0xd800 && code <= 0xdbff ? character + text.charAt(++i) : character);
      }
    };

    /** The rows as text, without blanks at their ends. */
    screen.text = function () {
      var lines = [];
      for (var y = 0; y < screen.height; y++) lines[y] = screen.grid.rows[y].cells.join('').replace(/ +$/, '');
      return lines;
    };
    return screen;
  };
})();
