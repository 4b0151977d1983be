/** What a page keeps for itself through a reload, where this tab can keep anything: texts by name. */
var demo = demo || {};

(function () {
  function storage() {
    try {
      // Access alone throws where a person has switched it off.
      return window.sessionStorage || null;
    } catch (_error) {
      return null;
    }
  }

  /** What was kept, or null. */
  demo.kept = function (name) {
    try {
      var pairs = storage()
        .getItem('netwine-page-' + name)
        .split('&');
      var values = {};
      for (var i = 0; i < pairs.length; i++) {
        var at = pairs[i].indexOf('=');
        values[pairs[i].slice(0, at)] = unescape(pairs[i].slice(at + 1));
      }
      return values;
    } catch (_error) {
      // Storage that is switched off or was emptied holds nothing for us.
      return null;
    }
  };

  /** Null forgets it. @returns false where this tab can keep nothing, or not so much */
  demo.keep = function (name, values) {
    try {
      if (values === null) storage().removeItem('netwine-page-' + name);
      else {
        var pairs = [];
        for (var each in values) pairs.push(each + '=' + escape(values[each]));
        storage().setItem('netwine-page-' + name, pairs.join('&'));
      }
      return true;
    } catch (_error) {
      return false;
    }
  };
})();
