// Runs the scripts of one page in Wine's JScript 5.8 with the requests of MSXML: `cscript //nologo wine.js URL`.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
// There is no document: scripts get timers, location, navigator and ActiveXObject, and ask for whole addresses. Wine's WScript.Sleep does nothing, and
// answers arrive only while messages are handled, which a short synchronous request to /stage/sleep does.
var window = this, self = this;
var location = (function (href) {
  var parts = /^(https?:)\/\/([^\/]+)([^?#]*)([^#]*)/.exec(href);
  return { href: href, protocol: parts[1], host: parts[2], pathname: parts[3], search: parts[4], hash: '' };
})(WScript.Arguments(0));
var navigator = { userAgent: 'Mozilla/4.0 (compatible; MSIE 7.0; JScript ' + ScriptEngineMajorVersion() + '.' + ScriptEngineMinorVersion() + ' of Wine)' };
var document = { cookie: '', location: location };
var console = { log: function (text) { WScript.Echo(String(text)); } };
var __timers = [], __last = 0, __closed = false;

function __add(act, ms, every) {
  __last += 1;
  __timers[__timers.length] = { id: __last, act: act, at: new Date().getTime() + (ms || 0), every: every ? ms || 1 : 0 };
  return __last;
}
function setTimeout(act, ms) { return __add(act, ms, false); }
function setInterval(act, ms) { return __add(act, ms, true); }
function clearTimeout(id) {
  for (var i = 0; i < __timers.length; i++) {
    if (__timers[i].id === id) { __timers.splice(i, 1); return; }
  }
}
var clearInterval = clearTimeout;
function close() { __closed = true; }

function __get(path) {
  var request = new ActiveXObject('Microsoft.XMLHTTP');
  request.open('GET', path.charAt(0) === '/' ? location.protocol + '//' + location.host + path : path, false);
  request.send(null);
  return request.responseText;
}
function __scripts(page) {
  var found = [], pattern = /<script([^>]*)>([\s\S]*?)<\/script>/gi, part;
  while ((part = pattern.exec(page)) !== null) {
    var source = /src="([^"]+)"/.exec(part[1]);
    found[found.length] = source ? __get(source[1].charAt(0) === '/' ? source[1] : location.pathname.replace(/[^\/]*$/, '') + source[1]) : part[2];
  }
  return found;
}
// What MSXML throws has a number only.
function __failed(error) { console.log('error: ' + error.message + ' ' + (error.number & 0xFFFF)); }
function __due() {
  var now = new Date().getTime(), first = null;
  for (var i = 0; i < __timers.length; i++) {
    if (__timers[i].at <= now && (first === null || __timers[i].at < first.at)) first = __timers[i];
  }
  return first;
}

var __sources = __scripts(__get(location.href)), __at, __timer;
// Here and not in a function, so that their variables are those of the page. An error would end the host without a word.
for (__at = 0; __at < __sources.length; __at++) {
  try { eval(__sources[__at]); } catch (error) { __failed(error); }
}
while (!__closed) {
  __timer = __due();
  if (__timer === null) { __get('/stage/sleep?ms=15&at=' + new Date().getTime() + Math.random()); continue; }
  if (__timer.every) __timer.at = new Date().getTime() + __timer.every;
  else clearTimeout(__timer.id);
  try {
    if (typeof __timer.act === 'string') eval(__timer.act);
    else __timer.act();
  } catch (error) { __failed(error); }
}
