/** Clients that hold keys and certificates, at a real provider: signed in, refreshed and signed out with the same method, its key fetched again. */
import { createPrivateKey, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer, PadlockPipeline, resolve } from '../../src/container.ts';
import { thumbprint } from '../../src/core/client-certificate.ts';
import { Online } from '../../src/core/online.ts';
import { signJwt } from '../../src/core/sign-jwt.ts';
import { createPadlock, type Padlock, type PadlockError, type PadlockOptions } from '../../src/index.ts';
import { API } from '../../src/sandbox/clients.ts';
import type { ClientVariant } from '../../src/sandbox/index.ts';
import { certificate } from '../support/certificate.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const server = certificate();
const idp = sharedSandbox({ tls: { ...server, client: certificate({ names: ['client.test'] }) } });

const at = (variant: ClientVariant, options: PadlockOptions = {}): Padlock =>
  createPadlock({ ...idp().client('password', variant), ports: { clock: idp().clock }, values: { ...idp().user }, ...options });

/** The client's proof in each request to an endpoint: what is in the form, and never more than one. */
const proofs = (endpoint: 'token' | 'revocation'): readonly string[] =>
  idp()
    .requests.at(endpoint)
    .map(({ form, headers }) => {
      expect([form.client_secret, headers.authorization]).toEqual([undefined, undefined]);
      return form.client_assertion === undefined ? `certificate of ${String(form.client_id)}` : String(form.client_assertion_type);
    });

describe.each<[string, ClientVariant]>([
  ['client-secret-jwt', 'secretJwt'],
  ['private-key-jwt', 'privateKeyJwt'],
  ['tls-client-auth', 'tls'],
  ['self-signed-tls-client-auth', 'selfSignedTls'],
])('%s', (method, variant) => {
  const isTls = method.endsWith('tls-client-auth');
  const proof = (): string =>
    isTls ? `certificate of ${idp().client('password', variant).clientId}` : 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

  test('signs in, refreshes and revokes, and fetches its key each time', async () => {
    const { clientSecret, privateKey, ...client } = idp().client('password', variant);
    let fetched = 0;
    const lazy = (name: string, value: string | undefined): object => {
      const fetch = (): string | undefined => {
        fetched++;
        return value;
      };
      return value === undefined ? {} : { [name]: fetch };
    };
    const padlock = at(variant, { ...client, ...lazy('clientSecret', clientSecret), ...lazy('privateKey', privateKey) });
    const { access } = await padlock.authenticate();
    const refreshed = await padlock.token({ minTtl: 7200 });
    expect(refreshed.value).not.toBe(access.value);
    expect(await padlock.logout()).toMatchObject({ revoked: true });
    expect(proofs('token')).toEqual([proof(), proof()]);
    expect(proofs('revocation')).toContain(proof());
    expect(fetched).toBeGreaterThanOrEqual(3);
    const assertions = idp()
      .requests.at('token')
      .map(({ form }) => form.client_assertion);
    if (!isTls) expect(new Set(assertions).size).toBe(2);
  });
});

test('client-assertion has another one for each request of a flow, of refreshing and of signing out', async () => {
  const { privateKey = '', ...client } = idp().client('device-code', 'privateKeyJwt');
  const key = createPrivateKey(privateKey);
  const clientAssertion = (): string => {
    const iat = Math.floor(idp().clock.now() / 1000);
    const claims = { iss: client.clientId, sub: client.clientId, aud: client.issuer, jti: randomUUID(), iat, exp: iat + 60 };
    return signJwt({ alg: 'ES256' }, claims, key);
  };
  const { browser, notices } = idp().human();
  let page = '';
  let waited = 0;
  const ports = {
    notices: {
      ...notices,
      show(_line: string, event: Readonly<Record<string, string | number>> = {}) {
        if (event.action === 'device_code') page = String(event.verification_uri_complete);
      },
    },
    // the provider is asked twice: before somebody approves, and after it
    clock: {
      now: () => idp().clock.now(),
      async sleep() {
        if (++waited === 2) await browser.open(page);
      },
    },
  };
  const padlock = createPadlock({ ...client, clientAuth: 'client-assertion', clientAssertion, ports });
  const { access } = await padlock.authenticate();
  expect((await padlock.token({ refresh: true })).value).not.toBe(access.value);
  expect(await padlock.logout()).toEqual({ revoked: true });
  const requests = (['device_authorization', 'token', 'revocation'] as const).map((endpoint) => idp().requests.at(endpoint).length);
  expect(requests).toEqual([1, 3, 1]);
});

test('private-key-jwt may be for the token endpoint, too', async () => {
  await at('privateKeyJwt', { values: { ...idp().user, clientAssertionAudience: 'token-endpoint' } }).authenticate();
  const [, payload = ''] = String(idp().requests.at('token')[0]?.form.client_assertion).split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ aud: `${idp().issuer}/token` });
});

test("another client's key is client_invalid, and the hint names the method", async () => {
  const { key: privateKey } = certificate();
  const error = await at('privateKeyJwt', { privateKey })
    .authenticate()
    .catch((thrown: PadlockError) => thrown);
  expect(error).toMatchObject({ code: 'client_invalid', hint: expect.stringMatching(/private-key-jwt.*client-secret-jwt/) });
});

test('a token is bound to the certificate that was shown, and one that is bound to another is refused', async () => {
  const padlock = at('tls', { audience: API, scope: ['read:reports'] });
  const { access } = await padlock.authenticate();
  const claims = JSON.parse(Buffer.from(access.value.split('.')[1] ?? '', 'base64url').toString()) as object;
  expect(claims).toMatchObject({ cnf: { 'x5t#S256': thumbprint(String(idp().client('password', 'tls').clientCertificate)) } });
  idp().next('token', { accessToken: { claims: { cnf: { 'x5t#S256': 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' } } } });
  await expect(padlock.authenticate()).rejects.toMatchObject({ code: 'token_key_not_found', exit: 8 });
});

describe('a token that is bound to a certificate is shown together with it', () => {
  test.each(['tls', 'selfSignedTls'] as const)('to the userinfo endpoint at the sign-in, %s', async (variant) => {
    const { access, identity } = await at(variant, { verifier: 'userinfo' }).authenticate();
    expect([access.verified.by, identity.verified]).toEqual(['userinfo', true]);
  });

  test('to the userinfo endpoint later', async () => {
    const options = { ...idp().client('password', 'tls'), ports: { clock: idp().clock }, values: { ...idp().user } };
    const container = createPadlockContainer(options);
    await resolve(container, PadlockPipeline).authenticate();
    idp().requests.clear();
    await expect(resolve(container, Online).confirm(new AbortController().signal)).resolves.toMatchObject({
      userinfo: { name: 'Robin Percy' },
    });
    expect(idp().requests.at('userinfo')).toHaveLength(1);
  });
});

test('a certificate that nobody registered is client_invalid', async () => {
  const { cert: clientCertificate, key: privateKey } = certificate();
  await expect(at('selfSignedTls', { clientCertificate, privateKey }).authenticate()).rejects.toMatchObject({ code: 'client_invalid' });
  await expect(at('tls', { clientCertificate, privateKey }).authenticate()).rejects.toMatchObject({ code: 'client_invalid' });
});
