import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../src/container.ts';
import type { Client } from '../../src/core/client-identity.ts';
import { ClientValues } from '../../src/core/client-values.ts';
import type { PadlockError } from '../../src/core/errors.ts';
import { resolve } from '../../src/core/inject.ts';
import { Provider } from '../../src/core/provider.ts';
import { none } from '../../src/strategies/client-auth/none.ts';
import { type Fake, fakeProvider, METADATA, noon, tokens } from './fake-provider.ts';
import { CLIENT, codeOf, ISSUER, keyFor, NOW } from './forge.ts';

function world(...token: readonly Fake[]) {
  const fake = fakeProvider(...token);
  const container = createPadlockContainer({ ports: { http: fake.http, clock: noon } });
  const provider = resolve(container, Provider);
  const client = async (): Promise<Client> => ({ info: await provider.info(ISSUER, CLIENT), auth: none, values: new ClientValues({}) });
  return { fake, provider, client };
}
const failure = (promise: Promise<unknown>): Promise<PadlockError> =>
  promise.then(
    () => Promise.reject(new Error('it was accepted')),
    (error: unknown) => error as PadlockError,
  );

describe('discovery', () => {
  test('asks OpenID Connect first, then RFC 8414, and only where the first is not there', async () => {
    const { fake, provider } = world();
    fake.others = { '/.well-known/openid-configuration': { status: 404 }, '/.well-known/oauth-authorization-server': { body: METADATA } };
    await expect(provider.discover(ISSUER)).resolves.toEqual(METADATA);
    expect(fake.requests.map(({ url }) => new URL(url).pathname)).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
    ]);
  });

  test('ends at the first answer that is there and wrong', async () => {
    const { fake, provider } = world();
    fake.others = { '/.well-known/openid-configuration': { status: 500 }, '/.well-known/oauth-authorization-server': { body: METADATA } };
    await expect(failure(provider.discover(ISSUER))).resolves.toMatchObject({ code: 'idp_unavailable' });
    expect(fake.requests).toHaveLength(1);
  });

  test('says where it looked when there is none', async () => {
    const { fake, provider } = world();
    fake.others = { '/.well-known/openid-configuration': { status: 404 } };
    const { code, hint } = await failure(provider.discover(ISSUER));
    expect([code, hint]).toEqual(['proto_discovery_invalid', expect.stringContaining('/.well-known/')]);
  });

  test.each([
    ['not a url', 'config_bad_url'],
    ['http://id.example.test', 'config_insecure_url'],
  ])('does not begin for the issuer %j', async (issuer, code) => {
    const { fake, provider } = world();
    await expect(codeOf(() => provider.info(issuer, CLIENT))).resolves.toBe(code);
    expect(fake.requests).toEqual([]);
  });

  test('gives no keys where none are published', async () => {
    const { fake, provider } = world();
    fake.metadata = { ...METADATA, jwks_uri: null };
    await expect(codeOf(async () => provider.keys(await provider.info(ISSUER, CLIENT)))).resolves.toBe('proto_discovery_invalid');
  });

  test.each([{}, { keys: {} }, { keys: 'x' }, []])('takes %j for no key set', async (body) => {
    const { fake, provider } = world();
    fake.others = { '/keys': { body } };
    const code = await codeOf(async () => provider.keys(await provider.info(ISSUER, CLIENT)));
    expect(['proto_jwks_invalid', 'proto_bad_shape']).toContain(code);
  });
});

describe('a token request', () => {
  test('holds the grant, the client and what was asked for, once each (BCP 15, 25)', async () => {
    const { fake, provider, client } = world();
    const request = { scope: ['openid', 'x'], audience: 'https://api.test', resource: ['a', 'b'], params: { realm: 'eng' } };
    await provider.exchange(await client(), 'password', { username: 'robin', password: 'pw', otp: undefined }, request);
    expect([...(fake.forms()[0] ?? [])].sort(([a], [b]) => a.localeCompare(b))).toEqual([
      ['audience', 'https://api.test'],
      ['client_id', CLIENT],
      ['grant_type', 'password'],
      ['password', 'pw'],
      ['realm', 'eng'],
      ['resource', 'a'],
      ['resource', 'b'],
      ['scope', 'openid x'],
      ['username', 'robin'],
    ]);
    expect(fake.requests.at(-1)).toMatchObject({ method: 'POST', url: METADATA.token_endpoint, purpose: 'The token endpoint' });
  });

  test('leaves out a scope that nobody asks for, and does not repeat what the grant says itself (BCP 24)', async () => {
    const { fake, provider, client } = world();
    await provider.exchange(await client(), 'x', { scope: 'own', audience: 'mine' }, { scope: ['theirs'], audience: 'theirs' });
    await provider.exchange(await client(), 'x', {}, { scope: [] });
    expect(fake.forms().map((form) => [form.getAll('scope'), form.getAll('audience')])).toEqual([
      [['own'], ['mine']],
      [[], []],
    ]);
  });

  test.each([
    'grant_type',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'scope',
    'audience',
    'resource',
    'username',
  ])('does not take %s from --param: it has an option of its own', async (name) => {
    const { fake, provider, client } = world();
    const exchange = provider.exchange(await client(), 'password', { username: 'robin' }, { params: { [name]: 'x' } });
    await expect(failure(exchange)).resolves.toMatchObject({ code: 'usage_conflict', message: expect.stringContaining(name) });
    expect(fake.forms()).toEqual([]);
  });

  test('is sent once, whatever the answer', async () => {
    for (const answer of [{ status: 503 }, { status: 429 }, { status: 401, body: { error: 'invalid_client' } }, { body: '<html>' }]) {
      const { fake, provider, client } = world(answer);
      await failure(provider.exchange(await client(), 'password', {}, {}));
      expect(fake.forms()).toHaveLength(1);
    }
  });
});

describe('the answer to a token request', () => {
  test('is given whole, the ID token and unknown members included (BCP 19)', async () => {
    const body = tokens({ 'acme:x': { y: [1] } });
    const { provider, client } = world({ body });
    await expect(provider.exchange(await client(), 'x', {}, {})).resolves.toEqual(body);
  });

  test.each(['expires_in', 'scope', 'refresh_token', 'id_token', 'error', 'error_description'])('may say null for %s', async (name) => {
    const { provider, client } = world({ body: tokens({ [name]: null }) });
    await expect(provider.exchange(await client(), 'x', {}, {})).resolves.toMatchObject({ access_token: 'at-canary-0123456789' });
  });

  test.each([{ expires_in: '3600' }, { token_type: 'BEARER' }, { expires_in: 1e300 }, { expires_in: 0 }, { error: '' }])(
    'may be %j',
    async (more) => {
      const { provider, client } = world({ body: tokens(more) });
      await expect(provider.exchange(await client(), 'x', {}, {})).resolves.toMatchObject(more);
    },
  );

  test.each<[string, Fake, string]>([
    ['an error with status 200', { body: { error: 'invalid_grant' } }, 'auth_invalid_grant'],
    ['an error beside a token', { body: tokens({ error: 'invalid_grant' }) }, 'auth_invalid_grant'],
    ['tokens with status 201', { status: 201, body: tokens() }, 'proto_status'],
    ['a redirect', { status: 307, headers: { location: 'https://evil.test' } }, 'proto_redirect'],
    ['HTML', { body: '<html></html>', headers: { 'content-type': 'text/html' } }, 'proto_not_json'],
    ['HTML that is called JSON', { body: '<html></html>' }, 'proto_not_json'],
    ['tokens that are called HTML', { body: tokens(), headers: { 'content-type': 'text/html' } }, 'proto_content_type'],
    ['nothing', { body: '' }, 'proto_not_json'],
    ['a list', { body: [] }, 'proto_bad_shape'],
    ['null', { body: 'null' }, 'proto_bad_shape'],
    ['a member twice', { body: '{"access_token":"a","access_token":"b","token_type":"Bearer"}' }, 'proto_duplicate_key'],
    ['a token with a line end', { body: tokens({ access_token: 'a\r\nb' }) }, 'proto_bad_shape'],
    ['a token of type mac', { body: tokens({ token_type: 'mac' }) }, 'proto_token_type'],
  ])('that is %s is refused, and tells none of it', async (_, answer, code) => {
    const { provider, client } = world(answer);
    const error = await failure(provider.exchange(await client(), 'x', {}, {}));
    expect(error.code).toBe(code);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  test.each([
    ['refresh_token', 'rt-canary-that-was-sent'],
    ['assertion', 'assertion canary + more'],
    ['password', "it's a canary!"],
    ['one_time_pin', '424242'],
  ])('that quotes the request hides its %s', async (name, value) => {
    for (const echo of [value, new URLSearchParams({ [name]: value }).toString()]) {
      const { provider, client } = world({ status: 400, body: { error: 'invalid_request', error_description: `bad: ${echo}` } });
      const error = await failure(provider.exchange(await client(), 'x', { [name]: value }, {}));
      expect(error.message).toMatch(/bad: .*\[redacted\]/);
      expect(inspect(error)).not.toContain(value);
    }
  });

  test('that quotes the header hides it, and not the user name', async () => {
    const basic = btoa('acme-cli:canary-secret');
    const auth = {
      ...none,
      authenticate: (_: unknown, { headers }: { headers: Map<string, string> }) => void headers.set('authorization', `Basic ${basic}`),
    };
    const { provider, client } = world({ status: 400, body: { error: 'x', error_description: `robin sent Basic ${basic}` } });
    const error = await failure(provider.exchange({ ...(await client()), auth }, 'x', { username: 'robin' }, {}));
    expect(error.message).toContain('robin sent Basic [redacted]');
  });

  test('that cannot be had fails as the network does', async () => {
    const { provider, client } = world(() => Promise.reject(Object.assign(new Error('x'), { name: 'AbortError' })));
    await expect(provider.exchange(await client(), 'x', {}, {})).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('an endpoint that redirects (BCP 18)', () => {
  const METADATA_OF_ALL = { ...METADATA, introspection_endpoint: `${ISSUER}introspect`, userinfo_endpoint: `${ISSUER}userinfo` };

  test.each([301, 302, 303, 307, 308])('is refused with %i, and nothing is sent to where it points', async (status) => {
    const away: Fake = { status, headers: { location: 'https://evil.test/' } };
    const { fake, provider, client } = world(away);
    fake.metadata = METADATA_OF_ALL;
    for (const path of ['/revoke', '/introspect', '/userinfo']) fake.others[path] = away;
    for (const ask of [
      async () => provider.exchange(await client(), 'refresh_token', { refresh_token: 'rt-1' }, {}),
      async () => provider.revoke(await client(), 'rt-1', 'refresh_token'),
      async () => provider.post(await client(), 'introspection_endpoint', { token: 'at-1' }, {}),
      async () => provider.userinfo({ info: (await client()).info }, { type: 'Bearer', value: 'at-1' }, { subject: 'robin' }),
    ])
      expect((await failure(ask())).code).toBe('proto_redirect');
    expect(fake.requests.filter(({ url }) => !url.startsWith(ISSUER))).toEqual([]);
  });
});

describe('revoking a token', () => {
  test('sends it with what it is, as the client', async () => {
    const { fake, provider, client } = world();
    await expect(provider.revoke(await client(), 'rt-1', 'refresh_token')).resolves.toBe(true);
    expect(fake.requests.at(-1)).toMatchObject({ method: 'POST', url: METADATA.revocation_endpoint });
    expect(Object.fromEntries(new URLSearchParams(fake.requests.at(-1)?.body))).toEqual({
      token: 'rt-1',
      token_type_hint: 'refresh_token',
      client_id: CLIENT,
    });
  });

  test.each([undefined, null])('does not happen where there is no endpoint (%j)', async (revocation_endpoint) => {
    const { fake, provider, client } = world();
    fake.metadata = { ...METADATA, revocation_endpoint };
    await expect(provider.revoke(await client(), 'rt-1', 'refresh_token')).resolves.toBe(false);
    expect(fake.requests).toHaveLength(1);
  });

  test('is done when the provider has nothing to say about it', async () => {
    const { fake, provider, client } = world();
    fake.others = { '/revoke': { status: 204 } };
    await expect(provider.revoke(await client(), 'rt-1', 'access_token')).resolves.toBe(true);
  });

  test('fails with what the provider says, and without the token', async () => {
    const { fake, provider, client } = world();
    fake.others = { '/revoke': { status: 503, body: { error: 'x', error_description: 'no rt-canary-1 here' } } };
    const error = await failure(provider.revoke(await client(), 'rt-canary-1', 'refresh_token'));
    expect(error.code).toBe('idp_unavailable');
    expect(inspect(error)).not.toContain('rt-canary-1');
  });
});

describe('another endpoint', () => {
  const withDevice = {
    ...METADATA,
    device_authorization_endpoint: `${ISSUER}device`,
    authorization_endpoint: `${ISSUER}authorize?tenant=1`,
  };
  const at = async (fake: Fake) => {
    const { fake: server, provider, client } = world();
    server.metadata = withDevice;
    server.others = { '/device': fake };
    return { server, provider, client: await client() };
  };
  const DEVICE = 'device_authorization_endpoint';

  test('gets the form, what is asked for and the client’s proof, and its answer is handed on', async () => {
    const { server, provider, client } = await at({ body: { device_code: 'd' } });
    await expect(provider.post(client, DEVICE, { x: ['1', '2'] }, { scope: ['openid'], resource: ['a'] })).resolves.toEqual({
      device_code: 'd',
    });
    expect(server.requests.at(-1)).toMatchObject({ method: 'POST', url: `${ISSUER}device`, purpose: 'The device authorization endpoint' });
    expect(new URLSearchParams(server.requests.at(-1)?.body).toString()).toBe(`x=1&x=2&scope=openid&resource=a&client_id=${CLIENT}`);
  });

  test('may answer 201 (RFC 9126)', async () => {
    const { provider, client } = await at({ status: 201, body: { request_uri: 'urn:x' } });
    await expect(provider.post(client, DEVICE, {}, {})).resolves.toEqual({ request_uri: 'urn:x' });
  });

  test.each<[Fake, string]>([
    [{ status: 400, body: { error: 'invalid_scope' } }, 'client_invalid_scope'],
    [{ status: 200, body: { error: 'invalid_client' } }, 'client_invalid'],
    [{ status: 503 }, 'idp_unavailable'],
    [{ status: 302 }, 'proto_redirect'],
    [{ status: 204 }, 'proto_status'],
    [{ body: 'x' }, 'proto_not_json'],
  ])('that answers %j has failed with %s', async (answer, code) => {
    const { provider, client } = await at(answer);
    await expect(codeOf(() => provider.post(client, DEVICE, {}, {}))).resolves.toBe(code);
  });

  test('that is not there is not guessed', async () => {
    const { server, provider, client } = await at({ body: {} });
    const error = await failure(provider.post(client, 'pushed_authorization_request_endpoint', {}, {}));
    expect([error.code, error.message]).toEqual(['client_unsupported_grant', 'The provider has no pushed authorization request endpoint.']);
    expect(server.requests).toHaveLength(1);
  });

  test('has an address of its own for a client that shows a certificate (RFC 8705)', async () => {
    const { server, provider, client } = await at({ body: {} });
    server.others = { '/mtls/device': { body: {} }, '/mtls/token': { body: tokens() } };
    const identity = { cert: 'CERT', key: 'KEY' };
    const aliases = { device_authorization_endpoint: `${ISSUER}mtls/device`, token_endpoint: `${ISSUER}mtls/token` };
    const info = { ...client.info, metadata: { ...client.info.metadata, mtls_endpoint_aliases: aliases } };
    await provider.post({ ...client, info, identity }, DEVICE, {}, {});
    await provider.exchange({ ...client, info, identity }, 'x', {}, {});
    await provider.post({ ...client, info }, DEVICE, {}, {}).catch(() => undefined);
    expect(server.requests.slice(1).map(({ url, identity: shown }) => [url, shown])).toEqual([
      [`${ISSUER}mtls/device`, identity],
      [`${ISSUER}mtls/token`, identity],
      [`${ISSUER}device`, undefined],
    ]);
  });

  test('of the browser gets what is asked for in its query, and keeps what it has there', async () => {
    const { provider, client } = await at({ body: {} });
    const url = new URL(
      provider.authorizationUrl(client.info, { response_type: 'code' }, { scope: ['openid', 'x'], params: { realm: 'r' } }),
    );
    expect(`${url.origin}${url.pathname}`).toBe(`${ISSUER}authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: '1',
      client_id: CLIENT,
      response_type: 'code',
      scope: 'openid x',
      realm: 'r',
    });
    const { authorization_endpoint: _, ...metadata } = client.info.metadata;
    await expect(codeOf(async () => provider.authorizationUrl({ ...client.info, metadata }, {}, {}))).resolves.toBe(
      'client_unsupported_grant',
    );
  });
});

test('keys are read once and again when a fresh set is asked for', async () => {
  const { fake, provider, client } = world();
  const { info } = await client();
  const at = async (fresh?: boolean) => {
    const { keys, cached, fetchedAt } = await provider.keys(info, fresh);
    return [keys.map(({ kid }) => kid), cached, fetchedAt];
  };
  await expect(at()).resolves.toEqual([[keyFor('RS256').jwk.kid], false, NOW]);
  await expect(at()).resolves.toMatchObject([{}, true, NOW]);
  await expect(at(true)).resolves.toMatchObject([{}, false, NOW]);
  expect(fake.requests.filter(({ url }) => url.endsWith('/keys'))).toHaveLength(2);
});
