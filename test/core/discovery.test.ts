import { describe, expect, test } from '@jest/globals';
import { readMetadata, wellKnownUrls } from '../../src/core/discovery.ts';
import type { PadlockError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json-value.ts';
import { ISSUER } from './forge.ts';

const GOOD = { issuer: ISSUER, token_endpoint: `${ISSUER}token` };
const read = (more: Record<string, unknown>): unknown => readMetadata({ ...GOOD, ...more } as JsonObject, ISSUER);
function failureOf(more: Record<string, unknown>): PadlockError {
  try {
    read(more);
  } catch (error) {
    return error as PadlockError;
  }
  throw new Error('it was believed');
}

describe('the discovery document of an issuer', () => {
  test.each([
    ['https://id.test', ['https://id.test/.well-known/openid-configuration', 'https://id.test/.well-known/oauth-authorization-server']],
    ['https://id.test/', ['https://id.test/.well-known/openid-configuration', 'https://id.test/.well-known/oauth-authorization-server']],
    [
      'https://id.test/realms/eng',
      ['https://id.test/realms/eng/.well-known/openid-configuration', 'https://id.test/.well-known/oauth-authorization-server/realms/eng'],
    ],
  ])('of %s is looked for where the specifications say', (issuer, urls) => {
    expect(wellKnownUrls(issuer)).toEqual(urls);
  });

  test('is believed with what is unknown, and without what is null (BCP 19)', () => {
    const more = { acme_feature: { deep: [1] }, claims_parameter_supported: true, credentials_supported: [{ format: 'jwt' }] };
    expect(read({ ...more, revocation_endpoint: null, jwks_uri: null, grant_types_supported: null })).toEqual({ ...GOOD, ...more });
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['without an issuer', { issuer: undefined }, 'proto_discovery_invalid', /names no issuer/],
    ['with an issuer that is a list', { issuer: [ISSUER] }, 'proto_discovery_invalid', /names no issuer/],
    ['of somebody else', { issuer: 'https://evil.test' }, 'proto_discovery_mismatch', /belongs to "https:\/\/evil\.test"/],
    ['of an issuer with one character more', { issuer: `${ISSUER}1` }, 'proto_discovery_mismatch', /belongs to/],
    ['without a token endpoint', { token_endpoint: undefined }, 'proto_discovery_invalid', /token_endpoint/],
    ['with a token endpoint null', { token_endpoint: null }, 'proto_discovery_invalid', /token_endpoint/],
    ...['javascript:alert(1)', 'file:///etc/passwd', 'http://id.test/token', 'token', '', 'https://a:b@id.test/'].map(
      (url): [string, Record<string, unknown>, string, RegExp] => [
        `with the token endpoint ${JSON.stringify(url)}`,
        { token_endpoint: url },
        'proto_discovery_invalid',
        /"token_endpoint" is not a URL that may be called/,
      ],
    ),
    ['with an endpoint that is a number', { revocation_endpoint: 7 }, 'proto_discovery_invalid', /"revocation_endpoint" is not a URL\./],
    ['with a key set on plain http', { jwks_uri: 'http://id.test/keys' }, 'proto_discovery_invalid', /"jwks_uri"/],
    ...['grant_types_supported', 'token_endpoint_auth_methods_supported', 'id_token_signing_alg_values_supported'].flatMap((list) =>
      ['RS256', { RS256: true }, [7], 7].map((value): [string, Record<string, unknown>, string, RegExp] => [
        `with ${list} ${JSON.stringify(value)}`,
        { [list]: value },
        'proto_discovery_invalid',
        /is not a list of texts/,
      ]),
    ),
  ])('%s is refused', (_, more, code, message) => {
    expect(failureOf(more)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('that differs by a slash says so', () => {
    expect(failureOf({ issuer: ISSUER.slice(0, -1) }).hint).toMatch(/one trailing slash/);
    expect(failureOf({ issuer: 'https://other.test' }).hint).not.toMatch(/slash/);
  });

  test('may name endpoints on loopback addresses', () => {
    expect(read({ token_endpoint: 'http://127.0.0.1:8080/token' })).toMatchObject({ token_endpoint: 'http://127.0.0.1:8080/token' });
  });
});
