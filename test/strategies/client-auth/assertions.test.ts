/** Clients that sign what they are, and clients that pass on what somebody else signed. */
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { compactVerify } from 'jose';
import type { ClientAuthRequest } from '../../../src/core/contracts.ts';
import { clientAssertion } from '../../../src/strategies/client-auth/client-assertion.ts';
import { clientSecretBasicRaw } from '../../../src/strategies/client-auth/client-secret-basic-raw.ts';
import { clientSecretJwt } from '../../../src/strategies/client-auth/client-secret-jwt.ts';
import { privateKeyJwt } from '../../../src/strategies/client-auth/private-key-jwt.ts';
import { tlsClientAuth } from '../../../src/strategies/client-auth/tls-client-auth.ts';
import { errorOf } from '../../core/config-fixture.ts';
import { CLIENT, ISSUER, NOW, SECONDS, SECRET } from '../../core/forge.ts';
import { certificate } from '../../support/certificate.ts';
import { rsaPair } from '../../support/shared.ts';

const TOKEN = `${ISSUER}token`;
const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function request(metadata: object = {}, url = TOKEN): ClientAuthRequest {
  const provider = { issuer: ISSUER, clientId: CLIENT, metadata: { issuer: ISSUER, token_endpoint: TOKEN, ...metadata } };
  return { provider, url, form: new URLSearchParams(), headers: new Map(), now: NOW };
}

/** The assertion in a form, its signature checked by jose. */
async function assertionIn({ form, headers }: ClientAuthRequest, key: KeyObject | Uint8Array) {
  expect([form.get('client_id'), form.get('client_assertion_type'), headers.size, form.size]).toEqual([CLIENT, BEARER, 0, 3]);
  const { payload, protectedHeader } = await compactVerify(form.get('client_assertion') ?? '', key);
  return { header: protectedHeader, claims: JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown> };
}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = rsaPair();
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const values = (more: object = {}) =>
  ({ privateKey: pem(rsa.privateKey), clientAssertionAudience: 'issuer', ...more }) as Parameters<typeof privateKeyJwt.authenticate>[0];

describe('private-key-jwt', () => {
  test('says who, for whom, once and not for long', async () => {
    const [one, two] = [request(), request()];
    await privateKeyJwt.authenticate(values(), one);
    await privateKeyJwt.authenticate(values(), two);
    const { claims, header } = await assertionIn(one, rsa.publicKey);
    expect(header).toEqual({ alg: 'RS256' });
    expect(claims).toEqual({
      iss: CLIENT,
      sub: CLIENT,
      aud: ISSUER,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
      iat: SECONDS,
      nbf: SECONDS - 30,
      exp: SECONDS + 60,
    });
    expect((await assertionIn(two, rsa.publicKey)).claims.jti).not.toBe(claims.jti);
  });

  const pairs = {
    RS: rsa,
    PS: rsa,
    ES256: p256,
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    Ed: generateKeyPairSync('ed25519'),
  };
  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'signs with %s',
    async (alg) => {
      const { privateKey, publicKey } = pairs[(alg.startsWith('ES') ? alg : alg.slice(0, 2)) as keyof typeof pairs];
      const sent = request();
      await privateKeyJwt.authenticate(values({ privateKey: pem(privateKey), clientAssertionAlg: alg }), sent);
      expect((await assertionIn(sent, publicKey)).header).toEqual({ alg });
    },
  );

  test.each([
    ['issuer', TOKEN, ISSUER],
    ['token-endpoint', TOKEN, TOKEN],
    ['token-endpoint', `${ISSUER}revoke`, TOKEN],
    ['endpoint', `${ISSUER}revoke`, `${ISSUER}revoke`],
  ])('is for the %s at %s', async (clientAssertionAudience, url, aud) => {
    const sent = request({}, url);
    await privateKeyJwt.authenticate(values({ clientAssertionAudience }), sent);
    expect((await assertionIn(sent, rsa.publicKey)).claims.aud).toBe(aud);
  });

  test('names the key as configured, else as the JWK does, and takes what the provider lists', async () => {
    const privateKey = JSON.stringify({ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'own' });
    const sent = request({ token_endpoint_auth_signing_alg_values_supported: ['PS256'] });
    await privateKeyJwt.authenticate(values({ privateKey }), sent);
    expect((await assertionIn(sent, rsa.publicKey)).header).toEqual({ alg: 'PS256', kid: 'own' });
    const other = request();
    await privateKeyJwt.authenticate(values({ privateKey, clientAssertionKid: 'other' }), other);
    expect((await assertionIn(other, rsa.publicKey)).header.kid).toBe('other');
  });

  test('names its certificate, as Entra knows its clients by', async () => {
    const { cert, key } = certificate();
    const sent = request();
    await privateKeyJwt.authenticate(values({ privateKey: key, clientCertificate: cert }), sent);
    const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '');
    expect((await assertionIn(sent, createPublicKey(cert))).header).toEqual({
      alg: 'ES256',
      'x5t#S256': Buffer.from(fingerprint, 'hex').toString('base64url'),
    });
  });

  test('refuses an algorithm that is not of its key', async () => {
    const given = values({ privateKey: pem(p256.privateKey), clientAssertionAlg: 'RS256' });
    expect(await errorOf(() => privateKeyJwt.authenticate(given, request()))).toMatchObject({
      code: 'config_bad_key',
      hint: expect.stringContaining('ES256'),
    });
  });
});

describe('client-secret-jwt', () => {
  const own = (more: object = {}) =>
    ({ clientSecret: SECRET, clientAssertionAudience: 'issuer', ...more }) as Parameters<typeof clientSecretJwt.authenticate>[0];
  test.each([
    ['HS256', undefined, undefined],
    ['HS384', 'HS384', undefined],
    ['HS512', 'HS512', ['HS256']],
    ['HS384', undefined, ['RS256', 'HS512', 'HS384']],
  ])('signs with %s, and the secret stays here', async (alg, clientAssertionAlg, listed) => {
    const sent = request({ token_endpoint_auth_signing_alg_values_supported: listed });
    await clientSecretJwt.authenticate(own({ clientAssertionAlg }), sent);
    const { claims, header } = await assertionIn(sent, Buffer.from(SECRET));
    expect([header, claims.sub]).toEqual([{ alg }, CLIENT]);
    expect(sent.form.toString()).not.toContain(SECRET);
  });

  test.each([
    ['config_weak_secret', { clientSecret: 'k7Rw2-pVx9Qe_Lm4Zt8Yb1Nc6Hd3Jf5' }],
    ['config_weak_secret', { clientSecret: SECRET.slice(0, 40), clientAssertionAlg: 'HS384' }],
    ['usage_bad_value', { clientAssertionAlg: 'RS256' }],
  ])('is %s for %j', async (code, more) => {
    expect(await errorOf(() => clientSecretJwt.authenticate(own(more), request()))).toMatchObject({ code });
  });

  test.each([
    [true, ['client_secret_jwt', 'private_key_jwt']],
    [false, ['client_secret_jwt', 'client_secret_basic']],
    [false, ['client_secret_post']],
    [false, undefined],
  ])('applies by itself: %s where the provider lists %j', (applies, token_endpoint_auth_methods_supported) => {
    const { provider } = request({ token_endpoint_auth_methods_supported });
    expect(clientSecretJwt.applies({ clientSecret: SECRET }, provider) === true).toBe(applies);
  });
});

describe('client-assertion', () => {
  test('passes on what it was given, as the type that was said', async () => {
    const sent = request();
    await clientAssertion.authenticate({ clientAssertion: 'a.b.c', clientAssertionType: undefined }, sent);
    expect(Object.fromEntries(sent.form)).toEqual({ client_id: CLIENT, client_assertion: 'a.b.c', client_assertion_type: BEARER });
    const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';
    await clientAssertion.authenticate({ clientAssertion: 'a.b.c', clientAssertionType }, sent);
    expect(sent.form.getAll('client_assertion_type')).toEqual([clientAssertionType]);
  });
});

describe('client-secret-basic-raw', () => {
  test.each(['a b+c%41:e&f=g/h', "!'()*", 'pä€ß😀'])('sends %j as it is', (clientSecret) => {
    const sent = request();
    clientSecretBasicRaw.authenticate({ clientSecret }, sent);
    expect(sent.headers.get('authorization')).toBe(`Basic ${Buffer.from(`${CLIENT}:${clientSecret}`).toString('base64')}`);
    expect(sent.form.size).toBe(0);
  });

  test('refuses a client id with a colon', async () => {
    const { provider, ...rest } = request();
    const sent = { ...rest, provider: { ...provider, clientId: 'https://client.test' } };
    expect(await errorOf(() => clientSecretBasicRaw.authenticate({ clientSecret: SECRET }, sent))).toMatchObject({
      code: 'usage_conflict',
    });
  });
});

test('a certificate is not shown over plain http', async () => {
  const sent = request({}, 'http://127.0.0.1:1/token');
  expect(await errorOf(() => tlsClientAuth.authenticate({}, sent))).toMatchObject({ code: 'config_insecure_url' });
});
