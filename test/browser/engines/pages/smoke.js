// A word to an echo target and back, in the language of 1999: by XMLHttpRequest, or by script tags where there is none.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) { return (new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]; }
// MSXML without a page knows no relative addresses, and NetSurf no parts of its location.
var base = /^https?:\/\/[^\/]+/.exec(location.href)[0];
function request() {
  try { return new XMLHttpRequest(); } catch (none) {}
  try { return new ActiveXObject('Microsoft.XMLHTTP'); } catch (none) { return null; }
}
function byTag(address) {
  var tag = document.createElement('script');
  tag.src = address;
  document.body.appendChild(tag);
}
var taken = function () {}, way = request() ? 'XMLHttpRequest' : 'script tags';
function ask(verb, text, done) {
  var asked = request();
  taken = done;
  if (!asked) return byTag(base + '/stage/relay?verb=' + verb + '&body=' + encodeURIComponent(text) + '&call=taken');
  asked.open('POST', base + '/' + verb, true);
  asked.onreadystatechange = function () {
    if (asked.readyState === 4 && done) { done(asked.responseText); done = null; }
  };
  asked.send(text);
}
function tell(answer) {
  var text = 'way=' + encodeURIComponent(way) + '&agent=' + encodeURIComponent(navigator.userAgent) + '&answer=' + encodeURIComponent(answer);
  var asked = request();
  if (!asked) return byTag(base + '/stage/report?run=' + parameter('run') + '&' + text);
  asked.open('POST', base + '/stage/report?run=' + parameter('run'), true);
  asked.send(text);
}
function smoke() {
  var nonce = 'smoke';
  while (nonce.length < 30) nonce += Math.floor(Math.random() * 10);
  ask('connect', 'to=' + parameter('to') + '&nonce=' + nonce + '&token=' + token + '&mode=poll&hold=0&as=lines', function (opened) {
    var key = (/^OK (\S+)/.exec(opened) || ['', ''])[1];
    if (!key) return tell(opened);
    ask('send', 'key=' + key + '&at=0\nhello', function (sent) {
      if (!/^OK 5 /.test(sent)) return tell(sent);
      ask('receive', 'key=' + key + '&from=0&reader=1&mode=poll&hold=5&as=lines', tell);
    });
  });
}
smoke();
