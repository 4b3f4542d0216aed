import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ALGORITHMS, type AlgorithmFacts, ASYMMETRIC, expectedAlgorithms, SYMMETRIC, WEAK_SECRET_HINT } from '../../src/core/algorithms.ts';
import { jwks } from '../../src/strategies/verifiers/jwks.ts';
import { sharedSecret } from '../../src/strategies/verifiers/shared-secret.ts';
import { codeOf } from './forge.ts';

const hmac = { algorithms: SYMMETRIC };
const keys = { algorithms: ASYMMETRIC };
const both = [hmac, keys];
const expected = (facts: Partial<AlgorithmFacts>): readonly string[] => expectedAlgorithms({ verifiers: both, secretLength: 64, ...facts });

describe('the expected algorithm', () => {
  test('is the configured one, whatever else is known', () => {
    expect(expected({ configured: 'ES256', pinned: 'RS256', supported: ['RS256'] })).toEqual(['ES256']);
    expect(expected({ configured: 'HS256', pinned: 'RS256', supported: ['RS256'] })).toEqual(['HS256']);
  });

  test('is else the one that signed before', () => {
    expect(expected({ pinned: 'PS256', supported: ['RS256', 'ES256'] })).toEqual(['PS256']);
    expect(expected({ pinned: 'HS512', supported: ['RS256', 'HS512'] })).toEqual(['HS512']);
  });

  test('is else one of those that discovery lists for public keys', () => {
    expect(expected({ supported: ['none', 'HS256', 'RS256', 'ES512'] })).toEqual(['RS256', 'ES512']);
  });

  test('is RS256 where discovery says nothing', () => {
    expect(expected({})).toEqual(['RS256']);
    expect(expected({ supported: [] })).toEqual(['RS256']);
  });

  test('is an HMAC where discovery lists nothing else and the secret is long enough', () => {
    expect(expected({ supported: ['HS256', 'HS512', 'none'] })).toEqual(['HS256', 'HS512']);
    expect(expected({ supported: ['HS256', 'HS512'], secretLength: 40 })).toEqual(['HS256']);
  });

  test('is never an HMAC beside public keys', () => {
    expect(expected({ supported: ['HS256', 'ES256K'] })).toEqual([]);
    expect(expected({ supported: ['HS256', 'RS256'], pinned: 'RS256' })).toEqual(['RS256']);
    expect(expected({ supported: ['HS256'], pinned: 'RS256' })).toEqual(['RS256']);
  });

  test('is never none (BCP 41)', () => {
    expect(expected({ supported: ['none'] })).toEqual([]);
    expect(expected({ pinned: 'none' })).toEqual(['RS256']);
    expect(expectedAlgorithms({ verifiers: [{ algorithms: ['none'] }], supported: ['none'] })).toEqual([]);
  });

  test('is an HMAC for a verifier chosen by name, as the secret allows', () => {
    expect(expected({ verifiers: [hmac] })).toEqual(['HS256', 'HS384', 'HS512']);
    expect(expected({ verifiers: [hmac], secretLength: 48 })).toEqual(['HS256', 'HS384']);
    expect(expected({ verifiers: [hmac], supported: ['HS256', 'RS256'] })).toEqual(['HS256']);
    expect(expected({ verifiers: [hmac], supported: ['RS256'], pinned: 'RS256', secretLength: 32 })).toEqual(['HS256']);
    expect(expected({ verifiers: [hmac], configured: 'HS512' })).toEqual(['HS512']);
  });

  test('is an asymmetric one for a verifier that reads key sets', () => {
    expect(expected({ verifiers: [keys], supported: ['HS256'] })).toEqual([]);
    expect(expected({ verifiers: [keys], supported: ['HS256', 'EdDSA'] })).toEqual(['EdDSA']);
  });

  test("may be a plugin's own", () => {
    expect(expected({ verifiers: [{ algorithms: ['ES256K'] }], supported: ['ES256K', 'HS256'] })).toEqual(['ES256K']);
  });

  test('that nothing here can check is a conflict', async () => {
    expect(await codeOf(() => expected({ configured: 'RS1' }))).toBe('config_conflict');
    expect(await codeOf(() => expected({ configured: 'none' }))).toBe('config_conflict');
    expect(await codeOf(() => expected({ configured: 'HS256', verifiers: [keys] }))).toBe('config_conflict');
  });

  test('needs a secret when it is an HMAC, and one that is long enough', async () => {
    for (const facts of [{ supported: ['HS256'] }, { verifiers: [hmac] }, { configured: 'HS256' }]) {
      expect(await codeOf(() => expected({ ...facts, secretLength: undefined }))).toBe('usage_missing_option');
      expect(await codeOf(() => expected({ ...facts, secretLength: 31 }))).toBe('config_weak_secret');
      expect(expected({ ...facts, secretLength: 31, allowWeakSecret: true })).toEqual(['HS256']);
      expect(expected({ ...facts, secretLength: 32 })).toEqual(['HS256']);
    }
  });

  test('that cannot be is told with what can', () => {
    expect(() => expected({ configured: 'RS1', verifiers: [keys] })).toThrow(
      expect.objectContaining({ hint: `It can be one of ${ASYMMETRIC.join(', ')}.` }),
    );
    expect(() => expected({ configured: 'HS384', secretLength: 40 })).toThrow(
      expect.objectContaining({ message: 'The secret has 40 bytes; HS384 needs at least 48.', hint: WEAK_SECRET_HINT }),
    );
    expect(() => expected({ configured: 'HS256', secretLength: undefined })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--client-secret-file') }),
    );
  });

  test('never lets an HMAC and a public key stand side by side', () => {
    const list = fc.subarray(['none', 'ES256K', ...ALGORITHMS.keys()]);
    fc.assert(
      fc.property(list, fc.option(fc.constantFrom(...ASYMMETRIC), { nil: undefined }), (supported, pinned) => {
        const found = expected({ supported, pinned });
        const kinds = new Set(found.map((alg) => SYMMETRIC.includes(alg)));
        expect(kinds.size).toBeLessThanOrEqual(1);
        if (pinned !== undefined || supported.some((alg) => ASYMMETRIC.includes(alg))) expect(kinds.has(true)).toBe(false);
      }),
    );
  });
});

test('each has a verifier, whose record names it', () => {
  expect([...jwks.algorithms].sort()).toEqual([...ASYMMETRIC].sort());
  expect([...sharedSecret.algorithms].sort()).toEqual([...SYMMETRIC].sort());
});
