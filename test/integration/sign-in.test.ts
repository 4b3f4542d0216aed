/** The sign-in as users type it: two terminals, every client of the sandbox, every format; through the packed CLI. */
import { cpSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { ClientVariant } from '../../src/sandbox/index.ts';
import { type CliResult, makeHome, type RunningCli, runCli, runCliTty, startCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';
import { type Document, sameButForTime, valid } from './documents.ts';

const API = 'https://api.percy.test';
const TABLE = `Robin Percy

Email Address     Nickname  ID
----------------  --------  ----------------------
robin@percy.test  robin     percy|59f2c1a7b0d34e6f
`;
// js-yaml 3 reads YAML 1.1.
const older = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };
const failure = (stderr: string): unknown => valid<{ readonly error: unknown }>('error', JSON.parse(stderr)).error;

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
    expect([code, failure(stderr)]).toMatchObject([2, { code: 'usage_missing_option', message: expect.stringContaining('--username') }]);
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
    expect(failure(alone.stderr)).toMatchObject({
      code: 'auth_login_required',
      hint: expect.stringContaining('allow this command to ask'),
    });
    const asking = await runCli(['token', '-p', 'sandbox', '--login', '--json'], { home: other });
    expect([asking.code, asking.stdout]).toEqual([2, '']);
    expect(failure(asking.stderr)).toMatchObject({ code: 'usage_missing_option' });
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
    expect(failure(gone.stderr)).toMatchObject({ code: 'net_connect', exit: 6 });
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

describe('a client of the sandbox', () => {
  const idp = sharedSandbox();
  const user = { PADLOCK_USERNAME: 'robin@percy.test', PADLOCK_PASSWORD: 'pa55word' };
  const auth = async (variant: ClientVariant, args: readonly string[] = []): Promise<Document> => {
    const { code, stdout, stderr } = await runCli(['auth', '--json', ...args], {
      env: { ...envOf(idp().client('password', variant)), ...user },
    });
    expect([code, stderr]).toEqual([0, '']);
    return valid<Document>('session', JSON.parse(stdout));
  };
  const credentials = (): readonly unknown[] => {
    const [request] = idp().requests.at('token');
    return [request?.form.client_id, typeof request?.form.client_secret, request?.headers.authorization?.split(' ')[0]];
  };
  const VARIANTS: readonly (readonly [ClientVariant, string, readonly unknown[]])[] = [
    ['rs256', 'RS256', ['padlock-rs256', 'string', undefined]],
    ['ps256', 'PS256', ['padlock-ps256', 'string', undefined]],
    ['es256', 'ES256', ['padlock-es256', 'string', undefined]],
    ['eddsa', 'EdDSA', ['padlock-eddsa', 'string', undefined]],
    ['basic', 'RS256', [undefined, 'undefined', 'Basic']],
    ['public', 'RS256', ['padlock-public', 'undefined', undefined]],
  ];

  test.each(VARIANTS)('%s signs in with the verifier jwks, and by its own authentication', async (variant, alg, sent) => {
    const { tokens } = await auth(variant);
    expect(tokens.id?.verified).toEqual({ by: 'jwks', alg, kid: expect.any(String) });
    expect(credentials()).toEqual(sent);
  });

  test.each(VARIANTS)('%s signs in as discovery allows', async (variant, alg) => {
    const { tokens } = await auth(variant, ['--verifier', 'auto']);
    expect(tokens.id?.verified).toMatchObject({ by: 'jwks', alg });
  });

  test('with HS256 signs in by name, or by its algorithm, and no key is fetched', async () => {
    const verified = { by: 'shared-secret', alg: 'HS256', kid: null };
    expect((await auth('hs256')).tokens.id?.verified).toEqual(verified);
    expect((await auth('hs256', ['--verifier', 'auto', '--id-token-signed-response-alg', 'HS256'])).tokens.id?.verified).toEqual(verified);
    expect(idp().requests.at('jwks')).toEqual([]);
  });

  test('with HS256 is told what to say where discovery lists public keys', async () => {
    const { code, stderr } = await runCli(['auth', '--json', '--verifier', 'auto'], {
      env: { ...envOf(idp().client('password')), ...user },
    });
    expect([code, failure(stderr)]).toMatchObject([
      8,
      { code: 'token_alg_not_allowed', hint: expect.stringMatching(/--id-token-signed-response-alg or --verifier/) },
    ]);
  });

  test('with HS256 signs in by auto where the provider lists nothing else', async () => {
    idp().next('discovery', { response: { id_token_signing_alg_values_supported: ['HS256'] } });
    expect((await auth('hs256', ['--verifier', 'auto'])).tokens.id?.verified).toMatchObject({ by: 'shared-secret', alg: 'HS256' });
  });

  test('keeps the algorithm that its first sign-in had', async () => {
    const home = makeHome();
    const env = { ...envOf({ ...idp().client('password', 'rs256'), verifier: 'auto' }), ...user };
    const again = (): Promise<CliResult> => runCli(['auth', '--json', '--no-cache'], { home, env });
    await expect(again()).resolves.toMatchObject({ code: 0 });
    idp().next('token', { idToken: { header: { alg: 'PS256' } } });
    expect(failure((await again()).stderr)).toMatchObject({ code: 'token_alg_not_allowed' });
    idp().next('discovery', { response: { id_token_signing_alg_values_supported: ['HS256'] } });
    idp().next('token', { idToken: { header: { alg: 'HS256' } } });
    expect(failure((await again()).stderr)).toMatchObject({ code: 'token_alg_not_allowed' });
    await expect(again()).resolves.toMatchObject({ code: 0 });
  });

  test('has its access token verified where that is a JWT for an API', async () => {
    const { audience, tokens } = await auth('rs256', ['--audience', API]);
    expect([audience, tokens.access.verified]).toEqual([API, { by: 'jwks', alg: 'RS256', kid: expect.any(String) }]);
    expect((await auth('rs256', ['--audience', API, '--require-verified'])).tokens.access.verified).toMatchObject({ by: 'jwks' });
  });

  test('has no unverified access token where verified ones are required', async () => {
    const env = { ...envOf(idp().client('password', 'rs256')), ...user };
    const opaque = await runCli(['token', '--json', '--require-verified'], { env });
    expect([opaque.code, opaque.stdout, failure(opaque.stderr)]).toMatchObject([8, '', { code: 'token_malformed' }]);
    idp().next('token', { accessToken: { key: 'wrong' }, idToken: { claims: { at_hash: null } } });
    const foreign = await runCli(['token', '--json', '--require-verified', '--audience', API], { env });
    expect([foreign.code, foreign.stdout, failure(foreign.stderr)]).toMatchObject([8, '', { code: 'token_signature' }]);
    idp().next('token', { accessToken: { claims: { iss: 'https://other.test' } }, idToken: { claims: { at_hash: null } } });
    const other = await runCli(['token', '--json', '--require-verified', '--audience', API], { env });
    expect([other.code, other.stdout, failure(other.stderr)]).toMatchObject([8, '', { code: 'token_issuer' }]);
  });

  test('gets the very token that was issued, and no byte more', async () => {
    idp().next('token', { response: { access_token: 'the-very-token-7Rw2pVx9Qe' }, idToken: { claims: { at_hash: null } } });
    const { stdout, stderr } = await runCli(['token', '-q'], { env: { ...envOf(idp().client('password')), ...user } });
    expect([stdout, stderr]).toEqual(['the-very-token-7Rw2pVx9Qe\n', '']);
  });

  test('shows tokens only when they are asked for', async () => {
    const tokens = async (...args: string[]): Promise<readonly unknown[]> => {
      const { access, id, refresh } = (await auth('hs256', args)).tokens;
      return [access, id, refresh].map((token) => typeof token?.value);
    };
    expect(await tokens('--scope', 'openid offline_access')).toEqual(['undefined', 'undefined', 'undefined']);
    expect(await tokens('--scope', 'openid offline_access', '--show-tokens')).toEqual(['string', 'string', 'undefined']);
    expect(await tokens('--scope', 'openid offline_access', '--show-tokens=all')).toEqual(['string', 'string', 'string']);
  });
});

describe('a service', () => {
  const idp = sharedSandbox();
  const run = (args: readonly string[]): Promise<CliResult> => runCli(args, { env: envOf(idp().client('client-credentials')) });

  test('signs in without a user: a table of the client', async () => {
    const { code, stdout, stderr } = await run(['auth', '--audience', API]);
    expect([code, stderr]).toEqual([0, '']);
    expect(
      stdout.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, '2026-11-23T12:00:00Z'),
    ).toBe(`Client ID        Audience                Scope         Expires
---------------  ----------------------  ------------  --------------------
padlock-service  https://api.percy.test  read:reports  2026-11-23T12:00:00Z
`);
  });

  test('gets documents without claims, and a verified token for its API', async () => {
    const json = await run(['auth', '--audience', API, '-o', 'json']);
    const yaml = await run(['auth', '--audience', API, '-o', 'yaml']);
    const document = valid<Document>('session', JSON.parse(json.stdout));
    expect(document).toMatchObject({
      flow: 'client-credentials',
      audience: API,
      user: null,
      claims: null,
      claims_absent: 'client',
      warnings: [],
    });
    expect(document.tokens).toMatchObject({
      access: { scope: ['read:reports'], verified: { by: 'jwks', alg: 'RS256' } },
      refresh: { present: false },
    });
    expect(document.tokens.id).toBeUndefined();
    sameButForTime(valid<Document>('session', older.load(yaml.stdout)), document);
  });

  test('needs nobody: padlock token signs in by itself', async () => {
    const { code, stdout, stderr } = await run(['token', '--audience', API, '--require-verified']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(idp().requests.at('token')).toHaveLength(1);
  });
});
