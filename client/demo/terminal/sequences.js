/** What each control sequence does to a screen; one that has no row here does nothing. [ECMA-48 8.3] */
var terminal = terminal || {};

(function () {
  var cursor = terminal.cursor;
  var erase = terminal.erase;
  var modes = terminal.modes;
  var count = terminal.parameters.count;

  /** Moves by the count; `line` goes to the start of the row, too. */
  function mover(columns, rows, line) {
    return function (screen, list) {
      var times = count(list, 0);
      if (rows !== 0) cursor.moveBy(screen, rows * times);
      else cursor.moveTo(screen, screen.x + columns * times, screen.y);
      if (line) cursor.carriageReturn(screen);
    };
  }

  function toColumn(screen, list) {
    cursor.moveTo(screen, count(list, 0) - 1, screen.y);
  }

  function toRow(screen, list) {
    cursor.address(screen, screen.x, count(list, 0) - 1);
  }

  function toPlace(screen, list) {
    cursor.address(screen, count(list, 1) - 1, count(list, 0) - 1);
  }

  function tabber(step) {
    return function (screen, list) {
      for (var n = Math.min(count(list, 0), screen.columns); n > 0; n--) cursor.tab(screen, step);
    };
  }

  function clearTab(screen, list) {
    if (list[0] === 0) screen.tabs[screen.x] = false;
    if (list[0] === 3) screen.tabs = {};
  }

  function setRegion(screen, list) {
    var top = count(list, 0) - 1;
    var bottom = Math.min(screen.height, list[1] || screen.height) - 1;
    if (top >= bottom) return;
    screen.top = top;
    screen.bottom = bottom;
    cursor.address(screen, 0, 0);
  }

  function repeat(screen, list) {
    for (var n = Math.min(count(list, 0), screen.columns * screen.height); n > 0; n--) cursor.put(screen, screen.last);
  }

  /** BBSes ask for the place of the cursor to learn whether there is a terminal that knows colours. */
  function report(screen, list) {
    var row = screen.y - (screen.origin ? screen.top : 0) + 1;
    if (list[0] === 5) screen.options.answer('\x1b[0n');
    if (list[0] === 6) screen.options.answer('\x1b[' + row + ';' + (screen.x + 1) + 'R');
  }

  function say(text) {
    return function (screen, list) {
      if (list[0] === 0) screen.options.answer(text);
    };
  }

  /** By private mark, intermediates and final; SGR, whose parameters are more than numbers, is of the screen itself. */
  terminal.sequences = {
    '@': erase.insertCells,
    A: mover(0, -1),
    B: mover(0, 1),
    C: mover(1, 0),
    D: mover(-1, 0),
    E: mover(0, 1, true),
    F: mover(0, -1, true),
    G: toColumn,
    H: toPlace,
    I: tabber(1),
    J: erase.inDisplay,
    K: erase.inLine,
    L: erase.insertRows,
    M: erase.deleteRows,
    P: erase.deleteCells,
    S: erase.scrollUp,
    T: erase.scrollDown,
    X: erase.cells,
    Z: tabber(-1),
    '`': toColumn,
    a: mover(1, 0),
    b: repeat,
    c: say('\x1b[?1;2c'),
    '>c': say('\x1b[>0;10;0c'),
    d: toRow,
    e: mover(0, 1),
    f: toPlace,
    g: clearTab,
    h: modes.set,
    l: modes.reset,
    '?h': modes.setDec,
    '?l': modes.resetDec,
    n: report,
    r: setRegion,
    s: cursor.save,
    u: cursor.restore,
    '!p': cursor.reset
  };
})();
