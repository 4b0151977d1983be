// The same checks in every engine, in the language of 1999: what a socket of netwine promises, against a target that
// does what its first line says. Each ends with "ok", or with what was wrong.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) { return (new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]; }
// MSXML without a page knows no relative addresses, and NetSurf no parts of its location.
var base = /^https?:\/\/[^\/]+/.exec(location.href)[0];
var target = parameter('to'), run = parameter('run'), small = parameter('small') !== '';
var MOST_MS = 30000, BULK_DOWN = small ? 65536 : 1048576, BULK_UP = small ? 65536 : 262144;
var results = {}, ways = {}, order = [];

// Not `open`: NetSurf lets no page have a function of that name.
function dial(options) {
  options.binary = 'string';
  options.url = base + '/';
  options.token = window.token;
  if (parameter('transports')) options.transports = parameter('transports').split(',');
  return netwine.connect(target, options);
}
// A socket, what came by it, and by which ways.
function watched(done, options) {
  var socket, got = [], size = 0;
  options.ondata = function (data) {
    got[got.length] = data;
    size += data.length;
    ways[socket.status().receiver] = 1;
    if (options.ongot) options.ongot(data, size);
  };
  // It connects by one way, which may bring no byte, and goes on by others.
  options.onopen = function () { ways[socket.status().receiver] = 1; };
  if (!options.onerror) options.onerror = function (error) { done('error ' + error.code + ' ' + error.text); };
  socket = dial(options);
  return { socket: socket, text: function () { return got.join(''); }, size: function () { return size; } };
}
function all256() {
  var text = '', i;
  for (i = 0; i < 256; i += 1) text += String.fromCharCode(i);
  return text;
}
function pattern(from, length) {
  // A text for each of a million bytes is out of memory in KHTML.
  var pieces = [], i = from, end = from + length, piece;
  while (i < end) {
    for (piece = ''; i < end && piece.length < 1024; i += 1) piece += String.fromCharCode((i * 31 + (i >> 8)) & 255);
    pieces[pieces.length] = piece;
  }
  return pieces.join('');
}
// Adler-32 [RFC 1950 8.2]: short, and it sees every loss, repeat and swap.
function checksum(text) {
  var a = 1, b = 0, i;
  for (i = 0; i < text.length; i += 1) {
    a = (a + text.charCodeAt(i)) % 65521;
    b = (b + a) % 65521;
  }
  return text.length + '-' + a + '-' + b;
}
function same(found, wanted) { return found === wanted ? 'ok' : 'got ' + escape(String(found)).slice(0, 80); }

var checks = {
  'all byte values both ways': function (done) {
    var bytes = all256(), two = bytes + bytes;
    var it = watched(done, { ongot: function (data, size) {
      if (size >= 512) { done(same(it.text(), two)); it.socket.close(); }
    } });
    it.socket.write('echo\n' + bytes);
    it.socket.write(bytes);
  },
  'down by checksum': function (done) {
    var it = watched(done, { onend: function () { it.socket.end(); }, onclose: function (final) {
      done(final.code === 'CLOSED' ? same(checksum(it.text()), checksum(pattern(0, BULK_DOWN))) : final.code);
    } });
    it.socket.write('give ' + BULK_DOWN + '\n');
  },
  'up by checksum': function (done) {
    var it = watched(done, { onclose: function () { done(same(it.text(), checksum(pattern(0, BULK_UP)))); } }), at;
    it.socket.write('take\n');
    for (at = 0; at < BULK_UP; at += 8192) it.socket.write(pattern(at, Math.min(8192, BULK_UP - at)));
    it.socket.end();
  },
  'end of the target, then ours': function (done) {
    var it = watched(done, {
      onend: function () { it.socket.write('said after the end'); it.socket.end(); },
      onclose: function (final) {
        if (final.code !== 'CLOSED') return done(final.code);
        var ask = watched(done, { onclose: function () { done(same(ask.text(), 'said after the end')); } });
        ask.socket.write('recall ' + run + '\n');
        ask.socket.end();
      }
    });
    it.socket.write('half ' + run + '\n');
  },
  'our end, then the target': function (done) {
    var ended = false, it = watched(done, { onend: function () { ended = true; }, onclose: function (final) {
      done(ended && final.code === 'CLOSED' ? same(it.text(), checksum('a few words')) : final.code);
    } });
    it.socket.write('take\na few words');
    it.socket.end();
  },
  'a reset is no end': function (done) {
    var ended = false, code = '';
    watched(done, { onend: function () { ended = true; }, onerror: function (error) { code = error.code; },
      onclose: function () { done(ended ? 'an end' : same(code, 'RESET')); } }).socket.write('reset\n');
  },
  'a refused target has its code': function (done) {
    var code = '', options = { url: base + '/', token: window.token, onerror: function (error) { code = error.code; },
      onclose: function () { done(same(code, 'REFUSED')); } };
    if (parameter('transports')) options.transports = parameter('transports').split(',');
    netwine.connect(parameter('refused'), options);
  },
  'cut answers are resumed': function (done) {
    var length = small ? 20000 : 200000;
    var it = watched(done, { onend: function () { it.socket.end(); }, onclose: function (final) {
      done(final.code === 'CLOSED' ? same(checksum(it.text()), checksum(pattern(0, length))) : final.code);
    } });
    it.socket.write('broken ' + length + '\n');
  },
  'two sockets at a time': function (done) {
    var left = 2, failed = '';
    function one(word) {
      var it = watched(done, { ongot: function (data, size) {
        if (size < word.length) return;
        if (it.text() !== word) failed = 'got ' + it.text();
        it.socket.close();
        left -= 1;
        if (left === 0) done(failed || 'ok');
      } });
      it.socket.write('echo\n' + word);
    }
    one('the first');
    one('and another');
  }
};

function tell(more) {
  var pairs = ['agent=' + encodeURIComponent(navigator.userAgent)], name;
  for (name in results) if (results.hasOwnProperty(name)) pairs[pairs.length] = encodeURIComponent(name) + '=' + encodeURIComponent(results[name]);
  var used = [];
  for (name in ways) if (ways.hasOwnProperty(name) && name) used[used.length] = name;
  pairs[pairs.length] = 'ways=' + encodeURIComponent(used.join(', '));
  var text = pairs.join('&'), request = null;
  try { request = new XMLHttpRequest(); } catch (none) {
    try { request = new ActiveXObject('Microsoft.XMLHTTP'); } catch (neither) { request = null; }
  }
  if (request) {
    request.open('POST', base + '/stage/report?run=' + run, true);
    request.onreadystatechange = function () { if (request.readyState === 4 && more) { more(); more = null; } };
    request.send(text);
  } else {
    var tag = document.createElement('script');
    tag.src = base + '/stage/report?run=' + run + '&' + text;
    document.body.appendChild(tag);
    if (more) setTimeout(more, 500);
  }
}
function log(text) {
  try {
    var item = document.createElement('li');
    item.appendChild(document.createTextNode(text));
    document.getElementById('log').appendChild(item);
  } catch (none) {}
}
// The last check: a socket is open when the page goes.
function leave() {
  if (parameter('leave') === '') return tell();
  var it = watched(function () {}, { ongot: function () { tell(function () { location.href = base + '/left.html'; }); } });
  it.socket.write('stay ' + run + '\n');
}
function next() {
  if (order.length === 0) return leave();
  var name = order.shift(), over = false, timer;
  function done(result) {
    if (over) return;
    over = true;
    clearTimeout(timer);
    results[name] = result;
    log(name + ': ' + result);
    setTimeout(next, 0);
  }
  timer = setTimeout(function () { done('no end after ' + MOST_MS + ' ms'); }, MOST_MS);
  try { checks[name](done); } catch (error) { done('threw ' + (error.message || error)); }
}
function begin() {
  var skip = ',' + decodeURIComponent(parameter('skip')) + ',', name;
  for (name in checks) if (checks.hasOwnProperty(name) && skip.indexOf(',' + name + ',') < 0) order[order.length] = name;
  next();
}
begin();
