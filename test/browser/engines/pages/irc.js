// A small client of IRC [RFC 2812] in the language of 1999: it comes into a channel, greets who comes after it, hears
// the answer, and goes. Texts are in UTF-8, or in characters that stand for bytes.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) { return decodeURIComponent((new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]); }
var channel = '#netwine', other = parameter('other'), ways = {}, told = {}, lines = [], rest = '';

function log(text) {
  var item = document.createElement('li');
  item.appendChild(document.createTextNode(text));
  document.getElementById('log').appendChild(item);
}
function report() {
  var pairs = [], used = [], name, request = new XMLHttpRequest();
  for (name in ways) if (ways.hasOwnProperty(name) && name) used[used.length] = name;
  told.ways = used.join(', ');
  told.log = lines.join('\n');
  for (name in told) if (told.hasOwnProperty(name)) pairs[pairs.length] = name + '=' + encodeURIComponent(told[name]);
  request.open('POST', '/stage/report?run=' + parameter('run'), true);
  request.send(pairs.join('&'));
}
function say(line) { socket.write(line + '\r\n'); }

// [:prefix] command [parameters] [:last parameter]
function hear(line) {
  var parts = /^(?::([^ ]+) +)?([^ ]+)((?: +[^: ][^ ]*)*)(?: +:(.*))?$/.exec(line);
  var from = parts[1] || '', nick = from.split('!')[0], last = parts[4] || '';
  log(line);
  lines[lines.length] = line;
  if (parts[2] === 'PING') {
    told.pinged = 'yes';
    say('PONG :' + (last || parts[3]));
  } else if (parts[2] === '001') say('JOIN ' + channel);
  else if (parts[2] === 'JOIN' && nick === 'page') say('PRIVMSG ' + other + ' :come in');
  else if (parts[2] === 'JOIN' && nick === other) {
    told.joined = from;
    say('PRIVMSG ' + channel + ' :' + parameter('greeting'));
  } else if (parts[2] === 'PRIVMSG' && nick === other) {
    told.answer = last;
    say('QUIT :that was all');
  } else if (parts[2] === 'ERROR') told.farewell = last;
}
var socket = netwine.connect(parameter('to'), {
  binary: parameter('binary'),
  transports: ['xhr-poll'],
  token: window.token,
  onopen: function () { say('NICK page'); say('USER page 0 * :A page'); },
  ondata: function (text) {
    var all = (rest + text).split('\r\n'), i;
    rest = all[all.length - 1];
    for (i = 0; i < all.length - 1; i += 1) hear(all[i]);
  },
  onchange: function () { ways[socket.status().receiver] = 1; },
  onend: function () { told.ended = 'yes'; socket.end(); },
  onerror: function (error) { told.error = error.code + ' ' + error.text; },
  onclose: function (final) { told.closed = final.code; report(); }
});
