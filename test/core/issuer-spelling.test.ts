import { describe, expect, test } from '@jest/globals';
import { isPadlockError } from '../../src/core/errors.ts';
import { type Fake, fakeProvider, padlockAt, tokens } from './fake-provider.ts';
import { claims, keyFor, token } from './forge.ts';

const TENANT = '9f0c1d2e-0000-4000-8000-0123456789ab';
const OTHER = '11111111-2222-4333-8444-555555555555';
const at = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;

interface Scene {
  readonly tenant?: string;
  /** What the discovery document calls itself. */
  readonly document?: string;
  readonly claims: Record<string, unknown>;
  /** The `issuer` member of the signing key. */
  readonly keyIssuer?: string | undefined;
  readonly kid?: boolean;
}

/** Entra at that tenant: what a sign-in there ends in. */
async function outcome({
  tenant = 'organizations',
  document = at('{tenantid}'),
  keyIssuer,
  claims: said,
  kid = true,
}: Scene): Promise<string> {
  const signer = keyFor('RS256');
  const header = kid ? {} : { kid: undefined };
  const fake = fakeProvider({ body: tokens({ id_token: token(signer, { payload: claims(said as never), header }) }) });
  const endpoint = (path: string) => `https://login.microsoftonline.com/${path}`;
  fake.metadata = {
    issuer: document,
    token_endpoint: endpoint('token'),
    jwks_uri: endpoint('jwks'),
    id_token_signing_alg_values_supported: ['RS256'],
  };
  const found: Fake = { body: fake.metadata };
  fake.others = {
    [`/${tenant}/v2.0/.well-known/openid-configuration`]: found,
    '/jwks': { body: { keys: [{ ...signer.jwk, ...(keyIssuer !== undefined && { issuer: keyIssuer }) }] } },
  };
  const padlock = padlockAt(fake, { ...({ issuer: undefined } as object), provider: 'entra', values: { tenant } });
  try {
    const { identity } = await padlock.authenticate();
    return identity.verified ? String(identity.claims.iss) : 'nobody';
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return error.code;
  }
}

describe('the multi-tenant issuer of Entra', () => {
  test('takes a token of the tenant that the token names', async () => {
    await expect(outcome({ claims: { iss: at(TENANT), tid: TENANT } })).resolves.toBe(at(TENANT));
    await expect(outcome({ tenant: 'common', claims: { iss: at(TENANT), tid: TENANT } })).resolves.toBe(at(TENANT));
  });

  test.each<[string, Record<string, unknown>]>([
    ['another tenant than its issuer', { iss: at(OTHER), tid: TENANT }],
    ['no tenant', { iss: at(TENANT) }],
    ['a tenant that is no GUID', { iss: at('evil'), tid: 'evil' }],
    ['the template itself', { iss: at('{tenantid}'), tid: '{tenantid}' }],
    ['a path for a tenant', { iss: 'https://login.microsoftonline.com/../x/v2.0', tid: '../x' }],
    ['another host', { iss: `https://login.microsoftonline.evil.test/${TENANT}/v2.0`, tid: TENANT }],
    ['the issuer of version 1', { iss: `https://sts.windows.net/${TENANT}/`, tid: TENANT }],
    ['a slash more', { iss: `${at(TENANT)}/`, tid: TENANT }],
  ])('refuses one that names %s', async (_, said) => {
    await expect(outcome({ claims: said })).resolves.toBe('token_issuer');
  });

  test('refuses a key of one tenant under the token of another (BCP 45)', async () => {
    const said = { iss: at(TENANT), tid: TENANT };
    await expect(outcome({ claims: said, keyIssuer: at(TENANT) })).resolves.toBe(at(TENANT));
    await expect(outcome({ claims: said, keyIssuer: at('{tenantid}') })).resolves.toBe(at(TENANT));
    await expect(outcome({ claims: said, keyIssuer: at(OTHER) })).resolves.toBe('token_issuer');
    await expect(outcome({ claims: said, keyIssuer: at(OTHER), kid: false })).resolves.toBe('token_issuer');
  });

  test('refuses a document of another issuer', async () => {
    const said = { iss: at(TENANT), tid: TENANT };
    await expect(outcome({ claims: said, document: at(OTHER) })).resolves.toBe('proto_discovery_mismatch');
    await expect(outcome({ claims: said, document: `${at('{tenantid}')}/` })).resolves.toBe('proto_discovery_mismatch');
  });
});

describe('one tenant', () => {
  test('is only itself', async () => {
    await expect(outcome({ tenant: TENANT, document: at(TENANT), claims: { iss: at(TENANT), tid: TENANT } })).resolves.toBe(at(TENANT));
    await expect(outcome({ tenant: TENANT, document: at(TENANT), claims: { iss: at(OTHER), tid: OTHER } })).resolves.toBe('token_issuer');
    await expect(outcome({ tenant: TENANT, claims: { iss: at(TENANT), tid: TENANT } })).resolves.toBe('proto_discovery_mismatch');
  });

  test('by its domain name is refused: the message names the identifier', async () => {
    await expect(outcome({ tenant: 'acme.test', document: at(TENANT), claims: { iss: at(TENANT), tid: TENANT } })).resolves.toBe(
      'proto_discovery_mismatch',
    );
  });
});

test('a spelling is of its own issuer alone: beside another one the preset changes nothing', async () => {
  const fake = fakeProvider({ body: tokens({ id_token: token(keyFor('RS256'), { payload: claims({ iss: at(TENANT), tid: TENANT }) }) }) });
  await expect(padlockAt(fake, { provider: 'entra' }).authenticate()).rejects.toMatchObject({ code: 'token_issuer' });
});

test('Google may leave out the scheme, and nothing else', async () => {
  const google = async (iss: string) => {
    const fake = fakeProvider({ body: tokens({ id_token: token(keyFor('RS256'), { payload: claims({ iss }) }) }) });
    const host = 'https://accounts.google.com';
    fake.metadata = {
      issuer: host,
      token_endpoint: `${host}/token`,
      jwks_uri: `${host}/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    };
    const padlock = padlockAt(fake, { ...({ issuer: undefined } as object), provider: 'google' });
    return padlock.authenticate().then(
      ({ issuer }) => issuer,
      (error: { code: string }) => error.code,
    );
  };
  await expect(google('accounts.google.com')).resolves.toBe('https://accounts.google.com');
  await expect(google('https://accounts.google.com')).resolves.toBe('https://accounts.google.com');
  await expect(google('https://accounts.google.com/')).resolves.toBe('token_issuer');
  await expect(google('accounts.google.com.evil.test')).resolves.toBe('token_issuer');
});
