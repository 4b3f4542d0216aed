/** The one rule for secrets: every way to give one delivers it byte for byte (hardening.md I1–I6, I16, A11; conventions.md C17–C21). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { robinAt } from '../cli/secret-ways.ts';
import { refused } from '../cli/support.ts';
import { makeHome, runCli, runCliTty } from '../support/cli.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

/** Robin at the HS256 client, without a password. */
const robin = (): Readonly<Record<string, string>> => robinAt(idp());

describe('at a prompt', () => {
  test.each(['pa55word', ' padded ', '"\'`$(id)\\', '山田太郎', 'Zoe\u0308 n\u0303', '--flag'])('%s arrives', async (secret) => {
    const { code } = await runCliTty(['auth'], { env: robin(), type: [{ when: /Password/, send: `${secret}\r`, secret: true }] });
    expect([0, 4]).toContain(code);
    expect(idp().requests.at('token')[0]?.form.password).toBe(secret);
  });
});

test('a client secret comes by the same rule, to both of its users', async () => {
  const { PADLOCK_CLIENT_SECRET = '', ...rest } = robin();
  const run = await runCli(['auth', '--client-secret-stdin'], {
    env: { ...rest, PADLOCK_PASSWORD: 'pa55word' },
    input: `${PADLOCK_CLIENT_SECRET}\n`,
  });
  expect(run.code).toBe(0);
  expect(idp().requests.at('token')[0]?.form.client_secret).toBe(PADLOCK_CLIENT_SECRET);
});

describe('what cannot be a secret', () => {
  test.each<[string, string, string]>([
    ['I2: nothing', '', '--password-stdin holds no secret: it is empty.'],
    ['I2: a line end', '\n', '--password-stdin holds no secret: it is empty.'],
    ['A12: a NUL', 'ab\0cdefgh', 'must be well-formed text without NUL.'],
  ])('%s', async (_, input, message) => {
    const { error } = await refused(['auth', '--password-stdin'], 'usage_bad_value', { env: robin(), input, secrets: [] });
    expect(error.message).toContain(message);
    expect(idp().requests.at('token')).toEqual([]);
  });

  test('I4: 10 MB, of which 64 kB are read', async () => {
    const input = 'x'.repeat(10_000_000);
    const { error } = await refused(['auth', '--password-file', '-'], 'usage_bad_value', { env: robin(), input });
    expect(error.message).toBe('--password-file holds more than 64 kB.');
  });

  test('I6: bytes that are no UTF-8', async () => {
    const home = makeHome();
    writeFileSync(join(home, 'secret'), Buffer.from([0x70, 0xff, 0xfe]));
    const { error } = await refused(['auth', '--password-file', join(home, 'secret')], 'usage_bad_value', { home, env: robin() });
    expect(error.message).toBe('--password-file does not hold UTF-8 text.');
  });

  test.each([
    ['a file that is not there', 'nosuch', 'does not exist'],
    ['a folder', '.', 'regular file'],
  ])('%s', async (_, path, message) => {
    const { error } = await refused(['auth', '--password-file', path], 'usage_bad_value', { env: robin() });
    expect(error.message).toContain(message);
  });
});

describe('one secret, one way', () => {
  test.each<[string, readonly string[]]>([
    ['C21: two options that read standard input', ['--password-stdin', '--client-secret-stdin']],
    ['C21: two options that read standard input, one of them by -', ['--password-file', '-', '--client-secret-stdin']],
    ['two ways to give one secret', ['--password-stdin', '--password-file', 'x']],
  ])('%s', async (_, args) => {
    await refused(['auth', ...args], 'usage_conflict', { env: robin(), input: 'correct-horse\n' });
  });

  test('PADLOCK_PASSWORD beside PADLOCK_PASSWORD_FILE', async () => {
    await refused(['auth'], 'usage_conflict', { env: { ...robin(), PADLOCK_PASSWORD: 'correct-horse', PADLOCK_PASSWORD_FILE: 'x' } });
  });

  test('an option beats the variable', async () => {
    await runCli(['auth', '--password-stdin'], { env: { ...robin(), PADLOCK_PASSWORD: 'wrong-pa55word' }, input: 'pa55word' });
    expect(idp().requests.at('token')[0]?.form.password).toBe('pa55word');
  });
});

describe('C17, A11: a bare secret on the command line', () => {
  test('warns inside the document of a program', async () => {
    const { stderr, stdout } = await runCli(['auth', '--json', '--accept-deprecated', '--password', 'pa55word'], { env: robin() });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).warnings.map(({ code }: { code: string }) => code)).toEqual(['usage_secret_in_argv']);
  });

  test('is not remarked on with --quiet, nor at the sandbox', async () => {
    const quiet = await runCli(['auth', '-q', '--password', 'pa55word'], { env: robin() });
    const sandbox = await runCli(['auth', '--sandbox', '--password', 'pa55word']);
    expect([quiet.stderr, sandbox.stderr]).toEqual(['', '']);
  });
});

describe('nobody to ask', () => {
  test.each<[string, readonly string[], Record<string, string>]>([
    ['I1: no terminal', [], {}],
    ['C19: --no-input', ['--no-input'], {}],
    ['C19: PADLOCK_NO_INPUT', [], { PADLOCK_NO_INPUT: '1' }],
  ])('%s: says at once what is missing and how to give it', async (_, args, env) => {
    const { error, run } = await refused(['auth', ...args], 'usage_missing_option', { env: { ...robin(), ...env } });
    expect(error.message).toBe('Insufficient arguments: --password is missing.');
    expect(error.hint).toBe('For the password flow, give --password-stdin, --password-file FILE or PADLOCK_PASSWORD.');
    expect(run.ms).toBeLessThan(12_000);
    expect(idp().requests.all).toEqual([]);
  });

  test('C19: --no-input holds on a terminal', async () => {
    const { code, screen } = await runCliTty(['auth', '--no-input'], { env: robin() });
    expect(code).toBe(2);
    expect(screen).toContain('--password is missing');
  });
});
