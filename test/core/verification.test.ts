/** What is fetched to judge an answer, when, and by which clock it is judged. */
import { describe, expect, test } from '@jest/globals';
import type { PadlockOptions } from '../../src/index.ts';
import { type FakeProvider, fakeProvider, METADATA, padlockAt, tokens } from './fake-provider.ts';
import { claims, keyFor, SECONDS, token } from './forge.ts';

const paths = ({ requests }: FakeProvider): readonly string[] => requests.map(({ url }) => new URL(url).pathname);
const [DISCOVERY, KEYS, TOKEN] = ['/.well-known/openid-configuration', '/keys', '/token'];

async function signIn(fake: FakeProvider, options: PadlockOptions = {}) {
  const logged: unknown[] = [];
  const log = { debug: (event: string, fields?: object) => logged.push([event, fields]), info: () => {} };
  const session = await padlockAt(fake, { ...options, ports: { log } as never }).authenticate();
  return { session, logged, paths: paths(fake) };
}

describe('the keys', () => {
  test('are on their way before the token is asked for, and are asked for once', async () => {
    expect((await signIn(fakeProvider())).paths).toEqual([DISCOVERY, KEYS, TOKEN]);
  });

  test('are not asked for where a secret signs', async () => {
    const fake = fakeProvider({ body: tokens({}, keyFor('HS256')) });
    expect((await signIn(fake, { verifier: 'shared-secret' } as PadlockOptions)).paths).toEqual([DISCOVERY, TOKEN]);
  });

  test('are there for an access token where nobody signs in', async () => {
    const { id_token: _, ...answer } = tokens();
    expect((await signIn(fakeProvider({ body: answer }), { scope: ['read'] })).paths).toEqual([DISCOVERY, KEYS, TOKEN]);
    const bare = fakeProvider({ body: answer });
    const { jwks_uri: __, ...metadata } = METADATA;
    bare.metadata = metadata;
    expect((await signIn(bare, { scope: ['read'] })).paths).toEqual([DISCOVERY, TOKEN]);
  });

  test('that cannot be had early are asked for again, and the first failure is told to who debugs', async () => {
    const fake = fakeProvider();
    let asked = 0;
    fake.others = { '/keys': () => (++asked === 1 ? { status: 404 } : { body: { keys: [keyFor('RS256').jwk] } }) };
    const { logged, session } = await signIn(fake);
    expect(session.identity.verified).toBe(true);
    expect(logged).toContainEqual(['early_key_fetch_failed', { code: 'proto_status' }]);
  });
});

describe('an ID token', () => {
  const expired = (seconds: number): FakeProvider =>
    fakeProvider({
      body: tokens({ id_token: token(keyFor('RS256'), { payload: claims({ iat: SECONDS - 900, exp: SECONDS - seconds }) }) }),
    });

  test('is judged with the tolerance that was set', async () => {
    await expect(signIn(expired(100))).rejects.toMatchObject({ code: 'token_expired' });
    expect((await signIn(expired(100), { clockSkew: 120 } as PadlockOptions)).session.identity.verified).toBe(true);
    await expect(signIn(expired(130), { clockSkew: 120 } as PadlockOptions)).rejects.toMatchObject({ code: 'token_expired' });
  });

  test('that is missing is a failure where the scope asks for one, and none where it does not', async () => {
    const { id_token: _, ...answer } = tokens();
    await expect(signIn(fakeProvider({ body: answer }))).rejects.toMatchObject({ code: 'token_missing' });
    expect((await signIn(fakeProvider({ body: answer }), { scope: ['read'] })).session.identity).toEqual({
      verified: false,
      reason: 'no_id_token',
    });
    const own = await signIn(fakeProvider({ body: answer }), { flow: 'client-credentials', scope: ['openid'] });
    expect([own.session.identity, own.session.warnings]).toEqual([{ verified: false, reason: 'client' }, []]);
  });
});

describe('an access token', () => {
  test('that nobody here can check is passed on, unless somebody insists', async () => {
    const { session } = await signIn(fakeProvider());
    expect(session.access.verified).toEqual({ by: null, reason: 'opaque' });
    await expect(signIn(fakeProvider(), { requireVerified: true } as PadlockOptions)).rejects.toMatchObject({
      code: 'token_malformed',
      hint: expect.stringContaining('--require-verified'),
    });
  });
});
