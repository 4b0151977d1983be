/** Chapter 10: one answer that reads several sessions. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { echo, greeter, halfCloser } from '../support/targets.ts';

const suite = useBridge();

const greeted = async (text: string) => {
  const target = await suite.closing(greeter(text));
  const { key } = await suite.http.open(target.to);
  if (text !== '') await suite.http.read(key, { count: text.length });
  return { key, target };
};
const keysOf = (keys: readonly string[]) => keys.map((key) => ['key', key] as const);

describe('several sessions', () => {
  needs([], 'R-1001 up to 16 keys, none twice, with a from for each or for none', async () => {
    const target = await suite.closing(echo());
    const keys = await Promise.all(Array.from({ length: 17 }, async () => (await suite.http.open(target.to)).key));
    const ask = (parameters: (readonly [string, string | number])[], as = 'lines') =>
      suite.http.ask('/receive', [...parameters, ['mode', 'poll'], ['hold', 0], ['as', as]]);
    expect((await ask(keysOf(keys.slice(0, 16)))).text.match(/^SESSION \d+$/gm)).toHaveLength(16);
    expect(refusal(await ask(keysOf(keys)))).toBe('400 BAD_REQUEST');
    const [one = '', two = ''] = keys;
    expect(refusal(await ask(keysOf([one, two, one])))).toBe('400 BAD_REQUEST');
    expect(refusal(await ask([...keysOf([one, two]), ['from', 0]]))).toBe('400 BAD_REQUEST');
    expect(
      refusal(
        await ask([
          ['key', one],
          ['from', 0],
          ['from', 0],
        ]),
      ),
    ).toBe('400 BAD_REQUEST');
    expect(refusal(await suite.http.ask('/receive', keysOf([one, two])))).toBe('400 BAD_REQUEST');
    expect(refusal(await suite.http.ask('/receive', []))).toBe('400 BAD_REQUEST');
  });

  needs(
    [],
    'R-1002 each record belongs to the session named before it, and failures are records of their own',
    async () => {
      const [one, two, three] = await Promise.all([greeted('one'), greeted('two'), greeted('three')]);
      await suite.http.ask('/receive', { key: three.key, reader: 50, mode: 'poll' });
      const asked = [
        ...keysOf([one.key, 'none', two.key, three.key]),
        ...[1, 0, 9, 0].map((from) => ['from', from] as const),
      ];
      const { status, text } = await suite.http.ask('/receive', [...asked, ['mode', 'poll'], ['reader', 7]]);
      expect(status).toBe(200);
      expect(text.replace(/(NO [A-Z]+(?: down \d+ \d+)?) .*/g, '$1')).toBe(
        'SESSION 0\nAT 1 7\nSESSION 1\nNO GONE\nSESSION 2\nNO OFFSET down 0 3\nSESSION 3\nMOVED 50\n' +
          'SESSION 0\nDATA bmU=\nAGAIN\n',
      );
    },
  );

  needs(['stream'], 'R-1002 an end of one leaves the others flowing', async () => {
    const [one, two] = await Promise.all([greeted(''), greeted('')]);
    const held = await suite.http.hold('/receive', [...keysOf([one.key, two.key]), ['as', 'lines']]);
    const [first, second] = await Promise.all([one.target.peer(), two.target.peer()]);
    first.socket.end();
    await held.until('END');
    second.socket.write('still');
    await held.atLeast(5);
    first.socket.resetAndDestroy();
    second.socket.write('more');
    await held.atLeast(9);
    await suite.http.ask('/receive', { key: two.key, mode: 'poll', reader: 900 });
    expect((await held.until('MOVED')).text).toBe('MOVED 900');
    await suite.http.ask('/close', { key: one.key });
    await held.rest();
    expect(held.records.filter(({ word }) => word === 'SESSION').length).toBeGreaterThanOrEqual(4);
  });

  needs([], 'R-1003 AGAIN makes the answer complete, also when its last session has left it', async () => {
    const { text, status } = await suite.http.ask('/receive', [...keysOf(['none', 'nobody']), ['as', 'lines']]);
    expect(status).toBe(200);
    expect(text.replace(/GONE .*/g, 'GONE')).toBe('SESSION 0\nNO GONE\nSESSION 1\nNO GONE\nAGAIN\n');
    const ended = await suite.closing(halfCloser('x'));
    const [one, two] = await Promise.all([suite.http.open(ended.to), greeted('')]);
    const held = await suite.http.hold('/receive', [...keysOf([one.key, two.key]), ['as', 'frames']]);
    await held.until('END');
    await suite.http.ask('/close', { key: one.key });
    await suite.http.ask('/close', { key: two.key });
    expect(await held.rest()).toBe('whole');
    expect(held.words.filter((word) => word === 'ERR')).toHaveLength(2);
    expect(held.last?.word).toBe('AGAIN');
  });

  needs([], 'R-1004 the reader number applies to each of the sessions', async () => {
    const [one, two] = await Promise.all([greeted('a'), greeted('b')]);
    await suite.http.ask('/receive', [...keysOf([one.key, two.key]), ['reader', 12], ['mode', 'poll']]);
    for (const { key } of [one, two]) {
      expect((await suite.http.ask('/receive', { key, reader: 11, mode: 'poll' })).text).toBe('MOVED 12\n');
    }
  });

  needs(
    [],
    'R-410 a session that is only read along is asked for again in time',
    async () => {
      const [one, two] = await Promise.all([echo(), echo()].map((target) => suite.closing(target)));
      const [busy, quiet] = await Promise.all(
        [one, two].map((target) => suite.http.open(target?.to ?? '', { keep: 0 })),
      );
      if (!busy || !quiet) throw new Error('two sessions were opened');
      const held = await suite.http.hold('/receive', [...keysOf([busy.key, quiet.key]), ['as', 'lines']]);
      let over = false;
      const ended = held.rest().then(() => {
        over = true;
      });
      while (!over) await suite.http.send(busy.key, { ack: 0 });
      await ended;
      expect(held.last?.word).toBe('AGAIN');
      expect(held.words).not.toContain('ERR');
      expect((await suite.http.send(quiet.key, { at: 0 }, 'x')).upNext).toBe(1);
    },
    200_000,
  );
});
