import { describe, expect, test } from '@jest/globals';
import { type FakeProvider, fakeProvider, METADATA, padlockAt, tokens } from './fake-provider.ts';

const asked = ({ requests }: FakeProvider): string[] => requests.map(({ url }) => new URL(url).pathname);
const WELL_KNOWN = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];
const nothing = Object.fromEntries(WELL_KNOWN.map((path) => [path, { status: 404 }]));

describe('endpoints given by hand', () => {
  test('win over those of the discovery document; the others stay', async () => {
    const fake = fakeProvider();
    fake.metadata = { ...METADATA, token_endpoint: 'https://id.example.test/published' };
    const { user } = await padlockAt(fake, { values: { tokenEndpoint: METADATA.token_endpoint } }).authenticate();
    expect(user?.email).toBe('robin@percy.test');
    expect(asked(fake)).toEqual(expect.arrayContaining([WELL_KNOWN[0], '/token', '/keys']));
    expect(asked(fake)).not.toContain('/published');
  });

  test('need no document when token endpoint and keys are given: nobody asks for one', async () => {
    const fake = fakeProvider();
    const values = { tokenEndpoint: METADATA.token_endpoint, jwksUri: METADATA.jwks_uri };
    await expect(padlockAt(fake, { values }).authenticate()).resolves.toMatchObject({ identity: { verified: true } });
    expect(asked(fake).filter((path) => path?.startsWith('/.well-known'))).toEqual([]);
  });

  test('with the token endpoint alone the document may be missing', async () => {
    const fake = fakeProvider({ body: tokens({ id_token: undefined }) });
    fake.others = nothing;
    const options = { flow: 'client-credentials', values: { tokenEndpoint: METADATA.token_endpoint } };
    await expect(padlockAt(fake, options).authenticate()).resolves.toMatchObject({ user: null });
    expect(asked(fake).filter((path) => path !== '/token')).toEqual(WELL_KNOWN);
  });

  test('but not be wrong', async () => {
    const fake = fakeProvider();
    fake.metadata = { ...METADATA, issuer: 'https://evil.test/' };
    const values = { tokenEndpoint: METADATA.token_endpoint };
    await expect(padlockAt(fake, { values }).authenticate()).rejects.toMatchObject({ code: 'proto_discovery_mismatch' });
    expect(asked(fake)).not.toContain('/token');
  });

  test('without the token endpoint a document is demanded, and the hint says what to give', async () => {
    const fake = fakeProvider();
    fake.others = nothing;
    const failure = await padlockAt(fake, { values: { jwksUri: METADATA.jwks_uri } })
      .authenticate()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'proto_discovery_invalid', hint: expect.stringContaining('--token-endpoint') });
  });
});
