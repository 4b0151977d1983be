// Sends a word again and again, each when the one before is back, and tells at two places how much the page consists of.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) { return (new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]; }
var WORD = 'a word of the page', times = 0, heard = 0, places = parameter('at').split(',');

function report(then) {
  var request = new XMLHttpRequest(), calls = 0, name;
  for (name in window._netwine || {}) calls += 1;
  request.open('POST', '/stage/report?run=' + parameter('run'), true);
  request.onreadystatechange = function () { if (request.readyState === 4) then(); };
  request.send('times=' + times + '&elements=' + document.getElementsByTagName('*').length + '&calls=' + calls +
    '&frames=' + window.frames.length + '&way=' + socket.status().receiver);
}
function next() {
  if (window.gc) window.gc();
  socket.write(WORD);
}
var socket = netwine.connect(parameter('to'), {
  transports: parameter('transports').split(','),
  onopen: next,
  ondata: function (text) {
    heard += text.length;
    if (heard < WORD.length) return;
    heard = 0;
    times += 1;
    if (times !== Number(places[0])) return next();
    places.shift();
    // The test looks at the process now, and one that has ended has no size.
    report(function () { setTimeout(next, places.length ? 500 : 600000); });
  }
});
