/** A switch for each transport, and which of them the page's address has switched on. */
var demo = demo || {};

(function () {
  /** The best first, with what each is. What has to be asked for by name is off. */
  var WAYS = [
    ['websocket', 'socket', 'one socket for both ways'],
    ['fetch-stream', 'stream', 'fetch, read as it comes'],
    ['xhr-stream', 'stream', 'XMLHttpRequest, read as it comes'],
    ['xdr', 'stream', 'XDomainRequest, in Internet Explorer 8 and 9'],
    ['events', 'stream', 'EventSource'],
    ['html-frame', 'stream', 'a hidden page that never ends'],
    ['xhr-poll', 'poll', 'long polls: answers that are whole'],
    ['exchange', 'exchange', 'both ways by polls, on one connection'],
    ['script-poll', 'script', 'script tags, where the bridge allows them']
  ];

  /** @param asked names or kinds with commas between them; empty for those that are on by themselves */
  function isOn(way, asked) {
    if (asked === '') return way[1] !== 'script';
    var names = ',' + asked + ',';
    return names.indexOf(',' + way[0] + ',') >= 0 || names.indexOf(',' + way[1] + ',') >= 0;
  }

  /** @param changed called when somebody has switched one */
  demo.createSwitches = function (parent, asked, changed) {
    var boxes = [];
    demo.empty(parent);
    for (var i = 0; i < WAYS.length; i++) {
      var label = demo.add(parent, 'label', 'way ' + WAYS[i][0]);
      label.title = WAYS[i][2];
      var box = document.createElement('input');
      box.type = 'checkbox';
      label.appendChild(box);
      // What is checked before it is in a page comes out unchecked in some engines.
      box.checked = isOn(WAYS[i], asked);
      box.onclick = changed;
      label.appendChild(document.createTextNode(' ' + WAYS[i][0]));
      parent.appendChild(document.createTextNode(' '));
      boxes.push(box);
    }

    /** The names that are on; undefined where they are those that are on by themselves. */
    function names() {
      var on = [];
      var isPlain = true;
      for (var i = 0; i < WAYS.length; i++) {
        if (boxes[i].checked) on.push(WAYS[i][0]);
        if (boxes[i].checked !== isOn(WAYS[i], '')) isPlain = false;
      }
      return isPlain ? undefined : on;
    }

    return {
      names: names,
      /** The same as one text, as a page's address has it. */
      text: function () {
        var on = names();
        return on ? on.join(',') : '';
      },
      set: function (wanted) {
        for (var i = 0; i < WAYS.length; i++) boxes[i].checked = isOn(WAYS[i], wanted);
      }
    };
  };
})();
