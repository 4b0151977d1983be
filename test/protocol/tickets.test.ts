/** Chapter 11: tickets, which stand in URLs where keys must not. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { greeter } from '../support/targets.ts';

const suite = useBridge();

const open = async () => {
  const target = await suite.closing(greeter('hello'));
  const { key } = await suite.http.open(target.to);
  await suite.http.read(key, { count: 5 });
  const issue = (more: Record<string, number> = {}) => suite.http.ask('/ticket', { key, ...more });
  const redeem = (ticket: string, more: Record<string, string | number> = {}) =>
    suite.http.ask('/receive', { ticket, mode: 'poll', hold: 0, ...more }, { method: 'GET' });
  const ticket = async (more?: Record<string, number>) => (await issue(more)).text.slice(3).trim();
  return { key, issue, redeem, ticket };
};

describe('tickets', () => {
  needs([], 'R-1101 a ticket is issued for a reader number, and is not the key', async () => {
    const { issue, key, ticket, redeem } = await open();
    await suite.http.ask('/receive', { key, reader: 5, mode: 'poll', hold: 0 });
    const { status, text } = await issue({ reader: 8 });
    expect([status, text]).toEqual([200, expect.stringMatching(/^OK [A-Za-z0-9_.-]{22,}\n$/)]);
    expect(text).not.toContain(key);
    expect(await issue({ reader: 4 })).toMatchObject({ status: 409, text: 'MOVED 5\n' });
    expect((await redeem(await ticket())).text).toMatch(/^AT 0 6\n/);
    expect(refusal(await suite.http.ask('/ticket', { key: 'none' }))).toBe('410 GONE');
  });

  needs([], 'R-1102 its GET attaches as that reader, again and again, until a newer one has come', async () => {
    const { key, ticket, redeem } = await open();
    const one = await ticket({ reader: 3 });
    for (const from of [0, 2, 2]) {
      expect((await redeem(one, { from })).text).toMatch(new RegExp(`^AT ${from} 3\nDATA \\S+\nAGAIN\n$`));
    }
    expect(refusal(await redeem(one, { from: 1 }))).toBe('409 OFFSET');
    await suite.http.ask('/receive', { key, reader: 4, mode: 'poll' });
    expect((await redeem(one)).text).toBe('MOVED 4\n');
  });

  needs(
    [],
    'R-1103 out of its time and unknown it is AGAIN, and GONE when its session was closed',
    async () => {
      const { key, ticket, redeem } = await open();
      expect(await redeem('unknown')).toMatchObject({ status: 200, text: 'AGAIN\n' });
      const one = await ticket({ reader: 9 });
      while ((await redeem(one)).text !== 'AGAIN\n');
      const two = await ticket();
      await suite.http.ask('/close', { key });
      expect(refusal(await redeem(two))).toBe('410 GONE');
    },
    120_000,
  );

  needs(
    [],
    'R-1104 a fifth live ticket is refused, and the four stay good',
    async () => {
      const { issue, redeem } = await open();
      const four = [];
      for (let number = 0; number < 4; number += 1) four.push((await issue({ reader: 7 })).text.slice(3).trim());
      expect(refusal(await issue({ reader: 7 }))).toBe('429 LIMIT');
      for (const one of four) expect((await redeem(one)).text).toMatch(/^AT 0 7\n/);
      let answer = await issue({ reader: 7 });
      while (answer.status === 429) answer = await issue({ reader: 7 });
      expect(answer.text).toMatch(/^OK /);
    },
    120_000,
  );
});
