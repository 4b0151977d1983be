/** The console page: one session with any target, its bytes as text or hex, and what the wire knows about it. */
(function () {
  /** The page shows, and keeps through a reload, this much of what came last. */
  var MOST_BYTES = 32 * 1024;
  var MOST_DATAGRAM_BYTES = 65507;
  var LOOK_MS = 500;
  var LINE_ENDS = { crlf: '\r\n', lf: '\n', bare: '' };

  var byId = demo.byId;
  var link = null;
  var target = '';
  var kept = '';
  /** How many bytes were received when somebody cleared the view. */
  var cleared = 0;
  var isEnding = false;
  var switches = null;
  /** The transports that the connection of now may use, as one text. */
  var used = '';
  var timeline = null;
  var witness = null;
  var meter = null;

  function now() {
    // biome-ignore lint/complexity/useDateNow: old engines do not have it.
    return new Date().getTime();
  }

  function fault(text) {
    demo.setText(byId('fault'), text);
  }

  function isLive() {
    return link !== null && link.isLive();
  }

  function drawOutput() {
    var from = link === null ? 0 : link.heard - kept.length;
    var text = byId('as-hex').checked ? demo.hexDump(kept, from) : demo.visibleText(kept);
    demo.following(byId('output'), function () {
      demo.setText(byId('output'), text);
    });
    demo.setText(byId('cut'), from > cleared ? 'From byte ' + from + ' on: what came before is not kept.' : '');
  }

  function drawForms() {
    byId('to').disabled = byId('go').disabled = isLive();
    byId('data').disabled = byId('write').disabled = byId('end').disabled = !isLive() || isEnding;
    byId('close').disabled = !isLive();
    demo.show(byId('move'), isLive() && switches.text() !== used);
  }

  function drawFacts() {
    var status = link && link.status();
    demo.showState(status, link && link.end);
    if (!status) return;
    var seen = {
      trip: meter.text(status.receiver),
      retries: witness.retries(),
      ended: link.hasEnded,
      ending: isEnding,
      end: link.end
    };
    demo.showFacts(status, seen);
  }

  var draw = demo.soon(function () {
    drawForms();
    drawFacts();
    drawOutput();
  });

  /** Each time that bytes have come: what is kept here is never behind what the library has noted. */
  function save() {
    var values = null;
    if (isLive()) {
      values = {
        to: target,
        heard: link.heard,
        bytes: kept,
        cleared: cleared,
        ways: switches.text(),
        ending: isEnding
      };
    }
    if (!demo.keep('console', values) && values) {
      fault('This session does not survive a reload: the browser keeps nothing for this page.');
    }
  }

  function look() {
    if (!isLive()) return;
    witness.see(link.status());
    timeline.draw();
    setTimeout(look, LOOK_MS);
  }

  var on = {
    change: function () {
      var status = link.status();
      meter.taken(status.taken, status.receiver);
      witness.see(status);
      draw();
    },
    data: function (bytes) {
      kept = (kept + bytes).slice(-MOST_BYTES);
      save();
      draw();
    },
    end: function () {
      timeline.note('end', 'the target has finished sending');
      draw();
    },
    over: function (last) {
      timeline.note(last.code === 'CLOSED' || last.code === 'LEFT' ? 'good' : 'lost', last.code + ': ' + last.text);
      timeline.stop();
      save();
      draw();
    }
  };

  /**
   * @param heard how many bytes a page before had of it; null for a new connection
   * @returns false where this engine has no way to a bridge by these transports, which the page then says
   */
  function open(to, heard) {
    try {
      link = demo.openLink({ to: to, name: 'console', transports: switches.names(), heard: heard, on: on });
    } catch (failure) {
      fault('Failed: ' + demo.wordsOf(failure));
      return false;
    }
    target = to;
    used = switches.text();
    timeline = demo.createTimeline(now, byId('moves'), byId('strip'));
    witness = demo.createWitness(timeline);
    meter = demo.createMeter(now);
    return true;
  }

  function begin() {
    save();
    draw();
    look();
  }

  function connect() {
    var names = switches.names();
    fault(names && names.length === 0 ? 'Switch on one transport at least.' : '');
    if (names && names.length === 0) return;
    if (!open(demo.stripped(byId('to').value), null)) return;
    kept = '';
    cleared = 0;
    isEnding = false;
    begin();
    byId('data').disabled = false;
    byId('data').focus();
  }

  /** The bytes that the form stands for, or null where it has no hex. */
  function typed() {
    var form = byId('form').value;
    return form === 'hex' ? demo.fromHex(byId('data').value) : demo.encode(byId('data').value + LINE_ENDS[form]);
  }

  function send() {
    var bytes = typed();
    var isPacket = link.status().info.framing === 'packets';
    if (bytes === null) return fault('Hex is pairs of digits, as in 48 65 6c 6c 6f.');
    if (isPacket && bytes.length > MOST_DATAGRAM_BYTES) return fault('A datagram has 65507 bytes at most.');
    fault('');
    // A datagram is told from the next by its length before it.
    link.socket.write((isPacket ? String.fromCharCode(bytes.length >> 8, bytes.length & 255) : '') + bytes);
    var status = link.status();
    meter.wrote(status.written, status.receiver);
    byId('data').value = '';
    draw();
  }

  function resume() {
    var saved = demo.kept('console');
    if (!saved) return;
    byId('to').value = saved.to;
    switches.set(saved.ways);
    if (!open(saved.to, Number(saved.heard))) return;
    kept = saved.bytes;
    cleared = Number(saved.cleared);
    isEnding = saved.ending === 'true';
    begin();
    timeline.note('good', 'goes on after a reload, from byte ' + saved.heard);
  }

  function handle(id, event, run) {
    byId(id)[event] = function () {
      run();
      return false;
    };
  }

  demo.start(function () {
    byId('to').value = demo.asked('to') || demo.chatAddress();
    switches = demo.createSwitches(byId('ways'), demo.asked('transport'), function () {
      save();
      draw();
    });
    handle('connect', 'onsubmit', connect);
    handle('send', 'onsubmit', send);
    handle('end', 'onclick', function () {
      isEnding = true;
      link.socket.end();
      save();
      draw();
    });
    handle('close', 'onclick', function () {
      link.socket.close();
    });
    handle('move-now', 'onclick', function () {
      location.reload();
    });
    handle('clear', 'onclick', function () {
      cleared = link === null ? 0 : link.heard;
      kept = '';
      save();
      draw();
    });
    byId('as-text').onclick = byId('as-hex').onclick = draw;
    resume();
    draw();
  });
})();
