/** A form that is posted into a hidden frame, whose document calls us for each line: for engines without anything else. */
import { addCall } from './calls.ts';
import { absolute, activeX, attempted, later, nothing } from './engine.ts';
import { isLoaded, whenLoaded } from './loaded.ts';

interface FrameRequest {
  url: string;
  /** At most 4 KiB. */
  form: string;
  /** One record, without a line end. */
  line(text: string): void;
  over(whole: boolean): void;
  /** Called again and again while the page is not loaded, for which it waits. */
  waits?: () => void;
}

declare const CollectGarbage: () => void;

/** Out of sight, but not `display: none`: some engines load nothing there. */
const HIDDEN = 'position:absolute;left:-999px;width:1px;height:1px;overflow:hidden';

/** Frames in an ActiveX document turn no throbber, and nothing clicks when they load; null where there are none. */
const openFile = (): Document | null =>
  attempted(() => {
    const file = activeX<Document>('htmlfile') as Document;
    file.open();
    file.write(`<html><script>document.domain="${document.domain}"</script><body></body></html>`);
    file.close();
    return file.parentWindow && file;
  });

/** A form that is posted now would hold up the page's own load. */
export const isEarly = (): boolean => !isLoaded() && openFile() === null;

/** Tells nothing before it has returned. @returns a way to give it up */
export const postInFrame = (request: FrameRequest): (() => void) => {
  const file = openFile();
  if (file || isLoaded()) return post(request, file);
  let stop = whenLoaded(() => {
    stop = post(request, null);
  }, request.waits || nothing);
  return () => stop();
};

const post = ({ url, form: fields, line, over }: FrameRequest, file: Document | null): (() => void) => {
  const doc = file || document;
  const { number, remove } = addCall((text) => stopped || line(text), file ? file.parentWindow : undefined);
  const name = `netwine${number}`;
  const box = doc.createElement('div');
  box.style.cssText = HIDDEN;
  box.innerHTML = `<iframe name="${name}"></iframe><form method="post" target="${name}"></form>`;
  const frame = box.firstChild as FrameElement;
  const form = box.lastChild as FormElement;
  const parent = doc.body as Element;
  let stopped = false;

  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    // Not within a call of the frame itself, which some engines do not survive.
    later(() => {
      // Else Internet Explorer keeps both, each for the other's sake.
      if (frame.detachEvent) frame.detachEvent('onload', loaded);
      else frame.onload = nothing;
      frame.src = 'about:blank';
      parent.removeChild(box);
      remove();
      attempted(() => CollectGarbage());
    });
  };
  const loaded = (): void => {
    const at = attempted(() => frame.contentWindow && frame.contentWindow.location.href);
    // The empty document that every frame begins with is loaded, too.
    if (stopped || at === 'about:blank') return;
    stop();
    over(at !== null);
  };
  const pairs = `${fields}&as=html&callback=${number}`.split('&');
  for (let i = 0; i < pairs.length; i += 1) {
    const [field, value] = (pairs[i] as string).split('=') as [string, string];
    const input = doc.createElement('input');
    input.type = 'hidden';
    input.name = field;
    input.value = decodeURIComponent(value);
    form.appendChild(input);
  }
  form.action = absolute(url);
  parent.appendChild(box);
  // Some engines load the empty document within that. The closures keep an ActiveX document alive while it is at work.
  if (frame.attachEvent) frame.attachEvent('onload', loaded);
  else frame.onload = loaded;
  form.submit();
  return stop;
};
