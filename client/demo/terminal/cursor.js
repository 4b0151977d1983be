/** Where the next character goes, and what writing it does: wrapping, tabs, line feeds, the scroll region. */
var terminal = terminal || {};

(function () {
  /** DEC's line drawing, from 0x60 to 0x7e. */
  var LINES =
    '\u25c6\u2592\u2409\u240c\u240d\u240a\u00b0\u00b1\u2424\u240b\u2518\u2510\u250c\u2514\u253c\u23ba' +
    '\u23bb\u2500\u23bc\u23bd\u251c\u2524\u2534\u252c\u2502\u2264\u2265\u03c0\u2260\u00a3\u00b7';

  function between(low, value, high) {
    return Math.max(low, Math.min(high, value));
  }

  /** What DECSC keeps. The pending wrap is part of it: drawings are cut into lines anywhere by save and restore. */
  function position(screen) {
    return {
      x: screen.x,
      y: screen.y,
      wraps: screen.wraps,
      style: screen.style,
      origin: screen.origin,
      sets: [screen.sets[0], screen.sets[1]],
      shift: screen.shift
    };
  }

  function save(screen) {
    screen.saved = position(screen);
  }

  function restore(screen) {
    var saved = screen.saved;
    screen.x = saved.x;
    screen.y = saved.y;
    screen.wraps = saved.wraps;
    screen.style = saved.style;
    screen.origin = saved.origin;
    screen.sets = [saved.sets[0], saved.sets[1]];
    screen.shift = saved.shift;
  }

  /** All that a reset sets back; the cells are not touched. */
  function reset(screen) {
    screen.x = 0;
    screen.y = 0;
    screen.wraps = false;
    screen.style = terminal.style.plain;
    screen.top = 0;
    screen.bottom = screen.height - 1;
    screen.origin = false;
    screen.autowrap = true;
    screen.insert = false;
    screen.newline = screen.options.newline === true;
    screen.visible = true;
    screen.applicationKeys = false;
    screen.bracketedPaste = false;
    screen.sets = ['B', 'B'];
    screen.shift = 0;
    screen.last = ' ';
    screen.tabs = {};
    for (var x = 8; x < screen.columns; x += 8) screen.tabs[x] = true;
    save(screen);
  }

  function erased(screen) {
    return terminal.style.erased(screen.style);
  }

  /** To a column and row from 0, wherever they lie. */
  function moveTo(screen, x, y) {
    screen.x = between(0, x, screen.columns - 1);
    screen.y = between(0, y, screen.height - 1);
    screen.wraps = false;
  }

  /** To a place as sequences name it: within the scroll region in origin mode. */
  function address(screen, x, y) {
    moveTo(screen, x, screen.origin ? between(screen.top, screen.top + y, screen.bottom) : y);
  }

  /** Up or down by some rows; a margin that lies in the way stops it. */
  function moveBy(screen, rows) {
    var top = screen.y >= screen.top ? screen.top : 0;
    var bottom = screen.y <= screen.bottom ? screen.bottom : screen.height - 1;
    moveTo(screen, screen.x, between(top, screen.y + rows, bottom));
  }

  function index(screen) {
    screen.wraps = false;
    if (screen.y === screen.bottom) screen.grid.scrollUp(screen.top, screen.bottom, 1, erased(screen));
    else if (screen.y < screen.height - 1) screen.y++;
  }

  function reverseIndex(screen) {
    screen.wraps = false;
    if (screen.y === screen.top) screen.grid.scrollDown(screen.top, screen.bottom, 1, erased(screen));
    else if (screen.y > 0) screen.y--;
  }

  function carriageReturn(screen) {
    screen.x = 0;
    screen.wraps = false;
  }

  function lineFeed(screen) {
    index(screen);
    if (screen.newline) screen.x = 0;
  }

  /** To a tab stop, forwards or backwards. */
  function tab(screen, step) {
    do screen.x += step;
    while (screen.x > 0 && screen.x < screen.columns - 1 && !screen.tabs[screen.x]);
    moveTo(screen, screen.x, screen.y);
  }

  function drawn(screen, character) {
    if (screen.sets[screen.shift] !== '0' || character < '`' || character > '~') return character;
    return LINES.charAt(character.charCodeAt(0) - 96);
  }

  /** Writes one character, which may be a surrogate pair. */
  function put(screen, given) {
    var character = drawn(screen, given);
    var width = terminal.widthOf(character);
    if (width === 0) {
      // The cursor stands on what was written last only while a wrap is pending.
      var at = screen.wraps ? screen.x : screen.x - 1;
      if (at >= 0) screen.grid.combine(at, screen.y, character);
      return;
    }
    if (screen.autowrap && (screen.wraps || screen.x + width > screen.columns)) {
      carriageReturn(screen);
      index(screen);
    }
    var x = Math.min(screen.x, screen.columns - width);
    if (screen.insert) screen.grid.insertCells(x, screen.y, width, screen.style);
    screen.grid.put(x, screen.y, character, screen.style);
    screen.last = given;
    // The last column is left only by the next character.
    screen.wraps = screen.autowrap && x + width >= screen.columns;
    screen.x = Math.min(x + width, screen.columns - 1);
  }

  terminal.cursor = {
    save: save,
    restore: restore,
    reset: reset,
    erased: erased,
    moveTo: moveTo,
    address: address,
    moveBy: moveBy,
    index: index,
    reverseIndex: reverseIndex,
    carriageReturn: carriageReturn,
    lineFeed: lineFeed,
    tab: tab,
    put: put
  };
})();
