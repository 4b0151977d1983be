/** The last word of a page that goes. */
import { attempted, newXhr, type Xhr } from './engine.ts';
import { TEXT } from './xhr.ts';

declare const navigator: { sendBeacon(url: string, text: string): boolean };

/** Posts a text and wants no answer. It holds the page up where the engine has no better way. */
export const beacon = (url: string, text: string): void => {
  if (attempted(() => navigator.sendBeacon(url, text))) return;
  attempted(() => {
    const xhr = newXhr() as Xhr;
    xhr.open('POST', url, false);
    xhr.setRequestHeader('Content-Type', TEXT);
    xhr.send(text);
  });
};
