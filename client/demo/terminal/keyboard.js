/** The keyboard in any engine: keys by `keydown`, characters by `keypress`, and pastes and input methods by a text field. */
var terminal = terminal || {};

(function () {
  var BY_INPUT_METHOD = 229;
  var C = 67;
  var V = 86;

  function stop(event) {
    if (event.preventDefault) event.preventDefault();
    else event.returnValue = false;
    return false;
  }

  function keyOf(event) {
    return {
      code: event.keyCode,
      ctrl: !!event.ctrlKey,
      alt: !!event.altKey,
      shift: !!event.shiftKey,
      meta: !!event.metaKey
    };
  }

  /** The character of a `keypress`; none for keys that some engines report here, too. */
  function characterOf(event) {
    if (event.which === 0 || event.charCode === 0) return '';
    var code = event.charCode || event.which || event.keyCode;
    return code < 32 ? '' : String.fromCharCode(code);
  }

  function somethingSelected() {
    return !!window.getSelection && String(window.getSelection()) !== '';
  }

  /** Copying and pasting stay what they are. */
  function isBrowsers(key) {
    return key.ctrl && (key.code === V || (key.code === C && somethingSelected()));
  }

  /**
   * @param field a text field that is focused while one types
   * @param on `key(key)`, true where it was taken; `type(text)`, `paste(text)`
   */
  terminal.createKeyboard = function (field, on) {
    var composing = false;
    var pasting = false;
    var taken = false;

    /** Whatever came into the field by another way than single keys. */
    function read() {
      if (composing || field.value === '') return;
      var text = field.value;
      field.value = '';
      if (pasting || text.length > 1) on.paste(text);
      else on.type(text);
      pasting = false;
    }

    field.onkeydown = function (given) {
      var event = given || window.event;
      var key = keyOf(event);
      taken = key.code !== BY_INPUT_METHOD && !composing && !isBrowsers(key) && on.key(key);
      return taken ? stop(event) : undefined;
    };

    field.onkeypress = function (given) {
      var event = given || window.event;
      // Some engines go on to this even where the key was taken.
      if (taken) return stop(event);
      // Control and Alt together are AltGr.
      if (event.metaKey || event.ctrlKey !== event.altKey) return undefined;
      var character = characterOf(event);
      if (character === '') return undefined;
      on.type(character);
      return stop(event);
    };

    field.onkeyup = read;
    field.oninput = read;
    field.onpaste = function () {
      pasting = true;
      // Where there is no event for what it brings.
      setTimeout(read, 0);
    };
    if (field.addEventListener) {
      field.addEventListener(
        'compositionstart',
        function () {
          composing = true;
        },
        false
      );
      field.addEventListener(
        'compositionend',
        function () {
          composing = false;
          setTimeout(read, 0);
        },
        false
      );
    }
  };
})();
