/** Who an access token is about: the bearer in the header, the right user or nobody, and a signature checked (B31 to B33). */
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../src/container.ts';
import { endSessionUrl } from '../../src/core/end-session.ts';
import { resolve } from '../../src/core/inject.ts';
import { Provider } from '../../src/core/provider.ts';
import { type Fake, type FakeProvider, fakeProvider, METADATA, noon } from './fake-provider.ts';
import { CLIENT, codeOf, ISSUER, keyFor, SECONDS, type SigningKey, strangerFor, token } from './forge.ts';

const TOKEN = { type: 'Bearer', value: 'at-canary-0123456789' } as const;
const SIGNED = { 'content-type': 'application/jwt' };

function world(answer: Fake): {
  readonly fake: FakeProvider;
  readonly provider: Provider;
  readonly ask: (subject?: string) => Promise<unknown>;
} {
  const fake = fakeProvider();
  fake.metadata = { ...METADATA, userinfo_endpoint: `${ISSUER}userinfo` };
  fake.others = { '/userinfo': answer };
  const provider = resolve(createPadlockContainer({ issuer: ISSUER, clientId: CLIENT, ports: { http: fake.http, clock: noon } }), Provider);
  return {
    fake,
    provider,
    ask: async (subject = 'robin') => provider.userinfo({ info: await provider.info(ISSUER, CLIENT) }, TOKEN, { subject }),
  };
}
const signed = (payload: Record<string, unknown>, signer: SigningKey = keyFor('RS256'), header = {}): Fake => ({
  headers: SIGNED,
  body: token(signer, { header, payload: { sub: 'robin', ...payload } }),
});
const whole = { iss: ISSUER, aud: CLIENT };

describe('userinfo', () => {
  test('is asked by GET with the token in the header and nowhere else (B33) (BCP 11)', async () => {
    const { ask, fake } = world({ body: { sub: 'robin', email: 'robin@percy.test' } });
    await expect(ask()).resolves.toEqual({ sub: 'robin', email: 'robin@percy.test' });
    const { body, headers, method, url } = fake.requests.at(-1) ?? {};
    expect([method, url, body, headers?.authorization]).toEqual(['GET', `${ISSUER}userinfo`, undefined, `Bearer ${TOKEN.value}`]);
  });

  test('is asked with the certificate of who holds the token, at the address that there is for that (RFC 8705)', async () => {
    const { fake, provider } = world({ body: { sub: 'robin' } });
    const alias = `${ISSUER}mtls/userinfo`;
    fake.metadata = { ...fake.metadata, mtls_endpoint_aliases: { userinfo_endpoint: alias } };
    fake.others['/mtls/userinfo'] = { body: { sub: 'robin' } };
    const identity = { cert: 'its certificate', key: 'its key' };
    await provider.userinfo({ info: await provider.info(ISSUER, CLIENT), identity }, TOKEN, { subject: 'robin' });
    expect(fake.requests.at(-1)).toMatchObject({ url: alias, identity });
  });

  test('of another user than the ID token says is refused (B31)', async () => {
    for (const sub of ['mallory', 'robin ', 'Robin'])
      await expect(codeOf(() => world({ body: { sub } }).ask())).resolves.toBe('token_sub_mismatch');
    await expect(codeOf(() => world(signed({ ...whole, sub: 'mallory' })).ask())).resolves.toBe('token_sub_mismatch');
  });

  test.each([{}, { sub: '' }, { sub: 7 }, { sub: null }])('that says %j is about nobody', async (body) => {
    await expect(codeOf(() => world({ body }).ask())).resolves.toBe('proto_bad_shape');
  });

  test.each<[string, Fake, string]>([
    [
      'with 401',
      { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="at-canary-0123456789"' } },
      'token_inactive',
    ],
    ['with 403', { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } }, 'token_inactive'],
    ['with 401 and tokens for whoever believes them', { status: 401, body: { sub: 'robin' } }, 'token_inactive'],
    ['with 503', { status: 503 }, 'idp_unavailable'],
    ['with 429', { status: 429 }, 'idp_rate_limited'],
    ['with a redirect', { status: 302, headers: { location: 'https://evil.test' } }, 'proto_redirect'],
    ['with 201', { status: 201, body: { sub: 'robin' } }, 'proto_status'],
    ['with a signed 201', { ...(signed(whole) as object), status: 201 }, 'proto_status'],
    ['with HTML', { headers: { 'content-type': 'text/html' }, body: '<html>' }, 'proto_not_json'],
    ['with claims that are called HTML', { headers: { 'content-type': 'text/html' }, body: { sub: 'robin' } }, 'proto_content_type'],
    ['with a list', { body: [] }, 'proto_bad_shape'],
    ['with a member twice', { body: '{"sub":"robin","sub":"robin"}' }, 'proto_duplicate_key'],
  ])('that answers %s is refused, and tells nothing of the token', async (_, answer, code) => {
    const error = await world(answer)
      .ask()
      .catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  test('that refuses the token says why, and what helps', async () => {
    const refuse = (status: number, error: string): Promise<unknown> =>
      world({ status, headers: { 'www-authenticate': `Bearer error="${error}"` } }).ask();
    await expect(refuse(401, 'invalid_token')).rejects.toMatchObject({ oauthError: 'invalid_token', httpStatus: 401, exit: 8 });
    await expect(refuse(403, 'insufficient_scope')).rejects.toMatchObject({ hint: expect.stringContaining('openid') });
  });

  test('does not exist where none is published', async () => {
    const { ask, fake } = world({});
    fake.metadata = METADATA;
    await expect(codeOf(() => ask())).resolves.toBe('proto_discovery_invalid');
    expect(fake.requests).toHaveLength(1);
  });

  test('without an ID token to compare with is about whoever it says', async () => {
    const fake = fakeProvider();
    fake.metadata = { ...METADATA, userinfo_endpoint: `${ISSUER}userinfo` };
    fake.others = { '/userinfo': { body: { sub: 'somebody' } } };
    const provider = resolve(createPadlockContainer({ ports: { http: fake.http, clock: noon } }), Provider);
    const asked = provider.userinfo({ info: await provider.info(ISSUER, CLIENT) }, TOKEN, { subject: undefined });
    await expect(asked).resolves.toEqual({ sub: 'somebody' });
  });
});

describe('a signed answer (B32)', () => {
  test.each(['application/jwt', 'application/JWT; charset=utf-8'])('with a good signature is taken (%s)', async (type) => {
    const { ask } = world({ ...(signed({ ...whole, email: 'e' }) as object), headers: { 'content-type': type } });
    await expect(ask()).resolves.toMatchObject({ sub: 'robin', email: 'e' });
  });

  test('need not say whose and for whom it is; what it says has to be right', async () => {
    await expect(world(signed({})).ask()).resolves.toEqual({ sub: 'robin' });
  });

  test.each<[string, Fake, string]>([
    ['signed by a stranger', signed(whole, strangerFor('RS256')), 'token_signature'],
    ['signed by nobody', { headers: SIGNED, body: `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.` }, 'token_alg_not_allowed'],
    ['signed with a secret', signed(whole, keyFor('HS256')), 'token_alg_not_allowed'],
    ['of another issuer', signed({ ...whole, iss: 'https://evil.test' }), 'token_issuer'],
    ['for another client', signed({ ...whole, aud: 'another' }), 'token_audience'],
    ['issued for another client', signed({ ...whole, azp: 'another' }), 'token_azp'],
    ['that is over', signed({ ...whole, exp: SECONDS - 3600 }), 'token_expired'],
    ['from the future', signed({ ...whole, iat: SECONDS + 3600 }), 'token_iat'],
    ['that is an access token', signed(whole, keyFor('RS256'), { typ: 'at+jwt' }), 'token_type'],
    ['that is a logout token', signed({ ...whole, events: {} }), 'token_type'],
    ['that is JSON', { headers: SIGNED, body: { sub: 'robin' } }, 'token_malformed'],
    ['that is encrypted', { headers: SIGNED, body: 'a.b.c.d.e' }, 'token_encrypted'],
  ])('%s is refused', async (_, answer, code) => {
    await expect(codeOf(() => world(answer).ask())).resolves.toBe(code);
  });

  test('by a key that was rotated in a moment ago is taken: the keys are fetched once more', async () => {
    const [old, now] = [keyFor('RS256'), strangerFor('ES256')];
    const { ask, fake } = world(signed(whole, now));
    let asked = 0;
    fake.others['/keys'] = () => ({ body: { keys: [asked++ === 0 ? old.jwk : now.jwk] } });
    await expect(ask()).resolves.toMatchObject({ sub: 'robin' });
    expect(asked).toBe(2);
  });
});

describe('the page that ends a session at the provider', () => {
  const info = (end_session_endpoint?: string) => ({
    issuer: ISSUER,
    clientId: CLIENT,
    metadata: { issuer: ISSUER, ...(end_session_endpoint !== undefined && { end_session_endpoint }) },
  });

  test('is named with the client and with nothing else', () => {
    expect(endSessionUrl(info(`${ISSUER}logout?ui=cli`))).toBe(`${ISSUER}logout?ui=cli&client_id=${CLIENT}`);
    expect(endSessionUrl(info())).toBeUndefined();
  });
});
