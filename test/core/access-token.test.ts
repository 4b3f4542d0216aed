import { describe, expect, test } from '@jest/globals';
import { type AccessTokenExpectation, judgeAccessToken } from '../../src/core/access-token.ts';
import { thumbprint } from '../../src/core/client-certificate.ts';
import { certificate } from '../support/certificate.ts';
import { CLIENT, claims, codeOf, ISSUER, keyFor, NOW, nameless, SECONDS, segment, strangerFor, token } from './forge.ts';

const rs = keyFor('RS256');
const es = keyFor('ES256');
const expected: AccessTokenExpectation = { issuer: ISSUER, clientId: CLIENT, now: NOW, keys: async () => [rs.jwk, es.jwk] };
const api = (more: Record<string, unknown> = {}): Record<string, unknown> => claims({ aud: 'account', ...more });
const none = (reason: string): object => ({ by: null, reason });

describe('an access token', () => {
  test("signed with the issuer's key is verified, whoever it is for", async () => {
    expect(await judgeAccessToken(token(rs, { payload: api() }), expected)).toEqual({ by: 'jwks', alg: 'RS256', kid: 'k-RS256' });
    expect(await judgeAccessToken(token(es, { header: { typ: 'at+jwt' }, payload: api() }), expected)).toEqual({
      by: 'jwks',
      alg: 'ES256',
      kid: 'k-ES256',
    });
    expect(await judgeAccessToken(nameless(es, api()), expected)).toEqual({ by: 'jwks', alg: 'ES256', kid: 'k-ES256' });
  });

  test.each([
    ['a random text', 'SlAV32hkKG'],
    ['three parts that are no JSON', 'abc.def.ghi'],
    ['an encrypted one', `${segment({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`],
    ['one of an unknown type', token(rs, { header: { typ: 'application/okta-internal-at+jwt' } })],
    ['one with unknown extensions', token(rs, { header: { crit: ['x'], x: 1 } })],
    ['one that signs no claims', token(rs, { payload: 'text' })],
  ])('that is %s is opaque', async (_, text) => {
    expect(await judgeAccessToken(text, expected)).toEqual(none('opaque'));
  });

  test('that is bound to a certificate has to be bound to ours, whoever signed it', async () => {
    const [ours, theirs] = [certificate().cert, certificate().cert];
    const boundTo = (pem: string, more = {}): string => token(rs, { payload: api({ cnf: { 'x5t#S256': thumbprint(pem) }, ...more }) });
    const mine = { ...expected, certificate: ours };
    expect(await judgeAccessToken(boundTo(ours), mine)).toMatchObject({ by: 'jwks' });
    expect(await judgeAccessToken(token(rs, { payload: api() }), mine)).toMatchObject({ by: 'jwks' });
    for (const text of [boundTo(theirs), boundTo(theirs, { iss: 'https://sts.example.test' })])
      expect(await codeOf(() => judgeAccessToken(text, mine))).toBe('token_key_not_found');
    expect(await judgeAccessToken(token(rs, { payload: api({ cnf: null }) }), mine)).toMatchObject({ by: 'jwks' });
    await expect(judgeAccessToken(boundTo(theirs), mine)).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('a certificate of its own') }),
    );
    expect(await judgeAccessToken(boundTo(theirs), expected)).toMatchObject({ by: 'jwks' }); // something on the way may show one
  });

  test('of another issuer is labelled, and no key is asked for', async () => {
    const keys = (): never => {
      throw new Error('asked for keys');
    };
    expect(await judgeAccessToken(token(rs, { payload: api({ iss: 'https://sts.example.test' }) }), { ...expected, keys })).toEqual(
      none('other_issuer'),
    );
    expect(await judgeAccessToken(token(rs, { payload: api({ iss: undefined }) }), { ...expected, keys })).toEqual(none('other_issuer'));
    expect(await judgeAccessToken(token(keyFor('HS256'), { payload: api() }), { ...expected, keys })).toEqual(none('not_checked'));
    expect(await judgeAccessToken(token(rs, { header: { alg: 'none' }, payload: api() }), { ...expected, keys })).toEqual(
      none('not_checked'),
    );
  });

  test('is not checked where no keys are at hand', async () => {
    expect(await judgeAccessToken(token(rs, { payload: api({ exp: 1 }) }), { ...expected, keys: undefined })).toEqual(none('not_checked'));
    const elsewhere = api({ aud: ['https://graph.example'] });
    expect(
      await judgeAccessToken(token(rs, { payload: elsewhere }), {
        ...expected,
        keys: () => Promise.reject(new Error('asked for keys')),
        audience: undefined,
        opaque: ['https://graph.example'],
      }),
    ).toEqual(none('not_checked'));
    const both = token(rs, { payload: api({ aud: ['account', 'https://graph.example'] }) });
    expect(await judgeAccessToken(both, { ...expected, opaque: ['https://graph.example'] })).toEqual(none('not_checked'));
  });

  test("that the issuer's keys do not explain has no key, and nothing else in it counts", async () => {
    const late = api({ exp: 1 });
    expect(await judgeAccessToken(token(keyFor('ES384'), { payload: late }), expected)).toEqual(none('no_key'));
    expect(await judgeAccessToken(token(strangerFor('ES256'), { payload: late }), expected)).toEqual(none('no_key'));
    expect(await judgeAccessToken(token(rs, { header: { kid: 'gone' }, payload: late }), expected)).toEqual(none('no_key'));
  });

  test('that is verified must be of today and for the audience that was given', async () => {
    const judge = (more: Record<string, unknown>, audience?: string): Promise<string | undefined> =>
      codeOf(() => judgeAccessToken(token(es, { payload: api(more) }), { ...expected, audience }));
    expect(await judge({ exp: SECONDS - 30 })).toBe('token_expired');
    expect(await judge({ exp: 'tomorrow' })).toBe('token_claim_type');
    expect(await judge({ exp: undefined })).toBeUndefined();
    expect(await judge({ aud: ['api', 'x'] }, 'api')).toBeUndefined();
    expect(await judge({ aud: 'other' }, 'api')).toBe('token_audience');
    expect(await judge({ sub: undefined, iat: undefined, aud: undefined, azp: 'x' })).toBeUndefined();
  });

  test('of a provider that publishes private keys ends the sign-in', async () => {
    expect(
      await codeOf(() => judgeAccessToken(token(rs, { payload: api() }), { ...expected, keys: async () => [{ ...rs.jwk, d: 'AQAB' }] })),
    ).toBe('proto_jwks_invalid');
  });

  test('cannot be judged when the keys cannot be had', async () => {
    const down = Promise.reject(new Error('connection refused'));
    await expect(judgeAccessToken(token(rs, { payload: api() }), { ...expected, keys: () => down })).rejects.toThrow('connection refused');
  });
});
