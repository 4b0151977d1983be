/** The cells of a screen: rows that know when they changed, with what is erased, shifted and scrolled in them. */
var terminal = terminal || {};

(function () {
  /** One count for all rows ever: a row that shows a stamp shows just this content. */
  var stamps = 0;

  function touch(row) {
    row.stamp = ++stamps;
  }

  /** A wide character has its text in the first of two cells; half of one is blanked. */
  function mend(row) {
    if (!row.wide) return;
    for (var x = 0; x < row.cells.length; x++) {
      var isSecond = x > 0 && terminal.widthOf(row.cells[x - 1]) === 2;
      if (row.cells[x] === '' && !isSecond) row.cells[x] = ' ';
      else if (row.cells[x] !== '' && terminal.widthOf(row.cells[x]) === 2 && row.cells[x + 1] !== '')
        row.cells[x] = ' ';
    }
  }

  function blankRow(columns, style) {
    var row = { cells: [], styles: [], wide: false, stamp: 0 };
    for (var x = 0; x < columns; x++) {
      row.cells[x] = ' ';
      row.styles[x] = style;
    }
    touch(row);
    return row;
  }

  /** @param scrolledOff is given each row that leaves at the very top */
  terminal.createGrid = function (columns, height, scrolledOff) {
    var rows = [];
    for (var y = 0; y < height; y++) rows[y] = blankRow(columns, terminal.style.plain);

    function deleteRows(top, bottom, count, style, onGone) {
      for (var n = Math.min(count, bottom - top + 1); n > 0; n--) {
        var gone = rows.splice(top, 1)[0];
        rows.splice(bottom, 0, blankRow(columns, style));
        if (onGone) onGone(gone);
      }
    }

    return {
      rows: rows,

      /** Writes one character; `width` is 1 or 2, and there is room for it. */
      put: function (x, y, character, style) {
        var row = rows[y];
        var width = terminal.widthOf(character);
        row.cells[x] = character;
        row.styles[x] = style;
        if (width === 2) {
          row.wide = true;
          row.cells[x + 1] = '';
          row.styles[x + 1] = style;
        }
        mend(row);
        touch(row);
      },

      /** Adds a combining character to what stands there. */
      combine: function (x, y, mark) {
        var row = rows[y];
        var at = x > 0 && row.cells[x] === '' ? x - 1 : x;
        // Some write endless towers of them.
        if (row.cells[at].length < 8) row.cells[at] += mark;
        touch(row);
      },

      /** Blanks cells from one column up to, not with, another. */
      erase: function (y, from, to, style) {
        var row = rows[y];
        for (var x = Math.max(0, from); x < Math.min(columns, to); x++) {
          row.cells[x] = ' ';
          row.styles[x] = style;
        }
        mend(row);
        touch(row);
      },

      insertCells: function (x, y, count, style) {
        var row = rows[y];
        for (var n = Math.min(count, columns - x); n > 0; n--) {
          row.cells.splice(x, 0, ' ');
          row.styles.splice(x, 0, style);
        }
        row.cells.length = columns;
        row.styles.length = columns;
        mend(row);
        touch(row);
      },

      deleteCells: function (x, y, count, style) {
        var row = rows[y];
        var n = Math.min(count, columns - x);
        row.cells.splice(x, n);
        row.styles.splice(x, n);
        while (row.cells.length < columns) {
          row.cells.push(' ');
          row.styles.push(style);
        }
        mend(row);
        touch(row);
      },

      /** Rows `top` to `bottom` move up; blank ones come from below. */
      scrollUp: function (top, bottom, count, style) {
        deleteRows(top, bottom, count, style, top === 0 ? scrolledOff : null);
      },

      /** The same, and what goes is gone. */
      deleteRows: deleteRows,

      scrollDown: function (top, bottom, count, style) {
        for (var n = Math.min(count, bottom - top + 1); n > 0; n--) {
          rows.splice(bottom, 1);
          rows.splice(top, 0, blankRow(columns, style));
        }
      }
    };
  };
})();
