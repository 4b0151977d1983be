/** The chat page: lines from the chat server, lines to it, and all of it still there after a reload. */
(function () {
  var MOST_LINES = 300;
  /** Seconds: who closes the window has left the chat after this time. */
  var KEEP = 60;
  var COLOURS = 8;

  var byId = demo.byId;
  var target = demo.asked('to') || demo.chatAddress();
  var link = null;
  var lines = [];
  /** Bytes of a line that is not whole. */
  var partial = '';
  var me = '';

  function colour(name) {
    var sum = 0;
    for (var i = 0; i < name.length; i++) sum = (sum * 5 + name.charCodeAt(i)) % 9973;
    return sum % COLOURS;
  }

  function show(line) {
    var log = byId('log');
    var found = /^<([^>]+)> (.*)$/.exec(line);
    if (!found) demo.add(log, 'li', 'notice', line);
    else {
      var item = demo.add(log, 'li', found[1] === me ? 'said mine' : 'said');
      demo.add(item, 'b', 'who who' + colour(found[1]), found[1] + ':');
      item.appendChild(document.createTextNode(' '));
      demo.add(item, 'span', 'text', found[2]);
    }
    while (log.childNodes.length > MOST_LINES) log.removeChild(log.firstChild);
  }

  /** What we are called is known from what the chat says. */
  function learnName(line) {
    var given = /^Welcome .* You are ([^ ]+)\. /.exec(line);
    var renamed = /^\* ([^ ]+) is now ([^ ]+)\.$/.exec(line);
    if (given) me = given[1];
    else if (renamed && renamed[1] === me) me = renamed[2];
  }

  function hear(line) {
    learnName(line);
    lines.push(line);
    if (lines.length > MOST_LINES) lines.shift();
    show(line);
  }

  function isLive() {
    return link !== null && link.isLive();
  }

  /** Each time that bytes have come: what is kept here is never behind what the library has noted. */
  function save() {
    demo.keep(
      'chat',
      isLive() ? { to: target, heard: link.heard, lines: lines.join('\n'), partial: partial, me: me } : null
    );
  }

  /** Cuts bytes into lines before they become text: a character that arrives in two pieces stays whole. */
  function receive(bytes) {
    var pieces = (partial + bytes).split('\n');
    partial = pieces.pop();
    demo.following(byId('log'), function () {
      for (var i = 0; i < pieces.length; i++) hear(demo.decode(pieces[i].replace(/\r$/, '')));
    });
    save();
  }

  function update() {
    var status = link && link.status();
    demo.showState(status, link && link.end);
    demo.following(byId('log'), function () {
      demo.show(byId('say'), isLive());
      demo.show(byId('join'), !isLive());
      demo.show(byId('log'), link !== null);
    });
    if (!status) return;
    byId('enter').value = 'Join again';
    var waiting = status.written > status.taken ? ', ' + (status.written - status.taken) + ' waiting' : '';
    demo.setText(byId('numbers'), status.received + ' bytes received, ' + status.taken + ' sent' + waiting);
  }

  /**
   * @param heard how many bytes a page before had; null for a new connection
   * @returns false where this engine has no way to a bridge, which the page then says
   */
  function open(heard) {
    var on = {
      change: update,
      data: receive,
      // The chat has said its last word, so it will not listen any more either.
      end: function () {
        link.socket.end();
      },
      over: function () {
        save();
        update();
      }
    };
    var transports = demo.askedTransports();
    var failed = '';
    try {
      link = demo.openLink({ to: target, name: 'chat', keep: KEEP, transports: transports, heard: heard, on: on });
    } catch (failure) {
      failed = 'Failed: ' + demo.wordsOf(failure);
    }
    demo.setText(byId('fault'), failed);
    return failed === '';
  }

  function begin() {
    save();
    update();
  }

  function say(line) {
    link.socket.write(demo.encode(line + '\n'));
  }

  function join() {
    if (!open(null)) return;
    lines = [];
    partial = '';
    me = '';
    demo.empty(byId('log'));
    begin();
    var name = demo.stripped(byId('name').value);
    if (name !== '') say('/name ' + name);
    byId('line').focus();
  }

  function resume() {
    var saved = demo.kept('chat');
    if (!saved || saved.to !== target || !open(Number(saved.heard))) return;
    lines = saved.lines === '' ? [] : saved.lines.split('\n');
    partial = saved.partial;
    me = saved.me;
    for (var i = 0; i < lines.length; i++) show(lines[i]);
    begin();
    byId('log').scrollTop = byId('log').scrollHeight;
  }

  /** The links to further windows lead to the same chat. */
  function leadTo(there) {
    if (demo.asked('to') !== '') there.href += (/\?/.test(there.href) ? '&' : '?') + 'to=' + encodeURIComponent(target);
  }

  demo.start(function () {
    demo.setText(byId('target'), target);
    leadTo(byId('stream'));
    leadTo(byId('poll'));
    byId('join').onsubmit = function () {
      join();
      return false;
    };
    byId('say').onsubmit = function () {
      var line = demo.stripped(byId('line').value);
      if (line !== '') say(line);
      byId('line').value = '';
      return false;
    };
    resume();
  });
})();
