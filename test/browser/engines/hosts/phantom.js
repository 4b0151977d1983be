// Opens one address in PhantomJS, and prints what the page complains about.
// biome-ignore-all lint: the language of 2011
// biome-ignore-all format: no commas at the ends of lists
var page = require('webpage').create();
page.viewportSize = { width: 1024, height: 768 };
page.onConsoleMessage = function (text) { console.log(text); };
page.onError = function (text) { console.log('error: ' + text); };
page.open(require('system').args[1], function () {});
