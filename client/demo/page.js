/** What the demo's pages share, in the language of the oldest engines: elements, the address, and words for a status. */
var demo = demo || {};

(function () {
  demo.byId = function (id) {
    return document.getElementById(id);
  };

  demo.empty = function (element) {
    while (element.firstChild) element.removeChild(element.firstChild);
  };

  /** What it says is text, never markup. */
  demo.setText = function (element, text) {
    demo.empty(element);
    element.appendChild(document.createTextNode(text));
  };

  demo.add = function (parent, name, className, text) {
    var element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.appendChild(document.createTextNode(text));
    parent.appendChild(element);
    return element;
  };

  demo.show = function (element, isShown) {
    var others = element.className.replace(/(^| )gone( |$)/g, '$2');
    element.className = isShown ? others : others + ' gone';
  };

  /** Changes what scrolls; who looks at its end still does so afterwards. */
  demo.following = function (element, change) {
    var atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    change();
    if (atEnd) element.scrollTop = element.scrollHeight;
  };

  /** Runs it a little later, and once for all calls before that. */
  demo.soon = function (run) {
    var waiting = false;
    return function () {
      if (waiting) return;
      waiting = true;
      setTimeout(function () {
        waiting = false;
        run();
      }, 30);
    };
  };

  demo.stripped = function (text) {
    return text.replace(/^\s+|\s+$/g, '');
  };

  /** The value of one parameter of this page's address; empty where it is not there. */
  demo.asked = function (name) {
    var found = new RegExp('[?&]' + name + '=([^&#]*)').exec(location.search);
    try {
      return found ? decodeURIComponent(found[1].replace(/\+/g, ' ')) : '';
    } catch (_error) {
      return '';
    }
  };

  /** The names of the only transports that this page's address allows; undefined where it says nothing. */
  demo.askedTransports = function () {
    var names = demo.asked('transport');
    return names === '' ? undefined : names.split(',');
  };

  /** The bridge is where this page is. */
  demo.base = function () {
    return location.href.replace(/[?#][\s\S]*$/, '').replace(/[^/]*$/, '');
  };

  /** Where the bridge says that the demo's chat is. */
  demo.chatAddress = function () {
    var metas = document.getElementsByTagName('meta');
    for (var i = 0; i < metas.length; i++) {
      if (metas[i].name === 'netwine-chat' && metas[i].content.indexOf('{{') !== 0) return metas[i].content;
    }
    return '127.0.0.1:7777';
  };

  /** How a transport is called among people. */
  function manner(receiver) {
    if (receiver === 'websocket') return 'WebSocket';
    if (receiver === 'exchange') return 'exchange';
    return /poll$/.test(receiver) ? 'polling' : 'streaming';
  }

  /** What was thrown, in words. */
  demo.wordsOf = function (failure) {
    return (failure && (failure.text || failure.message || failure.code)) || 'the connection failed';
  };

  /** A few words for `status()` of a socket, which is null before there is one; `end` is how it was over. */
  demo.stateText = function (status, end) {
    if (end) return end.code === 'CLOSED' ? 'Ended' : 'Ended: ' + end.text;
    if (!status) return 'Not connected';
    if (status.state === 'connecting') return 'Connecting\u2026';
    if (status.state !== 'lost') return 'Connected by ' + manner(status.receiver);
    return status.failures > 2 ? 'Connection lost: trying again (' + status.failures + ')' : 'Reconnecting\u2026';
  };

  /** Shows how it stands at the top of the page. */
  demo.showState = function (status, end) {
    var element = demo.byId('status');
    element.className = 'status ' + (end ? 'over' : status ? status.state : 'none');
    demo.setText(element, demo.stateText(status, end));
  };

  function refuse(text) {
    demo.empty(document.body);
    document.body.appendChild(document.createTextNode(text));
  }

  /**
   * Calls `start` when the page is loaded, for in some engines it would otherwise go on loading for as long as an answer
   * is held; but in no frame: a click in a frame may be meant for the page around it.
   */
  demo.start = function (start) {
    if (window.top !== window.self)
      return refuse('This page does not work in a frame: open it in a window of its own.');
    if (typeof netwine === 'undefined') return refuse('netwine.js is missing: nothing can be connected.');
    window.onload = function () {
      setTimeout(start, 0);
    };
  };
})();
