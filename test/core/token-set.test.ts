import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '../../src/core/json-value.ts';
import { readTokenResponse } from '../../src/core/token-set.ts';
import { codeOf } from './forge.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const YEAR = 365 * 24 * 3600;
const GOOD = { access_token: 'at-1', token_type: 'Bearer' };
const read = (more: Record<string, unknown>) => readTokenResponse({ ...GOOD, ...more } as Record<string, JsonValue>, NOW);

describe('a token response', () => {
  test('is kept whole, and what it lacks is absent', () => {
    const response = { ...GOOD, 'acme:tenant': { id: 7 } };
    const tokens = readTokenResponse(response, NOW);
    expect(tokens.response).toBe(response);
    expect(tokens).toMatchObject({ accessToken: 'at-1', type: 'Bearer' });
    expect([tokens.expiresAt, tokens.scope, tokens.refreshToken, tokens.idToken]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('takes null for absent, as servers write it', () => {
    const tokens = read({ expires_in: null, scope: null, refresh_token: null, id_token: null });
    expect([tokens.expiresAt, tokens.scope, tokens.refreshToken, tokens.idToken]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test.each([
    ['bearer', 'Bearer'],
    ['BEARER', 'Bearer'],
    ['dPoP', 'DPoP'],
  ])('of type %s is %s', (token_type, type) => {
    expect(read({ token_type }).type).toBe(type);
  });

  test.each(['N_A', 'n_a'])('of type %s is no access token, where it says what it is', (token_type) => {
    const issued = (type: string) => read({ token_type, issued_token_type: `urn:ietf:params:oauth:token-type:${type}` });
    expect(issued('id_token').type).toBe('N_A');
    expect(() => issued('access_token')).toThrow(expect.objectContaining({ code: 'proto_token_type' }));
    expect(() => read({ token_type })).toThrow(expect.objectContaining({ code: 'proto_token_type' }));
    expect(() => read({ token_type, issued_token_type: 7 })).toThrow(expect.objectContaining({ code: 'proto_bad_shape' }));
  });

  test.each([
    [3600, 3600],
    ['3600', 3600],
    [0, 0],
    [0.5, 0.5],
    [1e300, YEAR],
    ['999999999999999', YEAR],
  ])('that lives for %j seconds ends in %d', (expires_in, seconds) => {
    expect(read({ expires_in }).expiresAt).toBe(NOW + seconds * 1000);
  });

  test('splits its scope at any white space', () => {
    expect(read({ scope: ' openid  email\tx ' }).scope).toEqual(['openid', 'email', 'x']);
    expect(read({ scope: '' }).scope).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no access token', { access_token: undefined }, 'proto_bad_shape'],
    ['an access token null', { access_token: null }, 'proto_bad_shape'],
    ['an empty access token', { access_token: '' }, 'proto_bad_shape'],
    ['a number for an access token', { access_token: 7 }, 'proto_bad_shape'],
    ['an object for an access token', { access_token: {} }, 'proto_bad_shape'],
    ...['a\r\nSet-Cookie: x', 'a\nb', 'a\0', 'a b', ' a', 'a\u007f', 'ä', '\u202ea'].map(
      (value): [string, Record<string, unknown>, string] => [
        `the access token ${JSON.stringify(value)}`,
        { access_token: value },
        'proto_bad_shape',
      ],
    ),
    ['no token type', { token_type: undefined }, 'proto_token_type'],
    ['a token type null', { token_type: null }, 'proto_token_type'],
    ['the token type mac', { token_type: 'mac' }, 'proto_token_type'],
    ['a token type of an object', { token_type: 'constructor' }, 'proto_token_type'],
    ['a list for a token type', { token_type: ['Bearer'] }, 'proto_bad_shape'],
    ...[-1, 'abc', '-1', '1e3', '', true, [3600], {}, '9'.repeat(16), Number.NaN, Number.POSITIVE_INFINITY].map(
      (value): [string, Record<string, unknown>, string] => [
        `a life of ${JSON.stringify(value)}`,
        { expires_in: value },
        'proto_bad_shape',
      ],
    ),
    ['a list for an ID token', { id_token: [] }, 'proto_bad_shape'],
    ['an object for an ID token', { id_token: {} }, 'proto_bad_shape'],
    ['an empty refresh token', { refresh_token: '' }, 'proto_bad_shape'],
    ['a refresh token with a line end', { refresh_token: 'r\n' }, 'proto_bad_shape'],
    ['a number for a refresh token', { refresh_token: 1 }, 'proto_bad_shape'],
    ['a list for a scope', { scope: ['openid'] }, 'proto_bad_shape'],
  ])('with %s is refused', async (_, more, code) => {
    await expect(codeOf(() => read(more))).resolves.toBe(code);
  });

  test('is read or refused with a code, whatever it holds', async () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('Bearer', 'x'));
    const members = ['access_token', 'token_type', 'expires_in', 'scope', 'refresh_token', 'id_token'];
    const answer = fc.record(Object.fromEntries(members.map((name) => [name, member])), { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(answer, async (more) => {
        expect(['proto_bad_shape', 'proto_token_type', undefined]).toContain(await codeOf(() => read(more)));
      }),
    );
  });

  test('does not print its tokens', () => {
    const tokens = read({ access_token: 'at-canary', refresh_token: 'rt-canary', id_token: 'id-canary' });
    for (const text of [inspect(tokens), JSON.stringify(tokens), JSON.stringify({ ...tokens })]) expect(text).not.toContain('canary');
    expect([tokens.accessToken, tokens.refreshToken, tokens.idToken]).toEqual(['at-canary', 'rt-canary', 'id-canary']);
  });
});
