import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../src/container.ts';
import { ClientValues } from '../../src/core/client-values.ts';
import { resolve } from '../../src/core/inject.ts';
import { type InspectedToken, inspectToken } from '../../src/core/inspect.ts';
import { Provider } from '../../src/core/provider.ts';
import { Verification } from '../../src/core/verification.ts';
import { VerifierChoice } from '../../src/core/verifier-choice.ts';
import type { PadlockOptions } from '../../src/index.ts';
import { clientSecretPost } from '../../src/strategies/client-auth/client-secret-post.ts';
import { type FakeProvider, fakeProvider, METADATA, noon } from './fake-provider.ts';
import { CLIENT, claims, codeOf, ISSUER, keyFor, SECONDS, SECRET, strangerFor, token } from './forge.ts';

const RS256 = keyFor('RS256');

async function inspect(
  text: string,
  kind: 'id' | 'access' = 'id',
  fake: FakeProvider = fakeProvider(),
  audience?: string,
  more: PadlockOptions = {},
): Promise<InspectedToken> {
  const options: PadlockOptions = {
    ...more,
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: SECRET,
    ports: { http: fake.http, clock: noon },
  };
  const container = createPadlockContainer(options);
  const provider = resolve(container, Provider);
  const info = await provider.info(ISSUER, CLIENT);
  const client = async () => ({ info, auth: clientSecretPost, values: new ClientValues({ clientSecret: SECRET }) });
  const context = { info, kind, audience, asking: {}, signal: new AbortController().signal, client, holder: client };
  const judges = { provider, choice: resolve(container, VerifierChoice), verification: resolve(container, Verification) };
  return inspectToken(text, context, judges);
}
const verdicts = ({ checks }: InspectedToken): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
const failed = (inspected: InspectedToken): string[] =>
  inspected.checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);

describe('an access token that the provider is asked about', () => {
  const asked = (answer: object, text = 'an-opaque-token', kind: 'id' | 'access' = 'access') => {
    const fake = fakeProvider();
    fake.metadata = { ...METADATA, introspection_endpoint: `${ISSUER}introspect` };
    fake.others = { '/introspect': { body: answer } };
    return inspect(text, kind, fake, undefined, { verifier: 'introspection' });
  };
  test('is good if the provider says so, though nobody else can read it', async () => {
    const inspected = await asked({ active: true, sub: 'robin', client_id: 'of anybody' });
    expect(inspected).toMatchObject({ header: undefined, payload: { sub: 'robin' }, failure: undefined });
    expect(verdicts(inspected)).toEqual({ introspection: 'pass' });
  });

  test('fails where the provider says that it is over, whatever its signature says', async () => {
    const at = token(RS256, { header: { typ: 'at+jwt' } });
    const inspected = await asked({ active: false }, at);
    expect(inspected.failure).toMatchObject({ code: 'token_inactive' });
    expect(verdicts(inspected)).toMatchObject({ form: 'pass', signature: 'pass', introspection: 'fail' });
    expect((await asked({ active: true, iss: 'https://other.test' }, at)).failure).toMatchObject({ code: 'token_issuer' });
    expect((await asked({ active: false })).failure).toMatchObject({ code: 'token_inactive' });
  });

  test('is none that the provider need be asked about, where it is an ID token', async () => {
    expect(verdicts(await asked({ active: false }, token(RS256), 'id'))).not.toHaveProperty('introspection');
  });
});

describe('a token under the lamp', () => {
  test('that is right passes every check, and is shown', async () => {
    const inspected = await inspect(token(RS256));
    expect(inspected).toMatchObject({ header: { alg: 'RS256' }, payload: { sub: 'robin' }, failure: undefined });
    expect(failed(inspected)).toEqual([]);
    expect(verdicts(inspected)).toMatchObject({ form: 'pass', signature: 'pass', exp: 'pass', aud: 'pass' });
    expect(inspected.checks.find(({ name }) => name === 'signature')?.detail).toBe('RS256');
  });

  test('is judged by when it is valid, not by when it was made', async () => {
    const old = claims({ iat: SECONDS - 30 * 24 * 3600, exp: SECONDS + 60 });
    expect((await inspect(token(RS256, { payload: old }))).failure).toBeUndefined();
  });

  test.each<[string, string, string, readonly string[]]>([
    ['of a stranger’s key', token({ ...strangerFor('RS256'), jwk: RS256.jwk }), 'token_signature', ['signature']],
    ['that expired', token(RS256, { payload: claims({ exp: SECONDS - 3600 }) }), 'token_expired', ['exp']],
    ['for somebody else', token(RS256, { payload: claims({ aud: 'other' }) }), 'token_audience', ['aud']],
    ['signed with the secret', token(keyFor('HS256')), 'token_alg_not_allowed', ['signature']],
  ])('%s fails that check and shows the others', async (_, text, code, names) => {
    const inspected = await inspect(text);
    expect([inspected.failure?.code, failed(inspected)]).toEqual([code, names]);
    expect([inspected.payload, inspected.checks.length > 3]).toMatchObject([{ sub: 'robin' }, true]);
  });

  test('shows everything that is wrong, and fails with the signature first', async () => {
    const stranger = { ...strangerFor('RS256'), jwk: RS256.jwk };
    const inspected = await inspect(token(stranger, { payload: claims({ exp: SECONDS - 3600, iss: 'https://evil.test' }) }));
    expect([inspected.failure?.code, failed(inspected)]).toEqual(['token_signature', expect.arrayContaining(['signature', 'exp', 'iss'])]);
  });

  test.each(['', 'opaque', 'a.b.c', '..', 'a.b.c.d.e'])('that has no readable form (%j) has one check, which fails', async (text) => {
    const inspected = await inspect(text);
    expect(inspected).toMatchObject({ header: undefined, payload: undefined, failure: { category: 'verification' } });
    expect(verdicts(inspected)).toEqual({ form: 'fail' });
  });

  test('for an API is checked with the issuer’s keys, and for an audience only if one is named', async () => {
    const text = token(RS256, { header: { typ: 'at+jwt' }, payload: claims({ aud: 'https://api.test' }) });
    expect((await inspect(text, 'access')).failure).toBeUndefined();
    expect((await inspect(text, 'access', fakeProvider(), 'https://api.test')).failure).toBeUndefined();
    expect((await inspect(text, 'access', fakeProvider(), 'https://other.test')).failure).toMatchObject({ code: 'token_audience' });
    expect((await inspect(text, 'id')).failure).toBeDefined();
  });

  test('cannot be judged without keys: that is no verdict', async () => {
    const fake = fakeProvider();
    fake.others = { '/keys': { status: 503 } };
    expect(await codeOf(() => inspect(token(RS256), 'id', fake))).toBe('idp_unavailable');
    const none = fakeProvider();
    none.metadata = { ...METADATA, jwks_uri: null };
    expect(await codeOf(() => inspect(token(RS256), 'access', none))).toBe('proto_discovery_invalid');
  });
});
