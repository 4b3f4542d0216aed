/** Lines that cannot be: each kind of them, through the packed CLI. All of them, hardening.md A1–A14: test/long/argv.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { refused } from './support.ts';

const SECRET = 'hunter2SECRET';

describe('a line without a command', () => {
  test('A1, C28: says on stderr what the program does, and that a command is missing', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^padlock: sign in/);
    expect(stderr).toContain('padlock auth --sandbox');
    expect(stderr).toMatch(/\nError: No command was given\. \[usage_missing_command\]\nHint: See padlock --help\.\n$/);
  });

  test('is one error object for a program', async () => {
    await refused([], 'usage_missing_command');
  });
});

test('C29: an error is what, why and what to do, and no help', async () => {
  const { stderr } = await runCli(['auth', '--nosuch']);
  expect(stderr).toBe('Error: There is no option "--nosuch". [usage_unknown_option]\nHint: See --help.\n');
});

test.each<[string, readonly string[], string]>([
  ['A2: an option', ['auth', `--nosuch=${SECRET}`], 'usage_unknown_option'],
  ['a command', [SECRET], 'usage_unknown_command'],
  ['A3: a positional', ['auth', SECRET], 'usage_unexpected_argument'],
  ['A4: --flow without a value', ['auth', '--flow'], 'usage_bad_value'],
  ['A5: a flow', ['auth', '--flow', 'nosuch-at-all'], 'usage_unknown_flow'],
])('%s that nobody knows is refused and not repeated', async (_, args, code) => {
  await refused(args, code, { secrets: [SECRET] });
});

test('C30: a near miss is named and not done', async () => {
  const { code, stderr } = await runCli(['atuh']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('Hint: Did you mean padlock auth?\n')]);
});

test('C27: help is there however wrong the line is', async () => {
  const { code, stdout } = await runCli(['auth', '--nosuch', SECRET, '-h'], { secrets: [SECRET] });
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^padlock auth: /)]);
});
