/** The live view of a connection: its transport, offsets, windows, round trip and end, in a table that is there already. */
var demo = demo || {};

(function () {
  /** So many writes may be on their way with their times noted. */
  var MOST_MARKS = 50;

  /**
   * Measures how long the bridge takes to say that it has what was written: the way there and back. On a socket it says
   * so once a second only, which is no round trip.
   */
  demo.createMeter = function (now) {
    var marks = [];
    var last = -1;
    var least = -1;
    return {
      /** @param to how much was written in all */
      wrote: function (to, receiver) {
        if (receiver !== 'websocket' && marks.length < MOST_MARKS) marks.push({ to: to, at: now() });
      },
      /** @param to how much of it the bridge has */
      taken: function (to, receiver) {
        if (receiver === 'websocket') marks = [];
        while (marks.length > 0 && marks[0].to <= to) {
          last = now() - marks.shift().at;
          if (least < 0 || last < least) least = last;
        }
      },
      text: function (receiver) {
        if (receiver === 'websocket') return 'not measured: a socket is acknowledged once a second';
        return last < 0 ? 'send something to measure it' : last + ' ms, at best ' + least + ' ms';
      }
    };
  };

  function gauge(id, part, whole) {
    var percent = whole > 0 ? Math.min(Math.max((part / whole) * 100, 0), 100) : 0;
    demo.byId(id).style.width = percent.toFixed(1) + '%';
  }

  function kilo(bytes) {
    return bytes >= 1024 && bytes % 1024 === 0 ? bytes / 1024 + ' KiB' : bytes + ' B';
  }

  function sessionText(info) {
    if (!info.id) return '\u2013';
    return (
      info.id +
      ', ' +
      info.framing +
      ', window ' +
      kilo(info.window) +
      ' down, ' +
      kilo(info.up) +
      ' up, kept ' +
      info.keep +
      ' s'
    );
  }

  function endText(end) {
    if (!end) return '\u2013';
    var totals = end.down === undefined ? '' : ' (' + end.down + ' down, ' + end.up + ' up)';
    return end.code + ': ' + end.text + totals;
  }

  function set(name, text) {
    var element = demo.byId('fact-' + name);
    var node = element.firstChild;
    // Text that is the same is let be: who selects it keeps the selection.
    if (!node || node.nodeValue !== text) demo.setText(element, text);
  }

  /**
   * @param status of the socket, from `status()`
   * @param seen what the page knows: `trip` and `retries`, whether the target has `ended`, whether this page wants the
   *   `ending`, and the `end`, which is null while there is none
   */
  demo.showFacts = function (status, seen) {
    var info = status.info;
    set('transport', status.receiver || '\u2013');
    set('trip', seen.trip);
    set(
      'down',
      status.received +
        ' received, ' +
        status.acknowledged +
        ' acknowledged' +
        (seen.ended ? ', the target has ended' : '')
    );
    var upEnd = seen.end && seen.end.code === 'CLOSED' ? ', ended' : seen.ending ? ', ending' : '';
    set('up', status.written + ' written, ' + status.taken + ' taken' + upEnd);
    set('retries', String(seen.retries));
    set('session', sessionText(info));
    set('end', endText(seen.end));
    gauge('gauge-down', status.received - status.acknowledged, Number(info.window));
    gauge('gauge-up', status.written - status.taken, Number(info.up));
  };
})();
