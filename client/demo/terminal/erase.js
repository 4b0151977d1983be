/** Erasing and shifting: what sequences do to cells and rows, with what that means for the cursor. [ECMA-48 8.3] */
var terminal = terminal || {};

(function () {
  var cursor = terminal.cursor;
  var count = terminal.parameters.count;
  var erased = cursor.erased;

  function rowsOf(screen, from, to) {
    for (var y = from; y < to; y++) screen.grid.erase(y, 0, screen.columns, erased(screen));
  }

  function inLine(screen, list) {
    if (list[0] > 2) return;
    var from = list[0] === 0 ? screen.x : 0;
    var to = list[0] === 1 ? screen.x + 1 : screen.columns;
    screen.grid.erase(screen.y, from, to, erased(screen));
    screen.wraps = false;
  }

  function inDisplay(screen, list) {
    if (list[0] === 3) screen.forget();
    if (list[0] > 2) return;
    if (list[0] < 2) inLine(screen, list);
    if (list[0] === 0) rowsOf(screen, screen.y + 1, screen.height);
    else rowsOf(screen, 0, list[0] === 1 ? screen.y : screen.height);
    // PCs went home with it, and drawings made for them count on that.
    if (list[0] === 2 && screen.options.bbs) cursor.address(screen, 0, 0);
  }

  function insideRegion(screen) {
    return screen.y >= screen.top && screen.y <= screen.bottom;
  }

  terminal.erase = {
    inLine: inLine,
    inDisplay: inDisplay,

    all: function (screen) {
      rowsOf(screen, 0, screen.height);
      cursor.address(screen, 0, 0);
    },

    cells: function (screen, list) {
      screen.grid.erase(screen.y, screen.x, screen.x + count(list, 0), erased(screen));
      screen.wraps = false;
    },

    insertCells: function (screen, list) {
      screen.grid.insertCells(screen.x, screen.y, count(list, 0), erased(screen));
      screen.wraps = false;
    },

    deleteCells: function (screen, list) {
      screen.grid.deleteCells(screen.x, screen.y, count(list, 0), erased(screen));
      screen.wraps = false;
    },

    insertRows: function (screen, list) {
      if (!insideRegion(screen)) return;
      screen.grid.scrollDown(screen.y, screen.bottom, count(list, 0), erased(screen));
      cursor.carriageReturn(screen);
    },

    deleteRows: function (screen, list) {
      if (!insideRegion(screen)) return;
      screen.grid.deleteRows(screen.y, screen.bottom, count(list, 0), erased(screen));
      cursor.carriageReturn(screen);
    },

    scrollUp: function (screen, list) {
      screen.grid.scrollUp(screen.top, screen.bottom, count(list, 0), erased(screen));
    },

    scrollDown: function (screen, list) {
      screen.grid.scrollDown(screen.top, screen.bottom, count(list, 0), erased(screen));
    }
  };
})();
