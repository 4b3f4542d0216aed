import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { type Behaviour, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { password, present, refresh, userinfo } from './support.ts';

let idp: Sandbox;
beforeAll(async () => {
  idp = await startSandbox();
});
afterAll(() => idp.close());
beforeEach(() => idp.requests.clear());

describe('next() replaces an answer', () => {
  test('by a status and headers, once', async () => {
    idp.next('token', { status: 503, headers: { 'retry-after': '1' } });
    const refused = await password(idp);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await password(idp)).status).toBe(200);
  });

  test('by JSON, or by text as it stands', async () => {
    idp.next('token', { status: 400, body: { error: 'invalid_scope' } });
    idp.next('discovery', { body: '<html>', headers: { 'content-type': 'text/html' } });
    const refused = await password(idp);
    expect([refused.body.error, refused.headers.get('content-type')]).toEqual(['invalid_scope', 'application/json; charset=utf-8']);
    const page = await fetch(`${idp.issuer}/.well-known/openid-configuration`);
    expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([200, 'text/html', '<html>']);
  });

  test('without the provider having seen the request', async () => {
    const { body } = await password(idp);
    idp.next('token', { status: 502 });
    await refresh(idp, body.refresh_token);
    expect((await refresh(idp, body.refresh_token)).status).toBe(200);
  });

  test('as often as told, in order', async () => {
    idp.next('token', { status: 500, repeat: 2 });
    idp.next('token', { status: 429 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await password(idp)).status);
    expect(statuses).toEqual([500, 500, 429, 200]);
  });

  test.each<[string, Behaviour]>([
    ['replaced and changed at once', { status: 200, response: {} }],
    ['changed after hanging up', { hangUp: 'before', response: {} }],
    ['redirected, where nothing is', { redirect: { state: 'x' } }],
    ['repeated never', { status: 500, repeat: 0 }],
  ])('but not one that is %s', (_, behaviour) => {
    expect(() => idp.next('token', behaviour)).toThrow(TypeError);
  });

  test('and not at an endpoint that does not exist', () => {
    expect(() => idp.next('tokens' as 'token', { status: 500 })).toThrow(/known: discovery, jwks, token/);
  });
});

describe('next() changes an answer', () => {
  test('member by member, keeping its type', async () => {
    idp.next('jwks', { response: { keys: [] }, headers: { 'cache-control': 'max-age=5' } });
    const response = await fetch(`${idp.issuer}/jwks`);
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('max-age=5');
    expect(await response.json()).toEqual({ keys: [] });
  });

  test('by removing members', async () => {
    idp.next('token', { response: { refresh_token: null, scope: 'openid' } });
    const { body } = await password(idp);
    expect([body.scope, body.refresh_token]).toEqual(['openid', undefined]);
  });

  test('by delaying it', async () => {
    idp.next('token', { delay: 80 });
    const begin = performance.now();
    await password(idp);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(75);
  });
});

describe('next() hangs up', () => {
  const post = (path: string) => fetch(`${idp.issuer}${path}`);

  test('before the provider has seen the request', async () => {
    const { body } = await password(idp);
    idp.next('token', { hangUp: 'before' });
    await expect(refresh(idp, body.refresh_token)).rejects.toThrow('fetch failed');
    expect((await refresh(idp, body.refresh_token)).status).toBe(200);
  });

  test.each(['headers', 'body'] as const)('after the %s, when the provider has done its work', async (hangUp) => {
    const { body } = await password(idp);
    idp.next('token', { hangUp });
    await expect(refresh(idp, body.refresh_token)).rejects.toThrow('terminated');
    expect((await refresh(idp, body.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('with the right status and half of the body', async () => {
    idp.next('jwks', { hangUp: 'body' });
    const response = await post('/jwks');
    const chunks: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const chunk of response.body ?? []) chunks.push(chunk as Uint8Array);
      })(),
    ).rejects.toThrow('terminated');
    expect(response.status).toBe(200);
    expect(Buffer.concat(chunks).toString()).toMatch(/^\{"keys":/);
  });
});

describe('next() forges an ID token', () => {
  const forged = async (variant: 'hs256' | 'rs256' | 'ps256' | 'es256' | 'eddsa', idToken: Behaviour['idToken']): Promise<string> => {
    idp.next('token', { idToken: idToken ?? {} });
    return present((await password(idp, variant)).body.id_token);
  };
  const keys = async () => createLocalJWKSet((await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet);
  const secret = (variant: 'hs256' | 'rs256') => new TextEncoder().encode(idp.client('password', variant).clientSecret);

  test.each(['rs256', 'ps256', 'es256', 'eddsa'] as const)('with other claims and a good signature (%s)', async (variant) => {
    const jwt = await forged(variant, { claims: { iss: 'https://evil.test', azp: 'other', email: null } });
    const { payload } = await jwtVerify(jwt, await keys(), { issuer: 'https://evil.test' });
    expect([payload.azp, payload.email, payload.name]).toEqual(['other', undefined, 'Robin Percy']);
  });

  test('with other claims, keyed by the client’s secret', async () => {
    const { payload } = await jwtVerify(await forged('hs256', { claims: { sub: 'someone' } }), secret('hs256'));
    expect(payload.sub).toBe('someone');
  });

  test.each(['hs256', 'rs256', 'ps256', 'es256', 'eddsa'] as const)('with the wrong key (%s)', async (variant) => {
    const jwt = await forged(variant, { key: 'wrong' });
    expect(decodeJwt(jwt).email).toBe('robin@percy.test');
    const verified = variant === 'hs256' ? jwtVerify(jwt, secret('hs256')) : jwtVerify(jwt, await keys());
    await expect(verified).rejects.toThrow('signature verification failed');
  });

  test('without a signature', async () => {
    const jwt = await forged('rs256', { key: 'none' });
    expect([decodeProtectedHeader(jwt).alg, jwt.split('.')[2]]).toEqual(['none', '']);
    expect(decodeProtectedHeader(await forged('rs256', { key: 'none', header: { alg: 'nOnE', kid: null } }))).toEqual({ alg: 'nOnE' });
  });

  test('as HS256 with the public key as the secret', async () => {
    const jwt = await forged('rs256', { key: 'public-key-as-secret' });
    const jwk = idp.state().keys.find(({ kty }) => kty === 'RSA') ?? {};
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const signed = jwt.slice(0, jwt.lastIndexOf('.'));
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'HS256', kid: expect.any(String) });
    expect(jwt.slice(signed.length + 1)).toBe(createHmac('sha256', pem).update(signed).digest('base64url'));
  });

  test('as HS256 with the client’s secret where RS256 is registered, and as RS256 where HS256 is', async () => {
    await jwtVerify(await forged('rs256', { header: { alg: 'HS256' } }), secret('rs256'));
    await jwtVerify(await forged('hs256', { header: { alg: 'RS256' } }), await keys());
  });

  test('or says why it cannot', async () => {
    idp.next('token', { idToken: { header: { alg: 'XX256' } } });
    const { clientId, clientSecret = '' } = idp.client('password');
    const form = { grant_type: 'password', ...idp.user, scope: 'openid', client_id: clientId, client_secret: clientSecret };
    const response = await fetch(`${idp.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect([response.status, await response.text()]).toEqual([500, 'The sandbox has no key for XX256.']);
  });

  test('as whatever text is given', async () => {
    expect(await forged('hs256', { raw: 'a.b.c' })).toBe('a.b.c');
  });

  test('and an access token that is a JWT', async () => {
    idp.next('token', { accessToken: { claims: { aud: 'https://other.test' } } });
    const { body } = await password(idp, 'rs256', { audience: 'https://api.percy.test' });
    await jwtVerify(present(body.access_token), await keys(), { audience: 'https://other.test' });
  });
});

describe('the record', () => {
  test('has every request with its form and headers the moment the answer is there', async () => {
    await password(idp, 'hs256', { audience: 'https://api.percy.test' });
    await fetch(`${idp.issuer}/jwks?a=1&b=2&b=3`, { headers: { 'X-Test': 'yes' } });
    await fetch(`${idp.issuer}/nowhere`);
    expect(idp.requests.all.map(({ endpoint, method, path }) => [endpoint, method, path])).toEqual([
      ['token', 'POST', '/token'],
      ['jwks', 'GET', '/jwks?a=1&b=2&b=3'],
      ['other', 'GET', '/nowhere'],
    ]);
    expect(idp.requests.at('token')[0]?.form).toMatchObject({ username: 'robin@percy.test', audience: 'https://api.percy.test' });
    expect(idp.requests.at('token')[0]?.form).not.toHaveProperty('resource');
    expect(idp.requests.at('jwks')[0]).toMatchObject({ query: { a: '1', b: ['2', '3'] }, headers: { 'x-test': 'yes' } });
    idp.requests.clear();
    expect(idp.requests.all).toEqual([]);
  });

  test('has requests whose answer was replaced or cut off', async () => {
    idp.next('token', { hangUp: 'before' });
    await password(idp).catch(() => {});
    idp.next('token', { status: 500 });
    await password(idp);
    expect(idp.requests.at('token')).toHaveLength(2);
  });
});

describe('advance()', () => {
  test('moves the provider, the clock, the record and the Date header', async () => {
    const before = idp.clock.now();
    idp.advance(86_400);
    const { headers, body } = await password(idp);
    const day = 86_400_000;
    expect(idp.clock.now() - before).toBeGreaterThanOrEqual(day);
    expect(idp.requests.at('token')[0]?.at).toBeGreaterThanOrEqual(before + day);
    expect(Date.parse(headers.get('date') ?? '')).toBeGreaterThan(before + day - 2000);
    expect((decodeJwt(present(body.id_token)).iat ?? 0) * 1000).toBeGreaterThan(before + day - 2000);
  });

  test('expires access tokens after an hour and refresh tokens after two weeks', async () => {
    const { body } = await password(idp);
    idp.advance(3590);
    expect((await userinfo(idp, body.access_token)).status).toBe(200);
    idp.advance(11);
    expect((await userinfo(idp, body.access_token)).status).toBe(401);
    const second = await refresh(idp, body.refresh_token);
    expect(second.status).toBe(200);
    idp.advance(14 * 86_400);
    expect((await refresh(idp, second.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('wakes who sleeps by the clock', async () => {
    const sleep = idp.clock.sleep(60_000);
    idp.advance(60);
    await sleep;
  });

  test('leaves asleep who has longer to sleep, until the signal ends it', async () => {
    const abort = new AbortController();
    const sleep = idp.clock.sleep(60_000, abort.signal);
    idp.advance(59);
    abort.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(idp.clock.sleep(1, abort.signal)).rejects.toThrow('enough');
    await idp.clock.sleep(1);
  });

  test('takes numbers only', () => {
    expect(() => idp.advance(Number.NaN)).toThrow(TypeError);
  });
});
