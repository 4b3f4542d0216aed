/** Resource indicators (RFC 8707) at a real provider: one sign-in for several APIs, one token for each, and no refresh token lost to a refusal. */
import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createPadlock, type Padlock, type PadlockOptions } from '../../src/index.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const REPORTS = 'https://api.percy.test';
const BILLING = 'https://billing.percy.test';
const scope = ['openid', 'offline_access', 'read:reports'];
const program = (options: PadlockOptions, flow = 'authorization-code'): Padlock =>
  createPadlock({ ...idp().client(flow, 'public'), scope, ports: idp().human(), ...options });
const audience = ({ value }: { readonly value: string }): unknown => decodeJwt(value).aud;
const asked = (at: number): unknown => idp().requests.at('token')[at]?.form.resource;

describe('one sign-in for several resources', () => {
  test('names them all, and has a token for each, one at a time', async () => {
    const padlock = program({ resource: [REPORTS, BILLING] });
    const { access } = await padlock.authenticate();
    expect(idp().requests.at('authorization')[0]?.query.resource).toEqual([REPORTS, BILLING]);
    expect([asked(0), audience(access)]).toEqual([REPORTS, REPORTS]);
    expect(audience(await padlock.token({ resource: [BILLING] }))).toBe(BILLING);
    expect(audience(await padlock.token({ resource: [REPORTS] }))).toBe(REPORTS);
    expect((await padlock.token()).value).toBe(access.value); // kept apart
    expect(idp().requests.at('token')).toHaveLength(2);
    expect(audience(await padlock.token({ refresh: true }))).toBe(REPORTS); // one of the two: both would be refused, and the session over
    expect(audience(await padlock.token({ resource: [BILLING], refresh: true }))).toBe(BILLING);
  });

  test('does not lose its refresh token to a resource that it did not name', async () => {
    const padlock = program({ resource: [REPORTS, BILLING] });
    await padlock.authenticate();
    idp().requests.clear();
    for (const resource of [['https://other.test'], [REPORTS, 'https://other.test']])
      await expect(padlock.token({ resource })).rejects.toMatchObject({ code: 'client_invalid_target', exit: 5 });
    expect(idp().requests.at('token')).toHaveLength(0);
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ type: 'Bearer' });
  });
});

test('a sign-in that sends its request to the token endpoint asks for what it names, together', async () => {
  const padlock = program({ resource: [REPORTS], values: { username: idp().user.username, password: idp().user.password } }, 'password');
  expect(audience((await padlock.authenticate()).access)).toBe(REPORTS);
  expect(audience(await padlock.token({ refresh: true }))).toBe(REPORTS);
  await expect(padlock.token({ resource: [BILLING] })).resolves.toMatchObject({ type: 'Bearer' }); // nobody need be asked: it signs in again
  await expect(program({ resource: [REPORTS, BILLING] }, 'password').authenticate()).rejects.toMatchObject({
    code: 'client_invalid_target',
  });
});

test('what oidc-provider does with a refresh for a foreign resource: it refuses, and the refresh token is spent all the same', async () => {
  const { refreshToken } = await program({ resource: [REPORTS] }).authenticate();
  const refresh = (resource: string) =>
    fetch(`${idp().issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'padlock-public', refresh_token: refreshToken ?? '', resource }),
    }).then((response) => response.json() as Promise<{ error?: string }>);
  await expect(refresh('https://other.test')).resolves.toMatchObject({ error: 'invalid_target' });
  await expect(refresh(REPORTS)).resolves.toMatchObject({ error: 'invalid_grant' });
});
