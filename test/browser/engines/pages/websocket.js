// What the class shaped like WebSocket promises, in the language of 1999, against a target that sends everything back.
// Each check ends with "ok", or with what was wrong.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) { return (new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]; }
var target = parameter('to'), address = 'ws://' + location.host, results = {}, order = [], name;

function same(found, wanted) { return found === wanted ? 'ok' : 'got ' + escape(String(found)).slice(0, 80); }
function all256() {
  var text = '', i;
  for (i = 0; i < 256; i += 1) text += String.fromCharCode(i);
  return text;
}
function textOf(buffer) {
  var bytes = new Uint8Array(buffer), text = '', i;
  for (i = 0; i < bytes.length; i += 1) text += String.fromCharCode(bytes[i]);
  return text;
}
function bytesOf(text) {
  var bytes = new Uint8Array(text.length), i;
  for (i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}
function kindOf(data) { return Object.prototype.toString.call(data).slice(8, -1); }
// Sends, and collects strings until as much has come back.
function echoed(Face, text, done) {
  var socket = new Face(address + '/'), got = '';
  socket.onopen = function () { socket.send(text); };
  socket.onmessage = function (event) {
    got += event.data;
    if (got.length < text.length) return;
    done(same(got, text));
    socket.close();
  };
  socket.onerror = function () { done('an error'); };
}

var checks = {
  'texts of any characters': function (done) {
    echoed(netwine.webSocket(target, { binary: 'text' }), 'one \u00e9 \u0436 \u65e5 \ud83c\udf77', done);
  },
  'all byte values as characters': function (done) {
    echoed(netwine.webSocket(target, { binary: 'string' }), all256(), done);
  },
  'all byte values as bytes': function (done) {
    var socket = new (netwine.webSocket(target))(address + '/'), got = '', kinds = {};
    socket.binaryType = 'arraybuffer';
    socket.onopen = function () {
      var bytes = bytesOf(all256());
      socket.send(bytes.subarray(0, 100));
      socket.send(bytesOf(all256().slice(100)).buffer);
    };
    socket.onmessage = function (event) {
      kinds[kindOf(event.data)] = 1;
      got += textOf(event.data);
      if (got.length < 256) return;
      done(kinds.ArrayBuffer ? same(got, all256()) : 'no ArrayBuffer');
      socket.close();
    };
  },
  'a target in the address, and what bytes are by default': function (done) {
    var socket = new netwine.WebSocket(address + '/connect?to=' + target);
    socket.onopen = function () { socket.send('hello'); };
    socket.onmessage = function (event) {
      results.kind = kindOf(event.data);
      done(same(event.data.size || event.data.byteLength, 5));
      socket.close();
    };
  },
  'states and events in their order': function (done) {
    var Face = netwine.webSocket(target), socket = new Face(address + '/here', 'mine'), heard = 0, seen = [Face.OPEN, socket.readyState];
    function note(text) { seen[seen.length] = text + socket.readyState; }
    try { socket.send('too early'); } catch (error) { note(error.name); }
    function hear() { heard += 1; }
    socket.addEventListener('open', hear);
    socket.addEventListener('close', hear);
    socket.addEventListener('close', hear);
    socket.onopen = function () {
      note('open by ' + socket.protocol + ' ');
      socket.close(3001, 'that was all');
      note('closing');
    };
    socket.onclose = function (event) {
      note([event.code, event.reason, event.wasClean, '']);
      // Listeners that were added twice hear once, before or after this.
      setTimeout(function () {
        note('heard ' + heard + ' ');
        done(same(seen.join(';'), '1;0;InvalidStateError0;open by mine 1;closing2;3001,that was all,true,3;heard 2 3'));
      }, 0);
    };
  },
  'a refused target': function (done) {
    var socket = new (netwine.webSocket(parameter('refused')))(address + '/'), seen = '';
    socket.onopen = function () { seen += 'open '; };
    socket.onerror = function () { seen += 'error '; };
    socket.onclose = function (event) { done(same(seen + event.code + event.wasClean, 'error 4502false')); };
  },
  'bufferedAmount until the bridge has it': function (done) {
    var socket = new (netwine.webSocket(target, { binary: 'string' }))(address + '/'), text = all256(), size = 0;
    while (text.length < 131072) text += text;
    socket.onopen = function () {
      socket.send(text);
      if (socket.bufferedAmount !== text.length) done('got ' + socket.bufferedAmount);
    };
    socket.onmessage = function (event) {
      size += event.data.length;
      if (size === text.length) wait();
    };
    // The last bytes may be back before the bridge has said that it took them.
    function wait() {
      if (socket.bufferedAmount > 0) return setTimeout(wait, 20);
      done('ok');
      socket.close();
    }
  }
};

function tell() {
  var pairs = [], request = new XMLHttpRequest();
  for (name in results) if (results.hasOwnProperty(name)) pairs[pairs.length] = encodeURIComponent(name) + '=' + encodeURIComponent(results[name]);
  request.open('POST', '/stage/report?run=' + parameter('run'), true);
  request.send(pairs.join('&'));
}
function log(text) {
  var item = document.createElement('li');
  item.appendChild(document.createTextNode(text));
  document.getElementById('log').appendChild(item);
}
function next() {
  if (order.length === 0) return tell();
  var one = order.shift(), over = false, timer;
  function done(result) {
    if (over) return;
    over = true;
    clearTimeout(timer);
    results[one] = result;
    log(one + ': ' + result);
    setTimeout(next, 0);
  }
  timer = setTimeout(function () { done('no end'); }, 10000);
  try { checks[one](done); } catch (error) { done('threw ' + (error.message || error)); }
}
for (name in checks) if (checks.hasOwnProperty(name)) order[order.length] = name;
next();
