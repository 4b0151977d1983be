/** Tests of the help texts and the README's table. */
import { expect, test } from 'vitest';
import { commands } from '../../../server/config/command.ts';
import { helpText, readmeTable } from '../../../server/config/help.ts';

const topics = ['', ...Object.keys(commands)];

test.each(topics)('the help about %j fits on a terminal', (topic) => {
  for (const line of helpText(topic).split('\n')) {
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toBe(line.trimEnd());
    expect(line).toMatch(/^[ -~]*$/);
  }
});

test('the whole help names every command, how it is used, and how sources relate', () => {
  for (const [name, { usage }] of Object.entries(commands)) {
    expect(helpText()).toContain(`\n  ${`netwine ${name} ${usage}`.trimEnd()}\n`);
  }
  expect(helpText()).toContain('A flag is stronger than an environment variable');
  expect(helpText('no such command')).toBe(helpText());
});

test('the help of a command has the settings that it takes', () => {
  expect(helpText('serve')).toContain('--listen HOST:PORT\n');
  expect(helpText('serve')).not.toContain('--chat');
  expect(helpText('demo')).toContain('--chat HOST:PORT\n');
  expect(helpText('check-hosts')).not.toContain('Settings:');
});

test('a row of the help tells meaning, range and default', () => {
  expect(helpText()).toContain(
    '  --ping SECONDS\n      A silent stream says PING after this time. Seconds from 0.05 to 600.\n      Default: 20.\n',
  );
});

test('the README table is Markdown with five cells in every line', () => {
  const lines = readmeTable().split('\n');
  for (const line of lines) expect(line.split('|')).toHaveLength(7);
  expect(lines[1]).toBe('| --- | --- | --- | --- | --- |');
  expect(lines).toContain(
    '| `--up-window BYTES` | `NETWINE_UP_WINDOW` | `up-window` | `65536` | What a session keeps of a client until the target takes it. Bytes from 4k to 64m. |',
  );
});
