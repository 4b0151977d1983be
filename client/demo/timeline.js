/** What happened to a connection, and when: a list of moves and retries, and a strip of the transports that carried it. */
var demo = demo || {};

(function () {
  var MOST_ENTRIES = 100;
  var MOST_PARTS = 40;

  function seconds(ms) {
    return '+' + (ms / 1000).toFixed(ms < 9950 ? 2 : 1) + ' s';
  }

  /**
   * @param now gives the time in milliseconds
   * @param list an element that gets an item for each entry, the latest first
   * @param strip an element that gets a part for each transport, as wide as the time that it had
   */
  demo.createTimeline = function (now, list, strip) {
    var startedAt = now();
    var parts = [];
    demo.empty(list);
    demo.empty(strip);

    function note(kind, text) {
      var item = document.createElement('li');
      item.className = kind;
      demo.add(item, 'span', 'when', seconds(now() - startedAt));
      item.appendChild(document.createTextNode(' '));
      demo.add(item, 'span', 'what', text);
      list.insertBefore(item, list.firstChild);
      while (list.childNodes.length > MOST_ENTRIES) list.removeChild(list.lastChild);
    }

    /** Widths are shares of the whole time. */
    function draw() {
      var last = parts[parts.length - 1];
      if (!last) return;
      var whole = Math.max((last.until || now()) - parts[0].from, 1);
      for (var i = 0; i < parts.length; i++) {
        var until = parts[i].until || now();
        parts[i].element.style.width = Math.max(((until - parts[i].from) / whole) * 99, 0.4).toFixed(2) + '%';
      }
    }

    function stop() {
      if (parts.length > 0 && !parts[parts.length - 1].until) parts[parts.length - 1].until = now();
      draw();
    }

    return {
      note: note,
      draw: draw,
      stop: stop,
      /** From now on it is carried by this one. */
      carry: function (name) {
        stop();
        var element = demo.add(strip, 'span', 'part ' + name);
        element.title = name;
        parts.push({ from: now(), until: 0, element: element });
        if (parts.length > MOST_PARTS) strip.removeChild(parts.shift().element);
        draw();
      }
    };
  };

  /** Tells what changed from one `status()` to the next. */
  demo.createWitness = function (timeline) {
    var before = { state: '', receiver: '', failures: 0 };
    var retries = 0;
    return {
      retries: function () {
        return retries;
      },
      see: function (status) {
        var isNew = status.receiver !== '' && status.receiver !== before.receiver;
        // While it is open, what counts as a failure is an answer that was whole, but over at once: nothing broke.
        var failures = status.state === 'open' ? 0 : status.failures;
        if (failures > before.failures) {
          retries += 1;
          timeline.note('retry', 'try ' + (failures + 1) + ': the last answer broke');
        }
        if (status.state === 'lost' && before.state !== 'lost') timeline.note('lost', 'cut, and asked for again');
        if (isNew) {
          timeline.note(
            'move',
            before.receiver === '' ? status.receiver : before.receiver + ' \u2192 ' + status.receiver
          );
          timeline.carry(status.receiver);
        }
        if (status.state === 'open' && before.state === 'connecting') timeline.note('good', 'open');
        else if (status.state === 'open' && before.state === 'lost')
          timeline.note('good', 'found again, at the same byte');
        before = { state: status.state, receiver: status.receiver, failures: failures };
      }
    };
  };
})();
