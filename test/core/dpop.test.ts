/** Keys and proofs (RFC 9449): what is in them, that they verify, and that none is like another. */
import { describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { type DpopKey, dpopProof, newDpopKey, thumbprintOf } from '../../src/core/dpop.ts';
import { DpopNonces, wantsNonce } from '../../src/core/dpop-nonces.ts';
import { PadlockError } from '../../src/index.ts';

const NOW = 1_700_000_000_999;
const URL = 'https://id.example.test:8443/to%20ken?secret=x#part';
const read = (proof: string) => jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', currentDate: new Date(NOW) });

describe('a key', () => {
  test.each([
    ['nothing', undefined, 'ES256'],
    ['many', ['RS256', 'PS256', 'EdDSA', 'ES384', 'ES256'], 'ES256'],
    ['no ES256', ['RS256', 'ES384'], 'ES384'],
    ['RSA only', ['RS256'], 'RS256'],
    ['Ed25519 only', ['ML-DSA-44', 'Ed25519'], 'Ed25519'],
    ['EdDSA only', ['EdDSA'], 'EdDSA'],
    ['PS256 only', ['PS256', 'PS512'], 'PS256'],
  ])('is one that the provider can check, where it lists %s', async (_, supported, alg) => {
    const key = await newDpopKey(supported);
    expect(key.alg).toBe(alg);
    const { payload, protectedHeader } = await read(dpopProof(key, { method: 'POST', url: URL, now: NOW }));
    expect(protectedHeader.alg).toBe(alg);
    expect(payload.htm).toBe('POST');
    expect(thumbprintOf(key)).toBe(await calculateJwkThumbprint(protectedHeader.jwk as never));
  });

  test('is not made where the provider can check none', async () => {
    await expect(newDpopKey(['HS256', 'none'])).rejects.toMatchObject({ code: 'client_dpop', exit: 5 });
  });

  test('has the thumbprint of RFC 9449 §6.1', () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
      y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
      d: 'secret',
    };
    expect(thumbprintOf({ alg: 'ES256', jwk })).toBe('0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I');
  });
});

describe('a proof', () => {
  let key: DpopKey;
  test('says which request it is for, when, and nothing of the query (BCP 50)', async () => {
    key = await newDpopKey(undefined);
    const { payload, protectedHeader } = await read(dpopProof(key, { method: 'POST', url: URL, now: NOW }));
    expect(payload).toEqual({
      jti: expect.stringMatching(/^[\w-]{20,}$/),
      htm: 'POST',
      htu: 'https://id.example.test:8443/to%20ken',
      iat: 1_700_000_000,
    });
    expect(Object.keys(protectedHeader.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y']); // the private key stays here
  });

  test('holds the hash of the token that it goes with, and the nonce (BCP 50)', async () => {
    const accessToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
    const { payload } = await read(dpopProof(key, { method: 'GET', url: URL, now: NOW, accessToken, nonce: 'n-0S6' }));
    expect(payload).toMatchObject({ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo', nonce: 'n-0S6' }); // RFC 9449 §7.1
  });

  test('is never the same twice (BCP 50)', async () => {
    const ids = Array.from({ length: 50 }, () => dpopProof(key, { method: 'GET', url: URL, now: NOW }));
    const jtis = await Promise.all(ids.map(async (proof) => (await read(proof)).payload.jti));
    expect(new Set(jtis).size).toBe(50);
  });
});

describe('nonces', () => {
  const nonces = new DpopNonces();
  test('belong to an origin, and the latest counts', () => {
    expect(nonces.learn('https://a.test/token', { 'dpop-nonce': 'one' })).toBe(true);
    expect(nonces.learn('https://a.test/other?x', { 'dpop-nonce': 'two' })).toBe(true);
    expect(nonces.learn('https://a.test/', { 'dpop-nonce': 'two' })).toBe(false);
    expect([nonces.of('https://a.test/x'), nonces.of('https://a.test:444/'), nonces.of('https://b.test/')]).toEqual([
      'two',
      undefined,
      undefined,
    ]);
  });

  test.each(['', 'a b', 'a"b', 'a\\b', 'ä', 'a\nb', 'x'.repeat(1025)])('are not taken in the form %j', (nonce) => {
    expect(new DpopNonces().learn('https://a.test/', { 'dpop-nonce': nonce })).toBe(false);
  });

  const refusal = (oauthError: string, code: 'client_dpop' | 'idp_unavailable' = 'client_dpop') =>
    new PadlockError(code, { message: 'no', oauthError });
  test.each([
    ['another nonce', refusal('use_dpop_nonce'), 'fresh', 2],
    ['the nonce that was used', refusal('use_dpop_nonce'), 'known', 1],
    ['no nonce', refusal('use_dpop_nonce'), '', 1],
    ['another complaint', refusal('invalid_dpop_proof'), 'fresh', 1],
    ['a server in trouble', refusal('use_dpop_nonce', 'idp_unavailable'), 'fresh', 1],
    ['something else', new TypeError('bug'), 'fresh', 1],
  ])('are tried once for %s (BCP 50)', async (_, error, nonce, times) => {
    const some = new DpopNonces();
    some.learn('https://a.test/', { 'dpop-nonce': 'known' });
    let count = 0;
    const run = async (): Promise<never> => {
      count++;
      some.learn('https://a.test/', { 'dpop-nonce': nonce === '' ? '' : `${nonce}${nonce === 'fresh' ? count : ''}` });
      throw error;
    };
    await expect(some.retrying('https://a.test/', run)).rejects.toBe(error);
    expect(count).toBe(times);
  });

  test.each([
    [401, 'DPoP error="use_dpop_nonce", error_description="…"', true],
    [401, 'Bearer realm="x", DPoP algs="ES256", error="use_dpop_nonce"', true],
    [401, 'dpop error=use_dpop_nonce', true],
    [401, 'DPoP error="invalid_token"', false],
    [401, 'Bearer error="use_dpop_nonce"', false],
    [400, 'DPoP error="use_dpop_nonce"', false],
    [401, null, false],
  ])('are asked for by %i with %s: %s', (status, challenge, wanted) => {
    expect(wantsNonce(status, challenge)).toBe(wanted);
  });
});
