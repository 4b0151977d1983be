/** GETs by script elements, whose answers call a function of this page; with a ticket where a key would stand. [PROTOCOL 5, 7] */
import type { Parameters } from '../core/types.ts';
import { addCall } from './calls.ts';
import { attempted, later, nothing } from './engine.ts';
import { formOf } from './request.ts';

/** An element that has loaded and has not called by then never will. */
const LATE_MS = 100;

export const hasScripts = attempted(() => document.createElement('script')) !== null;

/** By key: the ticket that its last answer has brought. */
export const tickets: { [key: string]: string | undefined } = {};

/** Learns from the records of an answer. @returns them as they would be for the key and the reader of the question */
const learn = (records: string, { key, reader }: Parameters): string => {
  const own = (key || records.split(/\s/)[1]) as string;
  const known = tickets[own];
  const [, ticket] = /\nTICKET (\S+)/.exec(records) || [];
  if (ticket) tickets[own] = ticket;
  // That of a close: nothing is asked for any more.
  if (records === 'OK\n') delete tickets[own];
  if (!reader) return records;
  if (!/^AT /.test(records)) {
    delete tickets[own];
    return known ? records : 'NO GONE its ticket is too old\n';
  }
  // A ticket stands for the number that it was made for.
  return records.replace(/^(AT \d+) \d+/, `$1 ${reader}`);
};

interface ScriptRequest {
  url: string;
  parameters: Parameters;
  /** All records of the answer, each with its line end. */
  text(records: string): void;
  /** After the records; or without them, where there was no answer that ran. */
  over(whole: boolean): void;
}

/** Tells nothing before it has returned. @returns a way to give it up */
export const getByScript = ({ url, parameters, text, over }: ScriptRequest): (() => void) => {
  const { key } = parameters;
  const shown: Parameters = {};
  for (const name in parameters) shown[name] = name === 'key' ? undefined : parameters[name];
  if (key !== undefined) shown.ticket = tickets[key] || '';
  let isCalled = false;
  const { number, remove, silence } = addCall((records) => {
    isCalled = true;
    text(learn(records, parameters));
    over(true);
  });
  const element = document.createElement('script');
  const parent = document.documentElement as Element;
  let cancel = nothing;
  element.onload =
    element.onerror =
    element.onreadystatechange =
      () => {
        if (element.readyState && !/^(loaded|complete)$/.test(element.readyState)) return;
        cancel();
        cancel = later(() => over(false), LATE_MS);
      };
  element.src = `${url}?${formOf(shown, { as: 'script', callback: number })}`;
  parent.appendChild(element);
  return () => {
    // A script comes once, even if its element is gone.
    if (isCalled) remove();
    else silence();
    cancel();
    element.onload = element.onerror = element.onreadystatechange = nothing;
    // Not while it is being run.
    later(() => attempted(() => parent.removeChild(element)));
  };
};
