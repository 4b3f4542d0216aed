import { describe, expect, test } from '@jest/globals';
import { ALGORITHMS } from '../../src/core/algorithms.ts';
import { checkClaims } from '../../src/core/claims.ts';
import type { Verifier } from '../../src/core/contracts.ts';
import { createContainer, provide } from '../../src/core/inject.ts';
import { Notices } from '../../src/core/ports.ts';
import { Registry } from '../../src/core/registry.ts';
import type { Proof } from '../../src/core/verifier-host.ts';
import { jwks } from '../../src/strategies/verifiers/jwks.ts';
import { sharedSecret } from '../../src/strategies/verifiers/shared-secret.ts';
import { CLIENT, claims, codeOf, ISSUER, keyFor, NOW, SECRET, type SigningKey, token } from '../core/forge.ts';
import { hostWith } from '../strategies/verifiers/hosts.ts';
import { forgedTokens } from './forged-families.ts';

const container = createContainer();
provide(container, Notices, { warn: () => undefined, show: () => undefined });
const registry = new Registry(container);
registry.add(sharedSecret);
registry.add(jwks);

/** The whole way of an ID token: signature, then claims, as the pipeline goes it. */
async function judge(text: string, { alg, jwk }: SigningKey): Promise<void> {
  const verifier: Verifier = await registry.use('verifier', alg.startsWith('HS') ? 'shared-secret' : 'jwks');
  const published = {
    keys: jwk.kty === 'oct' ? [] : [keyFor('ES384').jwk, jwk].filter((key, at, all) => all.findIndex(({ kid }) => kid === key.kid) === at),
  };
  const proof: Proof = await verifier.verify(text, { clientSecret: SECRET }, hostWith([alg], published, published));
  checkClaims(proof.payload, {
    issuer: ISSUER,
    clientId: CLIENT,
    kind: 'id',
    now: NOW,
    nonce: 'n-1',
    accessToken: 'the-access-token',
    alg: proof.alg ?? '',
  });
}

const corpus = [...ALGORITHMS.keys()].map((alg, at) => [alg, forgedTokens(keyFor(alg), 20_261_123 + at)] as const);

describe('a forged token', () => {
  test.each(corpus)('of any family over %s is refused with the code of its family', async (alg, forged) => {
    const signer = keyFor(alg);
    const found = await Promise.all(
      forged.map(async ({ family, what, token: text, codes }) => ({ family, what, codes, found: await codeOf(() => judge(text, signer)) })),
    );
    expect(found.filter(({ found: code, codes }) => code === undefined || !codes.includes(code))).toEqual([]);
  });

  test.each([...ALGORITHMS.keys()])('is told from a good one over %s', async (alg) => {
    const signer = keyFor(alg);
    expect(await codeOf(() => judge(token(signer, { payload: claims({ nonce: 'n-1' }) }), signer))).toBeUndefined();
    expect(
      await codeOf(() => judge(token(signer, { header: { typ: 'JWT' }, payload: claims({ nonce: 'n-1', aud: [CLIENT] }) }), signer)),
    ).toBeUndefined();
  });

  test('comes from 22 families, many times over', () => {
    const all = corpus.flatMap(([, forged]) => forged);
    expect(new Set(all.map(({ family }) => family)).size).toBe(22);
    expect(all.length).toBeGreaterThan(1500);
  });

  test('is the same one each time for the same seed', () => {
    const tampered = (seed: number): readonly string[] => forgedTokens(keyFor('HS256'), seed).map(({ token: text }) => text);
    expect(tampered(7)).toEqual(tampered(7));
    expect(tampered(7)).not.toEqual(tampered(8));
  });
});
