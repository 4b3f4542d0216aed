/** The flows that begin with a code, a phone or a token, at the sandbox: in this process, and through the packed CLI. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createPadlock, type PadlockOptions, type Session } from '../../src/index.ts';
import { failureOf, valid } from '../integration/documents.ts';
import { makeHome, runCli, startCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const ROBIN = { name: 'Robin Percy', id: 'percy|59f2c1a7b0d34e6f' };
const API = 'https://api.percy.test';
const idp = sharedSandbox();
/** The sandbox says nothing about how often to ask, and nobody wants to wait five seconds here. */
const quick = (): void => {
  for (const endpoint of ['device_authorization', 'backchannel_authentication'] as const)
    idp().next(endpoint, { response: { interval: 1 } });
};
const padlock = (flow: string, values: PadlockOptions['values'] = {}, more: Partial<PadlockOptions> = {}) =>
  createPadlock({ ...idp().client(flow), values: values ?? {}, ports: idp().human(), ...more });
const signedIn = (): Promise<Session> => padlock('password').authenticate();

describe('the device-code flow', () => {
  test('ends with the user who approved it, and a session that is refreshed', async () => {
    quick();
    const signing = padlock('device-code');
    const { identity, user } = await signing.authenticate();
    expect([user, identity.verified]).toEqual([expect.objectContaining(ROBIN), true]);
    const before = await signing.token();
    expect((await signing.token({ refresh: true })).value).not.toBe(before.value);
  });

  test('is approved with the code alone', async () => {
    idp().next('device_authorization', { response: { interval: 1, verification_uri_complete: null } });
    await expect(padlock('device-code').authenticate()).resolves.toMatchObject({ user: ROBIN });
    expect(
      idp()
        .requests.at('device')
        .some(({ method, form }) => method === 'POST' && form.user_code !== undefined),
    ).toBe(true);
  });

  test('ends when it is refused', async () => {
    quick();
    const ports = idp().human('robin@percy.test', 'wrong');
    await expect(padlock('device-code', {}, { ports }).authenticate()).rejects.toMatchObject({ code: 'auth_access_denied', exit: 4 });
  });

  test('gets a token for the API that was asked for', async () => {
    quick();
    const signing = padlock('device-code', {}, idp().client('device-code', 'rs256'));
    const { access } = await signing.authenticate({ audience: API, scope: ['openid', 'read:reports'] });
    expect(access).toMatchObject({ scope: ['openid', 'read:reports'], verified: { by: 'jwks', alg: 'RS256' } });
  });

  test('through the CLI: one line for programs, then the document', async () => {
    quick();
    const run = startCli(['auth', '--json'], { env: envOf(idp().client('device-code', 'rs256')) });
    const [, line = ''] = /^(\{"event".*\})$/m.exec(await run.until(/\{"event".*\}\n/)) ?? [];
    const event = JSON.parse(line) as Record<string, string>;
    expect(event).toEqual({
      event: 'action_required',
      action: 'device_code',
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: `${idp().issuer}/device`,
      verification_uri_complete: `${idp().issuer}/device?user_code=${event.user_code}`,
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    await idp().human().browser.open(String(event.verification_uri_complete));
    const { code, stdout, stderr } = await run.ended();
    expect([code, stderr.trim()]).toEqual([0, line]);
    expect(valid('session', JSON.parse(stdout))).toMatchObject({ flow: 'device-code', user: ROBIN });
  });

  test('through the CLI: what a human reads, and Ctrl-C', async () => {
    const run = startCli(['auth'], { env: envOf(idp().client('device-code', 'rs256')) });
    const said = await run.until(/within 10 minutes\./);
    expect(said).toMatch(
      /^To sign in, open http:\/\/127\.0\.0\.1:\d+\/device\nand enter the code [A-Z]{4}-[A-Z]{4}\nor compare it at http/m,
    );
    const { code, stdout } = await run.end('SIGINT');
    expect([code, stdout]).toEqual([130, '']);
    expect(idp().requests.at('token')).toEqual([]);
  });
});

describe('the ciba flow', () => {
  const values = { loginHint: 'robin@percy.test', bindingMessage: 'W4SCT' };

  test('ends with the user who confirmed it', async () => {
    quick();
    await expect(padlock('ciba', values).authenticate()).resolves.toMatchObject({ user: ROBIN, identity: { verified: true } });
    expect(idp().requests.at('backchannel_authentication')[0]?.form).toMatchObject({
      login_hint: values.loginHint,
      binding_message: 'W4SCT',
    });
  });

  test('ends when the user says no', async () => {
    quick();
    const ports = idp().human('robin@percy.test', 'wrong');
    await expect(padlock('ciba', values, { ports }).authenticate()).rejects.toMatchObject({ code: 'auth_access_denied' });
  });

  test('ends at once for somebody whom the provider does not know, in its words', async () => {
    const nobody = padlock('ciba', { loginHint: 'nobody@percy.test' });
    await expect(nobody.authenticate()).rejects.toMatchObject({ oauthError: 'unknown_user_id', exit: 4 });
    expect(idp().requests.at('token')).toEqual([]);
  });
});

describe('the refresh-token flow', () => {
  test('moves a session here, and owns it from then on', async () => {
    const { refreshToken } = await signedIn();
    const moved = padlock('refresh-token', { refreshToken });
    const session = await moved.authenticate();
    expect(session).toMatchObject({ user: ROBIN, access: { scope: ['openid', 'profile', 'email', 'offline_access'] } });
    expect(session.refreshToken).not.toBe(refreshToken);
    await expect(moved.token({ refresh: true })).resolves.toMatchObject({ type: 'Bearer' });
    await expect(padlock('refresh-token', { refreshToken }).authenticate()).rejects.toMatchObject({
      code: 'auth_refresh_rejected',
      exit: 4,
    });
  });

  test('needs no ID token', async () => {
    const { refreshToken } = await signedIn();
    idp().next('token', { response: { id_token: null } });
    const session = await padlock('refresh-token', { refreshToken }).authenticate({ scope: ['openid'] });
    expect(session).toMatchObject({ user: null, identity: { verified: false, reason: 'no_id_token' } });
  });

  test('refuses an ID token that does not hold', async () => {
    const { refreshToken } = await signedIn();
    idp().next('token', { idToken: { key: 'wrong' } });
    await expect(padlock('refresh-token', { refreshToken }).authenticate()).rejects.toMatchObject({ code: 'token_signature', exit: 8 });
  });
});

describe('the jwt-bearer flow', () => {
  test('gets a token, and neither user nor ID token, also where openid was asked for', async () => {
    const session = await padlock('jwt-bearer', { assertion: idp().assertion() }).authenticate({ scope: ['openid'] });
    expect(session).toMatchObject({ user: null, identity: { verified: false, reason: 'no_id_token' } });
    expect(session.stored).toBeUndefined();
  });

  test.each([
    ['for somebody else', { aud: 'https://elsewhere.test' }],
    ['of somebody else', { iss: 'https://elsewhere.test' }],
    ['that is over', { exp: 1 }],
  ])('is refused with an assertion %s', async (_, claims) => {
    const refused = padlock('jwt-bearer', { assertion: idp().assertion(claims) });
    await expect(refused.authenticate()).rejects.toMatchObject({ code: 'auth_invalid_grant', exit: 4 });
  });

  test('through the CLI: the assertion from a file, the token alone', async () => {
    const home = makeHome();
    const file = join(home, 'assertion');
    const assertion = idp().assertion();
    writeFileSync(file, `${assertion}\n`, { mode: 0o600 });
    const { PADLOCK_SCOPE: _, ...env } = envOf(idp().client('jwt-bearer'));
    const run = await runCli(['token', '--assertion-file', file], { home, env, secrets: [assertion] });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^[\w-]{20,}\n$/);
  });
});

describe('the token-exchange flow', () => {
  test('gets a token for another service', async () => {
    const { access } = await signedIn();
    const token = await padlock('token-exchange', { subjectToken: access.value }).token({ audience: API, scope: ['read:reports'] });
    expect(token).toMatchObject({ type: 'Bearer', scope: ['read:reports'], verified: { by: 'jwks' } });
    const next = padlock('token-exchange', { subjectToken: token.value, actorToken: idp().assertion(), actorTokenType: 'jwt' });
    await expect(next.token({ scope: ['openid'] })).resolves.toMatchObject({ type: 'Bearer', scope: ['openid'] });
  });

  test('gives each subject its own: nothing is kept', async () => {
    const { access } = await signedIn();
    const session = await padlock('token-exchange', { subjectToken: access.value }).authenticate();
    expect(session.stored).toBeUndefined();
  });

  test('refuses a token that is none', async () => {
    const refused = padlock('token-exchange', { subjectToken: 'nonsense' }).token();
    await expect(refused).rejects.toMatchObject({ code: 'client_invalid_request', oauthError: 'invalid_request' });
  });

  test('through the CLI: an ID token in its place is printed, and never as a header', async () => {
    const { access } = await signedIn();
    const { PADLOCK_SCOPE: _, ...client } = envOf(idp().client('token-exchange'));
    const env = { ...client, PADLOCK_SUBJECT_TOKEN: access.value };
    const args = ['token', '--requested-token-type', 'id-token'];
    const raw = await runCli(args, { env });
    expect([raw.code, raw.stderr, raw.stdout.split('.').length]).toEqual([0, '', 3]);
    const json = await runCli([...args, '--json'], { env });
    expect(valid('token', JSON.parse(json.stdout))).toMatchObject({ token_type: 'N_A' });
    const header = await runCli([...args, '-o', 'header'], { env });
    expect([header.code, header.stdout]).toEqual([2, '']);
    expect(header.stderr).toMatch(/usage_bad_value/);
  });

  test('through the CLI: without a subject token it says what is missing', async () => {
    const { PADLOCK_SCOPE: _, ...env } = envOf(idp().client('token-exchange'));
    const { code, stderr } = await runCli(['auth', '--json'], { env });
    expect([code, failureOf(stderr)]).toEqual([
      2,
      expect.objectContaining({ code: 'usage_missing_option', message: expect.stringContaining('--subject-token') }),
    ]);
  });
});
