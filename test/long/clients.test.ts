/** Every client of the sandbox with every verifier it may have, and a service; through the packed CLI. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { ClientVariant } from '../../src/sandbox/index.ts';
import { type Document, failureOf, sameButForTime, valid } from '../integration/documents.ts';
import { type CliResult, makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const API = 'https://api.percy.test';

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
    expect([code, failureOf(stderr)]).toMatchObject([
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
    expect(failureOf((await again()).stderr)).toMatchObject({ code: 'token_alg_not_allowed' });
    idp().next('discovery', { response: { id_token_signing_alg_values_supported: ['HS256'] } });
    idp().next('token', { idToken: { header: { alg: 'HS256' } } });
    expect(failureOf((await again()).stderr)).toMatchObject({ code: 'token_alg_not_allowed' });
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
    expect([opaque.code, opaque.stdout, failureOf(opaque.stderr)]).toMatchObject([8, '', { code: 'token_malformed' }]);
    idp().next('token', { accessToken: { key: 'wrong' }, idToken: { claims: { at_hash: null } } });
    const foreign = await runCli(['token', '--json', '--require-verified', '--audience', API], { env });
    expect([foreign.code, foreign.stdout, failureOf(foreign.stderr)]).toMatchObject([8, '', { code: 'token_signature' }]);
    idp().next('token', { accessToken: { claims: { iss: 'https://other.test' } }, idToken: { claims: { at_hash: null } } });
    const other = await runCli(['token', '--json', '--require-verified', '--audience', API], { env });
    expect([other.code, other.stdout, failureOf(other.stderr)]).toMatchObject([8, '', { code: 'token_issuer' }]);
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
    sameButForTime(valid<Document>('session', parse(yaml.stdout)), document);
  });

  test('needs nobody: padlock token signs in by itself', async () => {
    const { code, stdout, stderr } = await run(['token', '--audience', API, '--require-verified']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(idp().requests.at('token')).toHaveLength(1);
  });
});
