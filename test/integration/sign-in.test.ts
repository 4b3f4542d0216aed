/** The sign-in as users type it: two terminals, every format; through the packed CLI. */
import { cpSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type CliResult, makeHome, type RunningCli, runCli, runCliTty, startCli } from '../support/cli.ts';
import { type Document, failureOf, sameButForTime, valid } from './documents.ts';

const TABLE = `Robin Percy

Email Address     Nickname  ID
----------------  --------  ----------------------
robin@percy.test  robin     percy|59f2c1a7b0d34e6f
`;
// js-yaml 3 reads YAML 1.1.
const older = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };

describe('with padlock sandbox in another terminal, padlock', () => {
  let sandbox: RunningCli;
  let ended = false;
  const home = makeHome();
  const LINE = 'auth --flow password --email robin@percy.test --password pa55word'.split(' ');
  const profile = (): Record<string, string> =>
    (parse(readFileSync(join(home, '.config/padlock/config.yaml'), 'utf8')) as { profiles: { sandbox: Record<string, string> } }).profiles
      .sandbox;
  /** In the second terminal, with the client's secret looked for everywhere. */
  const padlock = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
    runCli(args, { home, env, secrets: [String(profile().client_secret)] });

  beforeAll(async () => {
    sandbox = startCli(['sandbox'], { home, deadline: 120_000 });
    await sandbox.until(/Ctrl-C ends it/);
  });
  afterAll(async () => {
    if (!ended) await sandbox.end();
  });

  test('auth prints the table, and nothing about a secret that is none', async () => {
    const { code, stdout, stderr } = await padlock(LINE);
    expect([code, stdout]).toEqual([0, TABLE]);
    expect(stderr).toMatch(/^Warning: The password flow [^\n]*\n$/);
  });

  test('auth prints one JSON document and one YAML document of the same content', async () => {
    const json = await padlock([...LINE, '-o', 'json']);
    const yaml = await padlock([...LINE, '-o', 'yaml']);
    expect([json.code, yaml.code, json.stderr, yaml.stderr]).toEqual([0, 0, '', '']);
    const document = valid<Document>('session', JSON.parse(json.stdout));
    expect(document).toMatchObject({
      flow: 'password',
      user: { name: 'Robin Percy' },
      tokens: { id: { verified: { by: 'shared-secret', alg: 'HS256' } } },
    });
    for (const read of [parse, (text: string) => parse(text, { version: '1.1' }), older.load]) {
      const again = valid<Document>('session', read(yaml.stdout));
      sameButForTime(again, document);
    }
  });

  test('auth ends with 4 and "Incorrect username or password" when the password is wrong', async () => {
    const { code, stdout, stderr } = await padlock([...LINE.slice(0, -1), 'wrong-pa55word']);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^Error: Incorrect username or password\. \[auth_invalid_grant\]$/m);
  });

  test('auth ends with 2 and the name of what is missing without a password', async () => {
    const { code, stdout, stderr } = await padlock(LINE.slice(0, -2));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Error: Insufficient arguments: --password is missing\. \[usage_missing_option\]\nHint: .*--password-stdin/m);
  });

  test('auth ends with 2 without a user name, and does not ask the provider', async () => {
    const where = ['--issuer', 'http://127.0.0.1:9', '--client-id', 'x'];
    const { code, stderr } = await runCli(['auth', '--flow', 'password', ...where, '--json'], { env: { PADLOCK_PASSWORD: 'pa55word' } });
    expect([code, failureOf(stderr)]).toMatchObject([2, { code: 'usage_missing_option', message: expect.stringContaining('--username') }]);
  });

  test('auth warns of a password on the command line where it is a real one', async () => {
    const { code, stderr } = await padlock([...LINE, '--issuer', 'http://127.0.0.1:9']);
    expect([code, stderr]).toEqual([6, expect.stringMatching(/^Warning: --password on the command line can be seen/)]);
  });

  test('auth can be shorter: the profile knows the rest', async () => {
    const named = await runCli(['auth', '-p', 'sandbox', '--password-stdin'], { home, input: 'pa55word\n' });
    expect([named.code, named.stdout]).toEqual([0, TABLE]);
    const typed = await padlock(['auth', '-p', 'sandbox', '--password', 'pa55word']);
    expect([typed.code, typed.stdout]).toEqual([0, TABLE]);
  });

  test('auth asks for the password on a terminal, without showing it', async () => {
    const type = [{ when: /Password/, send: 'pa55word\r', secret: true }];
    const { code, screen } = await runCliTty(['auth', '-p', 'sandbox'], { home, type });
    expect(code).toBe(0);
    expect(screen).toContain('Robin Percy');
  });

  test('token prints the token alone', async () => {
    const { code, stdout, stderr } = await padlock(['token', ...LINE.slice(1), '-q']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\w-]{20,}\n$/);
    const document = await padlock(['token', ...LINE.slice(1), '--json']);
    expect(valid('token', JSON.parse(document.stdout))).toMatchObject({ token_type: 'Bearer', verified: { by: null, reason: 'opaque' } });
  });

  test('token without a password needs a human: exit 4, or 2 when it may ask and nobody is there', async () => {
    // Somebody else's machine: nobody signed in there yet.
    const other = makeHome();
    cpSync(join(home, '.config'), join(other, '.config'), { recursive: true });
    const alone = await runCli(['token', '-p', 'sandbox', '--json'], { home: other });
    expect([alone.code, alone.stdout]).toEqual([4, '']);
    expect(failureOf(alone.stderr)).toMatchObject({
      code: 'auth_login_required',
      hint: expect.stringContaining('allow this command to ask'),
    });
    const asking = await runCli(['token', '-p', 'sandbox', '--login', '--json'], { home: other });
    expect([asking.code, asking.stdout]).toEqual([2, '']);
    expect(failureOf(asking.stderr)).toMatchObject({ code: 'usage_missing_option' });
    const type = [{ when: /Password/, send: 'pa55word\r', secret: true }];
    const asked = await runCliTty(['token', '-p', 'sandbox', '--login'], { home: other, type });
    expect(asked.code).toBe(0);
    expect(asked.screen).toMatch(/^[\w-]{20,}\r?$/m);
  });

  test('sandbox is the same one after a restart, and auth says so when it is gone', async () => {
    const before = profile();
    const { code } = await sandbox.end('SIGINT');
    expect(code).toBe(130);
    const gone = await padlock([...LINE, '--json']);
    expect(failureOf(gone.stderr)).toMatchObject({ code: 'net_connect', exit: 6 });
    sandbox = startCli(['sandbox'], {
      home,
      deadline: 120_000,
      secrets: [String(before.client_secret)],
      allow: { 'config.yaml': [String(before.client_secret)], 'sandbox.json': [String(before.client_secret)] },
    });
    await sandbox.until(/Ctrl-C ends it/);
    expect(profile()).toEqual(before);
    await expect(padlock(LINE)).resolves.toMatchObject({ code: 0, stdout: TABLE });
    ended = true;
    await sandbox.end('SIGTERM');
  });
});
