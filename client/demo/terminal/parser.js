/** Tells text from control sequences, in any cut, after the states of DEC's terminals. [ECMA-48 5.4] */
var terminal = terminal || {};

(function () {
  /** A sequence longer than this is nobody's; it is skipped to its end. */
  var MOST = 128;
  /** 8-bit controls and the letter after ESC that means the same. */
  var FIRST_C1 = 0x80;
  var LAST_C1 = 0x9f;

  /**
   * @param on `print(character)`, `control(character)`, `escape(intermediates + final)`,
   *   `sequence(prefix + intermediates + final, parameters)`
   */
  terminal.createParser = function (on) {
    var state = 'ground';
    var parameters = '';
    var intermediates = '';
    var tooLong = false;
    var highHalf = '';

    function clear(next) {
      state = next;
      parameters = '';
      intermediates = '';
      tooLong = false;
    }

    function keep(character) {
      if (parameters.length + intermediates.length >= MOST) tooLong = true;
      else if (character >= '0') parameters += character;
      else intermediates += character;
    }

    function ground(character, code) {
      if (highHalf !== '') {
        var pair = highHalf + character;
        highHalf = '';
        return on.print(code >= 0xdc00 && code <= 0xdfff ? pair : '\ufffd');
      }
      if (code >= 0xd800 && code <= 0xdbff) highHalf = character;
      else if (character !== '\x7f') on.print(character);
    }

    function afterEscape(character) {
      if (character === '[') clear('sequence');
      else if (character === ']' || character === 'P' || character === 'X' || character === '^' || character === '_') {
        clear('string');
      } else if (character < '0') intermediates += character;
      else {
        var whole = intermediates + character;
        clear('ground');
        if (whole.length <= 4) on.escape(whole);
      }
    }

    function inSequence(character) {
      if (character < '@') return keep(character);
      // A private mark is the first of the parameters.
      var prefix = parameters.charAt(0) >= '<' ? parameters.charAt(0) : '';
      var name = prefix + intermediates + character;
      var rest = parameters.slice(prefix.length);
      var wanted = !tooLong;
      clear('ground');
      if (wanted) on.sequence(name, rest);
    }

    function control(character) {
      if (character === '\x1b') {
        highHalf = '';
        clear('escape');
      } else if (character === '\x18' || character === '\x1a') clear('ground');
      else if (state === 'string') {
        // A title has no lines: what never ends must not swallow all that follows.
        if (character === '\x07' || character === '\r' || character === '\n') clear('ground');
        if (character !== '\x07' && state === 'ground') on.control(character);
      } else on.control(character);
    }

    function take(character) {
      var code = character.charCodeAt(0);
      if (code < 32) control(character);
      else if (code >= FIRST_C1 && code <= LAST_C1) {
        clear('escape');
        afterEscape(String.fromCharCode(code - 64));
      } else if (state === 'ground') ground(character, code);
      else if (state === 'string') return;
      else if (code === 127) return;
      else if (code > 126) {
        // No sequence has such a character, so this was none.
        clear('ground');
        ground(character, code);
      } else if (state === 'escape') afterEscape(character);
      else inSequence(character);
    }

    return {
      write: function (text) {
        for (var i = 0; i < text.length; i++) take(text.charAt(i));
      }
    };
  };
})();
