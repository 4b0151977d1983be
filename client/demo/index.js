/** The first page: shows the curl lines with the address under which this bridge was reached. */
(function () {
  var spans = document.getElementsByTagName('span');
  for (var i = 0; i < spans.length; i++) {
    if (spans[i].className === 'bridge') demo.setText(spans[i], demo.base().replace(/\/$/, ''));
  }
})();
