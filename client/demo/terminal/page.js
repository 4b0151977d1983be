/** The terminal page: the form, the line below the screen, and one connection at a time. */
(function () {
  var REDRAW_MS = 30;

  function byId(id) {
    return document.getElementById(id);
  }

  function setText(id, text) {
    var element = byId(id);
    while (element.firstChild) element.removeChild(element.firstChild);
    element.appendChild(document.createTextNode(text));
  }

  /** The value of one parameter of this page's address. */
  function asked(name) {
    var found = new RegExp('[?&]' + name + '=([^&]*)').exec(location.search);
    try {
      return found ? decodeURIComponent(found[1].replace(/\+/g, ' ')) : '';
    } catch (_error) {
      return '';
    }
  }

  var socket = null;
  var dialogue = null;
  var view = null;
  var target = '';
  var received = 0;
  var ended = false;
  var redraw = null;

  /** Whether the server takes what is typed. */
  function listens() {
    return socket !== null && !ended;
  }

  function showState(name, text) {
    byId('state').className = name;
    setText('state', text);
    document.title = (target === '' ? '' : target + ' \u2013 ') + 'Terminal \u2013 netwine';
    setText('host', target);
  }

  var STATES = { connecting: 'Connecting\u2026', open: 'Connected', lost: 'Reconnecting\u2026' };

  /** Which transport carries the bytes, and whether the connection is being found again, changes on the way. */
  function showStatus() {
    var status = socket ? socket.status() : null;
    if (status && STATES[status.state]) showState(status.state, STATES[status.state]);
    setText('carrier', status ? status.receiver : '');
    setText('mode', status ? dialogue.mode() : '');
    setText('bytes', received > 0 ? received + ' bytes received' : '');
  }

  function draw(toEnd) {
    clearTimeout(redraw);
    redraw = null;
    view.draw(toEnd);
    showStatus();
  }

  /** Much comes in small pieces: it is drawn together. */
  function drawSoon() {
    if (redraw === null) {
      redraw = setTimeout(function () {
        draw(false);
      }, REDRAW_MS);
    }
  }

  function ring() {
    var frame = byId('frame');
    frame.className += ' rung';
    setTimeout(function () {
      frame.className = frame.className.replace(/ rung/g, '');
    }, 150);
  }

  function newDialogue() {
    dialogue = terminal.createDialogue({
      charset: byId('charset').value,
      telnet: byId('protocol').value === 'telnet',
      keys: byId('keys').value,
      backspace: byId('erase').value === 'delete' ? '\x7f' : '\b',
      bell: ring,
      send: function (bytes) {
        if (listens()) socket.write(bytes);
      }
    });
    view = terminal.createView(document, byId('box'), dialogue.screen);
    received = 0;
    draw(true);
  }

  function showForm(connected) {
    byId('to').disabled = connected;
    byId('protocol').disabled = connected;
    byId('erase').disabled = connected;
    setText('go', connected ? 'Hang up' : 'Connect');
    byId('go').className = connected ? 'calm' : '';
  }

  /** No more comes. What is on the screen stays there to be read. */
  function over(state, text) {
    if (!socket) return;
    socket = null;
    dialogue.end();
    showForm(false);
    showState(state, text);
    draw(false);
  }

  function wordsOf(failure) {
    return (failure && (failure.text || failure.message || failure.code)) || 'the connection failed';
  }

  /** @throws where the target is none */
  function open(to) {
    var mine = netwine.connect(to, {
      binary: 'string',
      onchange: function () {
        if (socket === mine) drawSoon();
      },
      ondata: function (bytes) {
        if (socket !== mine) return;
        received += bytes.length;
        dialogue.receive(bytes);
      },
      onend: function () {
        // It has said its last word, so it will not listen any more either.
        if (socket !== mine) return;
        ended = true;
        mine.end();
      },
      onerror: function (failure) {
        if (socket === mine) over('failed', 'Failed: ' + wordsOf(failure));
      },
      onclose: function () {
        if (socket === mine) over('none', 'Connection closed');
      }
    });
    return mine;
  }

  function connect() {
    target = byId('to').value.replace(/^\s+|\s+$/g, '');
    if (target === '') return byId('to').focus();
    newDialogue();
    try {
      socket = open(target);
    } catch (failure) {
      return showState('failed', 'Failed: ' + wordsOf(failure));
    }
    ended = false;
    showForm(true);
    byId('typed').focus();
    draw(true);
  }

  function hangUp() {
    var last = socket;
    over('none', 'Hung up');
    last.close();
  }

  byId('dial').onsubmit = function () {
    if (socket) hangUp();
    else connect();
    return false;
  };
  byId('charset').onchange = function () {
    dialogue.setCharset(byId('charset').value);
  };
  byId('keys').onchange = function () {
    dialogue.setKeys(byId('keys').value);
    draw(false);
  };

  terminal.createKeyboard(byId('typed'), {
    key: function (key) {
      if (!listens() || !dialogue.key(key)) return false;
      draw(true);
      return true;
    },
    type: function (text) {
      if (!listens()) return;
      dialogue.type(text);
      draw(true);
    },
    paste: function (text) {
      if (!listens()) return;
      dialogue.paste(text);
      draw(true);
    }
  });
  byId('typed').onfocus = function () {
    byId('frame').className = 'focused';
  };
  byId('typed').onblur = function () {
    byId('frame').className = 'blurred';
  };
  byId('box').onmouseup = function () {
    // Who selects text wants to copy it.
    if (!window.getSelection || String(window.getSelection()) === '') byId('typed').focus();
  };

  function start() {
    if (asked('to') !== '') byId('to').value = asked('to');
    if (asked('charset') !== '') byId('charset').value = asked('charset');
    if (asked('protocol') !== '') byId('protocol').value = asked('protocol');
    newDialogue();
    if (typeof netwine === 'undefined') showState('failed', 'netwine.js is missing: nothing can be connected');
    else byId('to').focus();
  }

  // A click in a frame may be meant for the page around it.
  // biome-ignore lint/suspicious/noDoubleEquals: to old IE a window is equal to itself, but not the same.
  if (window.top == window.self) start();
  else document.body.innerHTML = 'This page does not work in a frame: open it in a window of its own.';
})();
