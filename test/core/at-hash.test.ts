import { describe, expect, test } from '@jest/globals';
import { atHash, isAtHash } from '../../src/core/at-hash.ts';

describe('the hash of an access token', () => {
  const token = 'secret-access-token';

  test.each(['RS256', 'ES384', 'HS512'])('is made with the hash of %s and no other', (alg) => {
    for (const other of ['RS256', 'RS384', 'RS512'])
      expect(isAtHash(atHash(token, other), token, alg)).toBe(other.slice(2) === alg.slice(2));
  });

  test.each(['EdDSA', 'Ed25519'])('is made with SHA-512 or, as glewlwyd does, with SHA-256 beside %s, which names none', (alg) => {
    expect(isAtHash(atHash(token, 'RS512'), token, alg)).toBe(true);
    expect(isAtHash(atHash(token, 'RS256'), token, alg)).toBe(true);
    expect(isAtHash(atHash(token, 'RS384'), token, alg)).toBe(false);
    expect(isAtHash(atHash('another', 'RS256'), token, alg)).toBe(false);
  });

  test('is a text and belongs to a known algorithm', () => {
    for (const claim of [undefined, null, 1, '', [atHash(token, 'RS256')]]) expect(isAtHash(claim, token, 'RS256')).toBe(false);
    expect(isAtHash(undefined, token, 'none')).toBe(false);
  });
});
