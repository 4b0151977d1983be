// Opens a socket at once, which sends a word as soon as it can, and another one once the page has loaded.
// biome-ignore-all lint: the language of 1999
// biome-ignore-all format: no commas at the ends of lists
function parameter(name) { return (new RegExp('[?&]' + name + '=([^&]*)').exec(location.href) || ['', ''])[1]; }
window.socket = netwine.connect(parameter('to'), {
  transports: parameter('transports').split(','),
  onopen: function () { socket.write('early '); },
  ondata: function (text) { seen.text += text; },
  onerror: function (error) { seen.text += error.code; }
});
