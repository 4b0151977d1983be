// Joins a socket of a page to the lines beside the bridge: it writes what they have for it, and gives them what came.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) {
  return decodeURIComponent((new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]);
}
var socket, final = '', heard = [], isGiving = false, isTaking = false, moves = -1, way = '';
var most = Number(parameter('most')), ways = parameter('ways');

function ask(verb, body, done) {
  var request = new XMLHttpRequest();
  request.open('POST', parameter('lines') + '/' + verb + '?line=' + parameter('line'), true);
  // Any other type would be asked about first.
  request.setRequestHeader('Content-Type', 'text/plain');
  request.onreadystatechange = function () {
    if (request.readyState === 4 && request.status === 200 && done) done(request.responseText);
  };
  request.send(body);
}
window.onerror = function (text) { ask('failed', String(text)); };

// One request at a time, so that what came stays in order; the end comes behind all of it.
function give() {
  var text = heard.join('');
  if (isGiving) return;
  if (text === '') {
    isGiving = final !== '';
    if (isGiving) ask('over', final);
    return;
  }
  heard = [];
  isGiving = true;
  ask('give', btoa(text), function () { isGiving = false; give(); });
}
function take() {
  if (isTaking || final || socket.bufferedAmount() > most) return;
  isTaking = true;
  ask('take', '', function (answer) {
    if (final) return;
    if (answer === 'end') return socket.end();
    isTaking = false;
    if (answer) socket.write(atob(answer));
    take();
  });
}
function tell(done) {
  var status = socket.status(), pairs = ['moves=' + Math.max(moves, 0)], name;
  for (name in status) if (typeof status[name] !== 'object') pairs.push(name + '=' + status[name]);
  ask('status', pairs.join('&'), done);
}
function changed() {
  if (socket.status().receiver !== way) moves += 1;
  way = socket.status().receiver;
  take();
}
function begin() {
  var options = { url: parameter('url'), binary: 'string', onopen: changed, onchange: changed };
  if (ways) options.transports = ways.split(',');
  options.ondata = function (data) { heard.push(data); give(); };
  options.onclose = function (end) { tell(function () { final = end.code; give(); }); };
  socket = netwine.connect(parameter('to'), options);
  setInterval(function () { tell(); }, 1000);
  take();
}
begin();
