import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTVerifyResult, jwtVerify } from 'jose';
import { type ClientVariant, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { password, post, present, refresh, token, userinfo } from './support.ts';

let idp: Sandbox;
beforeAll(async () => {
  idp = await startSandbox();
});
afterAll(() => idp.close());

const keySet = async (): Promise<JSONWebKeySet> => (await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet;
async function verify(jwt: string | undefined, variant: ClientVariant): Promise<JWTVerifyResult> {
  const { clientId, clientSecret } = idp.client('password', variant);
  const options = { issuer: idp.issuer, audience: clientId };
  return variant === 'hs256'
    ? jwtVerify(present(jwt), new TextEncoder().encode(clientSecret), options)
    : jwtVerify(present(jwt), createLocalJWKSet(await keySet()), options);
}

describe('the password grant', () => {
  test.each([
    ['hs256', 'HS256'],
    ['rs256', 'RS256'],
    ['ps256', 'PS256'],
    ['es256', 'ES256'],
    ['eddsa', 'EdDSA'],
    ['basic', 'RS256'],
    ['public', 'RS256'],
  ] as const)('signs Robin in at the %s client, with an ID token signed by %s', async (variant, alg) => {
    const { status, body } = await password(idp, variant);
    expect({ status, type: body.token_type, scope: body.scope }).toEqual({
      status: 200,
      type: 'Bearer',
      scope: 'openid profile email offline_access',
    });
    const { payload, protectedHeader } = await verify(body.id_token, variant);
    expect(protectedHeader.alg).toBe(alg);
    expect(payload).toMatchObject({ name: 'Robin Percy', nickname: 'robin', email: 'robin@percy.test', at_hash: expect.any(String) });
    expect((await userinfo(idp, body.access_token)).body).toMatchObject({ sub: payload.sub, nickname: 'robin' });
  });

  test.each([{ password: 'wrong' }, { username: 'someone@percy.test' }])(
    'refuses %j, and says nothing of which was wrong',
    async (wrong) => {
      const { status, body } = await password(idp, 'hs256', wrong);
      expect({ status, ...body }).toEqual({ status: 400, error: 'invalid_grant', error_description: 'Wrong email or password.' });
    },
  );

  test('refuses a wrong client secret, and a posted one from the client that has to use Basic', async () => {
    const form = { grant_type: 'password', ...idp.user };
    const { clientId, clientSecret = '' } = idp.client('password', 'basic');
    const post256 = await post(`${idp.issuer}/token`, { ...form, client_id: 'padlock-hs256', client_secret: 'wrong' });
    const postBasic = await post(`${idp.issuer}/token`, { ...form, client_id: clientId, client_secret: clientSecret });
    expect([post256, postBasic].map(({ status, body }) => [status, body.error])).toEqual([
      [401, 'invalid_client'],
      [401, 'invalid_client'],
    ]);
  });

  test('gives a refresh token only for offline_access, and an ID token only for openid', async () => {
    const { body } = await password(idp, 'hs256', { scope: 'profile' });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['refresh_token']));
    expect(body.id_token).toBeUndefined();
  });

  test.each(['audience', 'resource'])('gives a JWT for the API named as %s, and keeps giving it on refresh', async (parameter) => {
    const first = await password(idp, 'hs256', { [parameter]: 'https://api.percy.test', scope: 'openid offline_access read:reports' });
    const second = await refresh(idp, first.body.refresh_token);
    for (const { body } of [first, second]) {
      const { payload, protectedHeader } = await jwtVerify(present(body.access_token), createLocalJWKSet(await keySet()), {
        issuer: idp.issuer,
        audience: 'https://api.percy.test',
        typ: 'at+jwt',
      });
      expect([protectedHeader.alg, payload.scope]).toEqual(['RS256', 'openid offline_access read:reports']);
    }
  });

  test('refuses an API it does not know', async () => {
    expect((await password(idp, 'hs256', { audience: 'https://other.test' })).body.error).toBe('invalid_target');
  });
});

test('a client registered for post may use Basic', async () => {
  const { clientId, clientSecret } = idp.client('password');
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  expect((await post(`${idp.issuer}/token`, { grant_type: 'password', ...idp.user, scope: 'openid' }, { authorization })).status).toBe(200);
});

describe('client credentials', () => {
  const service = (more: Record<string, string> = {}) => {
    const { clientId, clientSecret = '' } = idp.client('client-credentials');
    return post(`${idp.issuer}/token`, { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...more });
  };

  test('give an opaque token with the scope that was asked for', async () => {
    const { status, body } = await service({ scope: 'read:reports' });
    expect({ status, ...body }).toEqual({
      status: 200,
      access_token: expect.not.stringContaining('.'),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'read:reports',
    });
  });

  test('give a JWT for the API', async () => {
    const { body } = await service({ scope: 'write:reports', audience: 'https://api.percy.test' });
    expect(decodeProtectedHeader(present(body.access_token))).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
  });

  test('do not stretch to what only a user has', async () => {
    expect((await service({ scope: 'openid' })).body.error).toBe('invalid_scope');
  });
});

describe('refresh tokens', () => {
  test('rotate', async () => {
    const first = await password(idp);
    const second = await refresh(idp, first.body.refresh_token);
    const third = await refresh(idp, second.body.refresh_token);
    expect(new Set([first, second, third].map(({ body }) => body.refresh_token)).size).toBe(3);
    expect((await verify(third.body.id_token, 'hs256')).payload.email).toBe('robin@percy.test');
  });

  test('used twice end the whole family, its access tokens included', async () => {
    const first = await password(idp);
    const second = await refresh(idp, first.body.refresh_token);
    expect((await userinfo(idp, second.body.access_token)).status).toBe(200);
    expect((await refresh(idp, first.body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(idp, second.body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await userinfo(idp, second.body.access_token)).status).toBe(401);
  });

  test('used twice at the same moment are noticed too', async () => {
    const { body } = await password(idp);
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(idp, body.refresh_token)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    const kept = answers.find(({ status }) => status === 200)?.body.refresh_token ?? body.refresh_token;
    expect((await refresh(idp, kept)).body.error).toBe('invalid_grant');
  });

  test('can be revoked, and introspection tells', async () => {
    const { body } = await password(idp);
    const client = idp.client('password');
    const form = { token: present(body.refresh_token), client_id: client.clientId, client_secret: client.clientSecret ?? '' };
    expect((await post(`${idp.issuer}/introspect`, form)).body.active).toBe(true);
    expect((await post(`${idp.issuer}/revoke`, form)).status).toBe(200);
    expect((await post(`${idp.issuer}/introspect`, form)).body.active).toBe(false);
  });
});

test('a hundred sign-ins at once all succeed and are all recorded', async () => {
  idp.requests.clear();
  const answers = await Promise.all(Array.from({ length: 100 }, () => password(idp, 'es256')));
  expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(100);
  expect(idp.requests.at('token')).toHaveLength(100);
});

test('discovery lists what there is', async () => {
  const metadata = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    issuer: idp.issuer,
    token_endpoint: `${idp.issuer}/token`,
    jwks_uri: `${idp.issuer}/jwks`,
    grant_types_supported: expect.arrayContaining(['password', 'client_credentials', 'refresh_token', 'authorization_code']),
    authorization_details_types_supported: expect.arrayContaining(['payment_initiation']),
    id_token_signing_alg_values_supported: expect.arrayContaining(['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']),
    token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic', 'client_secret_jwt', 'private_key_jwt'],
  });
});

test('an unknown grant type is refused in OAuth’s words', async () => {
  expect(await token(idp, 'hs256', { grant_type: 'urn:nobody' })).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
});
