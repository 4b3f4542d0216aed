/** DPoP at a real provider: bound tokens, nonces, refreshes with the same key, and no token that is worth less than what was asked for. */
import { describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createPadlock, type Padlock, type PadlockOptions } from '../../src/index.ts';
import { makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const robin = (variant: 'public' | 'rs256' = 'public', options: PadlockOptions = {}): Padlock =>
  createPadlock({ ...idp().client('password', variant), ports: idp().human(), dpop: true, allowedOrigins: [idp().issuer], ...options });

interface Proof {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly nonce?: string;
  readonly ath?: string;
}
const proofsAt = (endpoint: 'token' | 'userinfo'): readonly (Proof | undefined)[] =>
  idp()
    .requests.at(endpoint)
    .map(({ headers: { dpop } }) => (dpop === undefined ? undefined : decodeJwt<Proof>(dpop)));
const keyAt = (index: number): unknown => decodeProtectedHeader(idp().requests.at('token')[index]?.headers.dpop as string).jwk;

// First: later tests let time pass, and a command has the real clock.
describe('on the command line', () => {
  const home = makeHome();
  const url = (): string => `${idp().issuer}/userinfo`;
  const padlock = (...args: string[]) => runCli(args, { home });

  test('another process refreshes with the key of the sign-in', async () => {
    const env = { ...envOf(idp().client('password', 'public')), PADLOCK_PASSWORD: idp().user.password };
    const signedIn = await runCli(['auth', '--dpop', '--json', '--username', idp().user.username], { home, env });
    expect(JSON.parse(signedIn.stdout)).toMatchObject({ tokens: { access: { type: 'DPoP' }, refresh: { present: true } } });
    const first = keyAt(0);
    idp().requests.clear();
    const refreshed = await padlock('token', '--refresh', '--json'); // the session knows that it is bound
    expect(JSON.parse(refreshed.stdout)).toMatchObject({ token_type: 'DPoP' });
    expect(keyAt(0)).toEqual(first);
  });

  test('a header has the proof for one request beside the token, or is refused', async () => {
    const { stdout } = await padlock('token', '-o', 'header', '--proof-for', `${url()}?x`, '--proof-method', 'get');
    const headers = stdout.trimEnd().split('\n');
    expect(headers.map((line) => line.split(' ').slice(0, -1).join(' '))).toEqual(['Authorization: DPoP', 'DPoP:']);
    const sent = Object.fromEntries(headers.map((line) => line.split(': ') as [string, string]));
    await expect(fetch(url(), { headers: sent })).resolves.toMatchObject({ status: 200 });
    await expect(padlock('token', '-o', 'header')).resolves.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--proof-for'),
    });
    await expect(padlock('token', '-o', 'env', '--proof-for', url())).resolves.toMatchObject({ code: 2, stdout: '' });
    await expect(padlock('exec', '--', 'true')).resolves.toMatchObject({ code: 2, stderr: expect.stringContaining('DPoP') });
  });

  test('the provider is asked who it is with a proof', async () => {
    await expect(padlock('whoami', '--online', '--json')).resolves.toMatchObject({
      code: 0,
      stdout: expect.stringContaining('robin@percy.test'),
    });
    expect(proofsAt('userinfo')).toEqual([expect.objectContaining({ ath: expect.any(String) })]);
  });

  test('a bare token is printed with a warning', async () => {
    const { code, stderr, stdout } = await padlock('token');
    expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 2 });
    expect(stderr).toContain('bound to a key (DPoP)');
  });

  test('signing out gives the refresh token back', async () => {
    idp().requests.clear();
    await expect(padlock('logout')).resolves.toMatchObject({ code: 0 });
    expect(idp().requests.at('revocation')).toHaveLength(1);
  });
});

describe('a session that is bound to a key', () => {
  test('begins with a proof and goes on with the same key', async () => {
    const padlock = robin();
    const { access } = await padlock.authenticate();
    expect(access.type).toBe('DPoP');
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ type: 'DPoP' });
    const proofs = proofsAt('token');
    expect(proofs).toHaveLength(2);
    for (const proof of proofs) expect(proof).toMatchObject({ htm: 'POST', htu: `${idp().issuer}/token` });
    expect(proofs[0]?.jti).not.toBe(proofs[1]?.jti);
    expect(keyAt(1)).toEqual(keyAt(0));
  });

  test('has a key of its own for each sign-in', async () => {
    const padlock = robin();
    await padlock.authenticate();
    await padlock.authenticate();
    expect(keyAt(1)).not.toEqual(keyAt(0));
  });

  test('gives its token to the API with a proof for each request, and with the nonce that the API wants', async () => {
    const padlock = robin();
    await padlock.authenticate();
    idp().next('userinfo', { dpopNonce: true, repeat: 3 });
    const url = `${idp().issuer}/userinfo`;
    const answers = [await padlock.fetch(`${url}?x=1`), await padlock.fetch(url, { method: 'POST', body: new URLSearchParams() })];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const sent = idp().requests.at('userinfo');
    expect(sent.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual(sent.map(() => 'DPoP'));
    const proofs = proofsAt('userinfo');
    expect(proofs.map((proof) => proof?.htm)).toEqual(sent.length === 3 ? ['GET', 'GET', 'POST'] : ['GET', 'POST']);
    expect(new Set(proofs.map((proof) => proof?.jti)).size).toBe(proofs.length);
    for (const proof of proofs) expect(proof).toMatchObject({ htu: url, ath: expect.any(String) });
    expect(proofs.at(-1)?.nonce).toEqual(expect.any(String));
  });

  test('can be proved by a program that sends its requests itself', async () => {
    const padlock = robin();
    const { proof, type, value } = await padlock.authenticate().then(() => padlock.token());
    const url = `${idp().issuer}/userinfo`;
    const response = await fetch(url, { headers: { authorization: `${type} ${value}`, dpop: proof?.('GET', url) ?? '' } });
    expect(response.status).toBe(200);
    const forAnother = await fetch(url, { headers: { authorization: `${type} ${value}`, dpop: proof?.('POST', url) ?? '' } });
    expect(forAnother.status).toBe(401);
    await expect(fetch(url, { headers: { authorization: `Bearer ${value}` } })).resolves.toMatchObject({ status: 401 });
  });

  test('does not print its key', async () => {
    const { access } = await robin().authenticate();
    expect(JSON.stringify(access)).not.toMatch(/jwk|"d"|proof/);
    expect(Object.keys({ ...access })).toEqual(['type', 'expiresAt', 'scope', 'verified']);
  });

  test('is no Bearer credential for an Azure SDK', async () => {
    const padlock = robin();
    await padlock.authenticate();
    await expect(padlock.asTokenCredential().getToken([])).rejects.toMatchObject({ code: 'usage_conflict' });
  });
});

describe('a nonce', () => {
  test('is fetched by the first request, and remembered for the next', async () => {
    const padlock = robin('rs256');
    idp().next('token', { dpopNonce: true, repeat: 4 });
    await padlock.authenticate();
    expect(proofsAt('token').map((proof) => proof?.nonce === undefined)).toEqual([true, false]);
    await padlock.token({ refresh: true });
    expect(proofsAt('token')).toHaveLength(3);
    idp().advance(3600); // the provider's nonces live for minutes
    await padlock.token();
    expect(proofsAt('token')).toHaveLength(5);
    await padlock.token({ refresh: true }); // no refresh token was spent on a nonce
  });

  test('is asked for once: a provider that is never content ends the sign-in (BCP 50)', async () => {
    const body = { error: 'use_dpop_nonce' };
    for (const nonce of ['one', 'two', 'three']) idp().next('token', { status: 400, headers: { 'dpop-nonce': nonce }, body });
    await expect(robin('rs256').authenticate()).rejects.toMatchObject({ code: 'client_dpop', oauthError: 'use_dpop_nonce', exit: 5 });
    expect(proofsAt('token').map((proof) => proof?.nonce)).toEqual([undefined, 'one']);
    idp().next('token', { status: 400, body });
    await expect(robin('rs256').authenticate()).rejects.toMatchObject({ code: 'client_dpop' });
    idp().requests.clear();
  });
});

describe('no other token than the one that was asked for', () => {
  test('a provider that answers Bearer is refused, and nothing is kept (BCP 51)', async () => {
    idp().next('token', { response: { token_type: 'Bearer' } });
    const padlock = robin('rs256');
    await expect(padlock.authenticate()).rejects.toMatchObject({ code: 'client_dpop', exit: 5 });
    await expect(padlock.session()).resolves.toBeUndefined();
  });

  test('a refresh that answers Bearer is refused, and the new refresh token kept (BCP 51)', async () => {
    const padlock = robin('rs256');
    await padlock.authenticate();
    idp().next('token', { response: { token_type: 'Bearer' } });
    await expect(padlock.token({ refresh: true })).rejects.toMatchObject({ code: 'client_dpop' });
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ type: 'DPoP' });
  });

  test('a token for a key that nobody has is refused', async () => {
    idp().next('token', { response: { token_type: 'DPoP' } });
    await expect(robin('rs256', { dpop: false }).authenticate()).rejects.toMatchObject({ code: 'client_dpop' });
  });

  test('a provider that can check none of our signatures is not asked at all', async () => {
    idp().next('discovery', { response: { dpop_signing_alg_values_supported: ['HS256'] } });
    await expect(robin('rs256').authenticate()).rejects.toMatchObject({ code: 'client_dpop' });
    expect(idp().requests.at('token')).toHaveLength(0);
  });
});
