/** Hostile and mistyped command lines: hardening.md A1–A14, conventions.md C27, C29–C31. */
import { describe, expect, test } from '@jest/globals';
import { refused } from '../cli/support.ts';
import { runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const SECRET = 'hunter2SECRET';

describe('what nobody knows is refused and not repeated', () => {
  test.each<[string, readonly string[], string]>([
    ['A2: an option', ['auth', '--nosuch'], 'usage_unknown_option'],
    ['A2: an option with a value', ['auth', `--nosuch=${SECRET}`], 'usage_unknown_option'],
    ['a letter', ['auth', '-z'], 'usage_unknown_option'],
    ['an option of another command', ['auth', '--port', '3'], 'usage_unknown_option'],
    ['a command', [SECRET], 'usage_unknown_command'],
    ['A3: a positional', ['auth', SECRET], 'usage_unexpected_argument'],
    ['A3: a positional behind an option', ['auth', '--sandbox', SECRET], 'usage_unexpected_argument'],
    ['an action of config', ['config', SECRET], 'usage_unknown_command'],
    ['a second operand of config', ['config', 'list', SECRET], 'usage_unexpected_argument'],
    ['an action of plugin', ['plugin', SECRET], 'usage_unknown_command'],
    ['a topic of help', ['help', SECRET], 'usage_unknown_command'],
    ['a kind of strategies', ['strategies', SECRET], 'usage_bad_value'],
    ['A8: an option with a dot', ['auth', '--flow.x', '1'], 'usage_unknown_option'],
    ['A9: --__proto__.x', ['auth', '--__proto__.x', '1'], 'usage_unknown_option'],
    ['A9: --constructor.prototype.y', ['auth', '--constructor.prototype.y', '1'], 'usage_unknown_option'],
    ['A9: --__proto__', ['auth', '--__proto__', '1'], 'usage_unknown_option'],
    ['A10: --no-password', ['auth', '--no-password'], 'usage_unknown_option'],
    ['the start of an option', ['auth', '--pass', SECRET], 'usage_unknown_option'],
    ['C31: the start of a command', ['au'], 'usage_unknown_command'],
    ['C31: a command in capitals', ['AUTH'], 'usage_unknown_command'],
  ])('%s', async (_, args, code) => {
    await refused(args, code, { secrets: [SECRET] });
  });
});

describe('a value that cannot be', () => {
  test.each<[string, readonly string[], string]>([
    ['A4: --flow without one', ['auth', '--flow'], 'usage_bad_value'],
    ['A4: an empty --flow', ['auth', '--flow='], 'usage_bad_value'],
    ['A4: --flow followed by an option', ['auth', '--flow', '--no-input'], 'usage_bad_value'],
    ['A5: an unknown flow', ['auth', '--flow', 'nosuch-at-all'], 'usage_unknown_flow'],
    ['A6: an unknown verifier', ['auth', '--sandbox', '--verifier', 'nosuch-at-all'], 'usage_unknown_strategy'],
    ['A7: --flow twice', ['auth', '--flow', 'password', '--flow', 'password'], 'usage_conflict'],
    ['A7: a secret twice', ['auth', '--password-file', 'a', '--password-file', 'b'], 'usage_conflict'],
    ['a switch with a value', ['auth', '--require-verified=yes'], 'usage_bad_value'],
    ['a secret where none is taken', ['auth', `--password-stdin=${SECRET}`], 'usage_bad_value'],
    ['a number that is none', ['auth', '--timeout', 'soon'], 'usage_bad_value'],
    ['a number out of bounds', ['auth', '--clock-skew', '301'], 'usage_bad_value'],
    ['a parameter without =', ['auth', '--param', 'x'], 'usage_bad_value'],
    ['a port out of bounds', ['sandbox', '--port', '65536'], 'usage_bad_value'],
    ['--show-tokens=most', ['auth', '--sandbox', '--show-tokens=most'], 'usage_bad_value'],
  ])('%s', async (_, args, code) => {
    await refused(args, code, { secrets: [SECRET] });
  });

  test('A6: an unknown format is refused, before anybody is asked, with those there are', async () => {
    const { code, stderr, stdout } = await runCli(['auth', '--sandbox', '--format', 'xml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: There is no format "xml"\. \[usage_unknown_format\]\nHint: Known: table, json, yaml, raw[^\n]*\.\n$/);
  });

  test('--json beside another format is a conflict', async () => {
    await refused(['auth', '--format', 'yaml'], 'usage_conflict');
  });

  test('A13: an argument of 100 kB is handled', async () => {
    await refused(['auth', '--flow', 'x'.repeat(100_000)], 'usage_unknown_flow');
  });

  test('no flow: the error has the list, best first, and a line that can be completed', async () => {
    const { error } = await refused(['auth', '--issuer', 'https://id.example'], 'usage_missing_flow');
    expect(error.hint).toMatch(/authorization-code .*password .*For example: padlock auth --client-id ID --flow authorization-code\./);
  });

  test('an option of one flow is not for another', async () => {
    const { error } = await refused(
      ['auth', '--sandbox', '--flow', 'client-credentials', '--username', 'robin'],
      'usage_option_not_for_flow',
    );
    expect(error).toMatchObject({
      message: '--username is not for the client-credentials flow.',
      hint: 'It is for password, password-realm.',
    });
  });
});

describe('C30: a near miss is named and not done', () => {
  test.each<[string, readonly string[], string]>([
    ['an option', ['auth', '--isuer', 'x'], 'Did you mean --issuer?'],
    ['an option of the command itself', ['auth', '--sav', 'x'], 'Did you mean --save?'],
    ['a secret option', ['auth', '--pasword-stdin'], 'Did you mean --password-stdin?'],
    ['a command', ['atuh'], 'Did you mean padlock auth?'],
    ['an alias', ['logn'], 'Did you mean padlock login?'],
    ['a flow', ['auth', '--flow', 'pasword'], 'Did you mean password?'],
    ['a format', ['auth', '-o', 'jsno'], 'Did you mean json?'],
    ['a verifier', ['auth', '--sandbox', '--verifier', 'jkws'], 'Did you mean jwks?'],
    ['client authentication', ['auth', '--sandbox', '--client-auth', 'client-secret-bsic'], 'Did you mean client-secret-basic?'],
    ['an action of config', ['config', 'lsit'], 'Did you mean list?'],
    ['an action of plugin', ['plugin', 'chekc', 'x'], 'Did you mean check?'],
    ['a topic of help', ['help', 'exit-code'], 'Did you mean exit-codes?'],
    ['a kind of strategy', ['strategies', 'grnt'], 'Did you mean grant?'],
  ])('%s', async (_, args, hint) => {
    const { code, stderr, stdout } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`Hint: ${hint}\n`);
  });
});

describe('C27: help is there however it is asked for', () => {
  test.each([
    [['-h'], 'padlock: '],
    [['--help'], 'padlock: '],
    [['help'], 'padlock: '],
    [['nosuch', '-h'], 'padlock: '],
    [['auth', '-h'], 'padlock auth: '],
    [['-h', 'auth'], 'padlock auth: '],
    [['help', 'auth'], 'padlock auth: '],
    [['login', '--help'], 'padlock auth: '],
    [['help', 'login'], 'padlock auth: '],
    [['auth', '--nosuch', '-h'], 'padlock auth: '],
    [['auth', SECRET, '-h'], 'padlock auth: '],
    [['auth', '--format', 'xml', '-h'], 'padlock auth: '],
    [['auth', '--json', '--format', 'yaml', '-h'], 'padlock auth: '],
    [['auth', '-qh'], 'padlock auth: '],
    [['config', 'use', 'x', '-h'], 'padlock config: '],
  ])('padlock %j', async (args, start) => {
    const { code, stderr, stdout } = await runCli(args, { secrets: [SECRET] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.startsWith(start)).toBe(true);
  });

  test.each([[['--version']], [['-V']], [['version']], [['--version', '--json']]])('the version: padlock %j', async (args) => {
    await expect(runCli(args)).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });
});

describe('A14: texts arrive as they were typed', () => {
  const idp = sharedSandbox();

  test.each(['007', '1e3', '0x10', 'true', 'null', '-1', '--x', ' robin ', 'a=b', '山田', '{}', '[a]'])('%s', async (username) => {
    const { username: _, ...client } = { username: '', ...idp().client('password') };
    const { code } = await runCli(['auth', '--flow', 'password', `--username=${username}`], {
      env: { ...envOf(client), PADLOCK_PASSWORD: 'wrong-pa55word' },
    });
    expect(code).toBe(4);
    expect(idp().requests.at('token')[0]?.form.username).toBe(username);
  });
});
