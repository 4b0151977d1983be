/** The first page: shows the curl lines with the address under which this bridge was reached. */
const base = new URL('./', document.baseURI).href.replace(/\/$/, '');
for (const element of document.querySelectorAll('.origin')) element.textContent = base;
