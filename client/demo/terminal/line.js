/** A line that is written and corrected here, for servers that do not echo; earlier lines come back with the arrow keys. */
var terminal = terminal || {};

(function () {
  var MOST_KEPT = 50;
  var BACKSPACE = 8;
  var RETURN = 13;
  var UP = 38;
  var DOWN = 40;
  var U = 85;

  /** The last character, which may be a surrogate pair with what combines with it. */
  var LAST = /(?:[\ud800-\udbff][\udc00-\udfff]|[\s\S])[\u0300-\u036f]*$/;

  /** @param options `send(line)` without its end, `echo(text)`, `secret()`: whether nothing typed is to be seen or kept */
  terminal.createLine = function (options) {
    var text = '';
    var kept = [];
    var at = 0;

    function rubOut() {
      var last = LAST.exec(text);
      if (!last) return;
      text = text.slice(0, last.index);
      options.echo(terminal.widthOf(last[0]) === 2 ? '\b\b  \b\b' : '\b \b');
    }

    function replace(next) {
      while (text !== '') rubOut();
      text = next;
      options.echo(next);
    }

    function recall(step) {
      var next = at + step;
      if (next < 0 || next > kept.length || options.secret()) return;
      at = next;
      replace(next === kept.length ? '' : kept[next]);
    }

    function finish() {
      var line = text;
      text = '';
      if (line !== '' && !options.secret()) kept.push(line);
      if (kept.length > MOST_KEPT) kept.shift();
      at = kept.length;
      options.echo('\r\n');
      options.send(line);
    }

    return {
      /** Characters; a line end among them finishes the line. */
      type: function (typed) {
        var parts = typed.replace(/\r\n?/g, '\n').split('\n');
        for (var i = 0; i < parts.length; i++) {
          // Control characters would be seen as something else than they are.
          var part = parts[i].replace(/[\0-\x1f\x7f-\x9f]/g, '');
          text += part;
          if (part !== '') options.echo(part);
          if (i < parts.length - 1) finish();
        }
      },

      /** @returns false where the key means nothing to a line */
      key: function (key) {
        if (key.alt || key.meta || key.ctrl !== (key.code === U)) return false;
        if (key.code === RETURN) finish();
        else if (key.code === BACKSPACE) rubOut();
        else if (key.code === U && key.ctrl) replace('');
        else if (key.code === UP) recall(-1);
        else if (key.code === DOWN) recall(1);
        else return false;
        return true;
      },

      /** What was typed so far, which is not here any more afterwards. */
      take: function () {
        var rest = text;
        text = '';
        return rest;
      }
    };
  };
})();
