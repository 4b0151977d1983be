/** Draws a screen into the page: rows of spans with class names, and of the rows only those that changed. */
var terminal = terminal || {};

(function () {
  /** Cells of one look, from one column up to another. */
  function runs(row, end, cursorAt) {
    var list = [];
    var last = null;
    for (var x = 0; x < end; x++) {
      var wide = row.wide && row.cells[x + 1] === '';
      var look = row.styles[x] + (x === cursorAt ? ' cursor' : wide ? ' wide' : '');
      // Each wide character is held to its two cells by itself.
      if (last === null || look !== last.look || wide) {
        last = { look: look, style: row.styles[x], cursor: x === cursorAt, wide: wide, text: [] };
        list.push(last);
      }
      last.text.push(row.cells[x]);
      if (wide) x++;
    }
    return list;
  }

  /** Plain blanks at the end are not drawn. */
  function endOf(row, cursorAt) {
    var plain = terminal.style.plain;
    var end = row.cells.length;
    while (end > cursorAt + 1 && row.cells[end - 1] === ' ' && row.styles[end - 1] === plain) end--;
    return end;
  }

  function classOf(run) {
    var look = terminal.style.className(run.style);
    var names = look === '' ? [] : [look];
    if (run.wide) names.push('wide');
    if (run.cursor) names.push('cursor');
    return names.join(' ');
  }

  function fill(page, node, row, cursorAt) {
    while (node.firstChild) node.removeChild(node.firstChild);
    var list = runs(row, endOf(row, cursorAt), cursorAt);
    for (var i = 0; i < list.length; i++) {
      // Text nodes: what the server sent is never markup, and old engines keep their blanks.
      var text = page.createTextNode(list[i].text.join(''));
      var name = classOf(list[i]);
      if (name === '') node.appendChild(text);
      else {
        var span = page.createElement('span');
        span.className = name;
        span.appendChild(text);
        node.appendChild(span);
      }
    }
    // A row without anything in it would have no height.
    if (list.length === 0) node.appendChild(page.createTextNode('\u00a0'));
  }

  function appendRow(page, parent) {
    var node = page.createElement('div');
    node.className = 'row';
    parent.appendChild(node);
    return node;
  }

  function empty(node) {
    while (node.firstChild) node.removeChild(node.firstChild);
  }

  /**
   * @param page the document
   * @param box the element that scrolls; it gets all that is drawn
   */
  terminal.createView = function (page, box, screen) {
    empty(box);
    var past = page.createElement('div');
    var present = page.createElement('div');
    past.className = 'past';
    present.className = 'present';
    box.appendChild(past);
    box.appendChild(present);

    var nodes = [];
    var drawn = [];
    var shown = screen.pushed;
    var kept = 0;
    for (var y = 0; y < screen.height; y++) {
      nodes[y] = appendRow(page, present);
      drawn[y] = '';
    }

    function drawPast() {
      var history = screen.history;
      for (var n = Math.min(screen.pushed - shown, history.length); n > 0; n--) {
        fill(page, appendRow(page, past), history[history.length - n], -1);
        kept++;
      }
      shown = screen.pushed;
      for (; kept > history.length; kept--) past.removeChild(past.firstChild);
    }

    function drawPresent() {
      var rows = screen.grid.rows;
      for (var y = 0; y < rows.length; y++) {
        var cursorAt = screen.visible && y === screen.y ? screen.x : -1;
        // On the second half of a wide character it is seen on the first.
        if (cursorAt > 0 && rows[y].cells[cursorAt] === '') cursorAt--;
        var now = rows[y].stamp + ' ' + cursorAt;
        if (now === drawn[y]) continue;
        fill(page, nodes[y], rows[y], cursorAt);
        drawn[y] = now;
      }
    }

    return {
      /** Who looks at the end of the screen still does so afterwards; `toEnd` goes there in any case. */
      draw: function (toEnd) {
        var atEnd = toEnd || box.scrollHeight - box.scrollTop - box.clientHeight < 40;
        drawPast();
        drawPresent();
        if (atEnd) box.scrollTop = box.scrollHeight;
      }
    };
  };
})();
