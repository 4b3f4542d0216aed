import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ALGORITHMS, ASYMMETRIC, SYMMETRIC } from '../../src/core/algorithms.ts';
import { parseCompact } from '../../src/core/compact.ts';
import { allowedAlgorithm, verifySignature, verifyWithKeys } from '../../src/core/jose.ts';
import { codeOf, keyFor, SECRET, strangerFor, token } from './forge.ts';

const all = [...ALGORITHMS.keys()];
const verdict = (text: string, key: Parameters<typeof verifySignature>[1], alg: string): Promise<string | undefined> =>
  codeOf(() => verifySignature(parseCompact(text), key, alg));

describe('a signature', () => {
  test.each(all)('with %s is good under its own key, and found in a set', async (alg) => {
    const signer = keyFor(alg);
    expect(await verdict(token(signer), signer.jwk, alg)).toBeUndefined();
    expect(await verifyWithKeys(parseCompact(token(signer)), [signer.jwk], [alg])).toEqual({ alg, kid: `k-${alg}` });
  });

  test.each(SYMMETRIC)('with %s is good under the bytes of the secret', async (alg) => {
    expect(await verdict(token(keyFor(alg)), Buffer.from(SECRET), alg)).toBeUndefined();
    expect(await verdict(token(keyFor(alg)), Buffer.from(`${SECRET}x`), alg)).toBe('token_signature');
  });

  test.each(ASYMMETRIC)("with %s is bad under a stranger's key", async (alg) => {
    expect(await verdict(token(keyFor(alg)), strangerFor(alg).jwk, alg)).toBe('token_signature');
  });

  test('is checked with the one algorithm that was named, not with the one in the header (BCP 39)', async () => {
    for (const alg of all)
      for (const other of all.filter((name) => name !== alg))
        expect(await verdict(token(keyFor(alg)), keyFor(other).jwk, other)).toBe('token_alg_not_allowed');
  });

  test.each([undefined, null, '', 'none', 'None', 'NONE', 'rs256', 'RS256 ', ['RS256'], 1, {}, 'constructor', 'HS256'])(
    'under the algorithm %j is refused (BCP 39, 41)',
    async (alg) => {
      const text = token(keyFor('RS256'), { header: JSON.stringify({ alg, kid: 'k-RS256' }) });
      expect(await codeOf(() => verifyWithKeys(parseCompact(text), [keyFor('RS256').jwk], ['RS256', 'none', 'constructor']))).toBe(
        'token_alg_not_allowed',
      );
    },
  );

  test('under another algorithm is told which it has, and which it may have', () => {
    const signed = parseCompact(token(keyFor('RS256')));
    expect(() => allowedAlgorithm(signed, ['ES256', 'ES384'])).toThrow('signed with "RS256", not with ES256 or ES384.');
    expect(() => allowedAlgorithm(signed, [])).toThrow('not with anything that could be checked.');
  });

  test('with one byte changed anywhere is refused', async () => {
    const signers = ['HS256', 'RS256', 'PS384', 'ES256', 'EdDSA'].map(keyFor);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signers), fc.nat(), fc.integer({ min: 1, max: 127 }), async (signer, position, change) => {
        const text = token(signer);
        const at = position % text.length;
        const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ change) + text.slice(at + 1);
        expect(await codeOf(() => verifyWithKeys(parseCompact(changed), [signer.jwk], [signer.alg]))).toMatch(/^token_/);
      }),
      { numRuns: 400 },
    );
  });

  test('that fails says nothing about the key', async () => {
    const error: unknown = await verifySignature(
      parseCompact(token(keyFor('HS256'))),
      Buffer.from('another secret of thirty-two bytes'),
      'HS256',
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'token_signature' });
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).message).not.toContain('another secret');
  });
});
