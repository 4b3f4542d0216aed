import { describe, expect, test } from '@jest/globals';
import { SYMMETRIC } from '../../../src/core/algorithms.ts';
import type { Verifier } from '../../../src/core/contracts.ts';
import { createContainer, provide } from '../../../src/core/inject.ts';
import { Notices } from '../../../src/core/ports.ts';
import { Registry } from '../../../src/core/registry.ts';
import { sharedSecret } from '../../../src/strategies/verifiers/shared-secret.ts';
import { claims, codeOf, keyFor, SECRET, token } from '../../core/forge.ts';
import { hostWith } from './hosts.ts';

async function built(): Promise<{ readonly verifier: Verifier; readonly warnings: string[] }> {
  const warnings: string[] = [];
  const container = createContainer();
  provide(container, Notices, { warn: ({ code }) => void warnings.push(code), show: () => undefined });
  const registry = new Registry(container);
  registry.add(sharedSecret);
  return { verifier: await registry.use('verifier', 'shared-secret'), warnings };
}
const { verifier, warnings } = await built();
const keyed = (alg: string, secret: string): string => token({ ...keyFor(alg), key: secret });
const outcome = (text: string, values: object, algorithms: readonly string[] = SYMMETRIC): Promise<string | undefined> =>
  codeOf(() => verifier.verify(text, values, hostWith(algorithms)));

describe('the shared secret verifier', () => {
  test.each(SYMMETRIC)('proves an ID token signed with %s', async (alg) => {
    expect(await verifier.verify(token(keyFor(alg)), { clientSecret: SECRET }, hostWith([alg]))).toEqual({
      payload: claims(),
      alg,
      kid: null,
    });
  });

  test('takes the secret byte for byte, whatever is in it', async () => {
    const secret = 'ключ 🔑 "quoted"\n and more than enough bytes for it';
    expect(await outcome(keyed('HS256', secret), { clientSecret: secret })).toBeUndefined();
  });

  test('prefers a key of its own to the client secret', async () => {
    const own = 'f0Xa-another-key-93Jd-for-tokens-only-77Q';
    expect(await outcome(keyed('HS256', own), { clientSecret: SECRET, verificationSecret: own })).toBeUndefined();
    expect(await outcome(keyed('HS256', SECRET), { clientSecret: SECRET, verificationSecret: own })).toBe('token_signature');
  });

  test('applies where there is a secret, and says how long the one is that counts', () => {
    expect(verifier.applies?.({}, {} as never)).toEqual({ no: expect.stringContaining('secret') });
    expect(verifier.keyLength?.({})).toBeUndefined();
    expect(verifier.keyLength?.({ clientSecret: 'ключ' })).toBe(8);
    expect(verifier.keyLength?.({ clientSecret: 'ключ', verificationSecret: 'own' })).toBe(3);
    expect(sharedSecret.options.verificationSecret.secret).toBe(true);
  });

  test('refuses a token signed with another secret', async () => {
    expect(await outcome(keyed('HS256', `${SECRET}x`), { clientSecret: SECRET })).toBe('token_signature');
    expect(await outcome(keyed('HS256', ''), { clientSecret: SECRET })).toBe('token_signature');
  });

  test('refuses every other algorithm, and an HMAC that was not expected', async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA'])
      expect(await outcome(token(keyFor(alg)), { clientSecret: SECRET }, [...SYMMETRIC, alg])).toBe('token_alg_not_allowed');
    expect(await outcome(keyed('HS512', SECRET), { clientSecret: SECRET }, ['HS256'])).toBe('token_alg_not_allowed');
    expect(await outcome(token(keyFor('HS256'), { header: { alg: 'none' } }), { clientSecret: SECRET })).toBe('token_alg_not_allowed');
  });

  test('refuses a token keyed with the public key that the provider publishes', async () => {
    const published = JSON.stringify(keyFor('RS256').jwk);
    expect(await outcome(keyed('HS256', published), { clientSecret: SECRET }, ['RS256'])).toBe('token_alg_not_allowed');
    expect(await outcome(keyed('HS256', published), { clientSecret: SECRET })).toBe('token_signature');
  });

  test('needs a secret as long as the hash, however good the signature (BCP 44)', async () => {
    const long = SECRET.slice(0, 32);
    expect(await outcome(keyed('HS256', long), { clientSecret: long })).toBeUndefined();
    expect(await outcome(keyed('HS256', long.slice(1)), { clientSecret: long.slice(1) })).toBe('config_weak_secret');
    expect(await outcome(keyed('HS384', long), { clientSecret: long })).toBe('config_weak_secret');
    expect(await outcome(keyed('HS512', SECRET.slice(0, 63)), { clientSecret: SECRET.slice(0, 63) })).toBe('config_weak_secret');
  });

  test('refuses a long secret that anybody would try first', async () => {
    const secret = 'a-string-secret-at-least-256-bits-long';
    expect(await outcome(keyed('HS256', secret), { clientSecret: secret })).toBe('config_weak_secret');
  });

  test('accepts a weak secret on request, and warns', async () => {
    warnings.length = 0;
    expect(await outcome(keyed('HS256', 'hunter2'), { clientSecret: 'hunter2', allowWeakSecret: true })).toBeUndefined();
    expect(warnings).toEqual(['weak_secret']);
    expect(await outcome(keyed('HS256', 'hunter3'), { clientSecret: 'hunter2', allowWeakSecret: true })).toBe('token_signature');
    expect(await outcome(keyed('HS256', SECRET), { clientSecret: SECRET, allowWeakSecret: true })).toBeUndefined();
    expect(warnings).toHaveLength(2);
  });

  test('applies where there is a secret, and asks for one', async () => {
    const { provider } = hostWith([]);
    expect(verifier.applies?.({ clientSecret: 'x' }, provider)).toBe(true);
    expect(verifier.applies?.({ verificationSecret: 'x' }, provider)).toBe(true);
    expect(verifier.applies?.({}, provider)).toEqual({ no: expect.any(String) });
    expect(await outcome(token(keyFor('HS256')), {})).toBe('usage_missing_option');
  });

  test('never tells the secret', async () => {
    for (const values of [{ clientSecret: 'hunter2hunter2' }, { clientSecret: `${SECRET}x` }]) {
      const error: unknown = await verifier.verify(token(keyFor('HS256')), values, hostWith(SYMMETRIC)).catch((reason: unknown) => reason);
      expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(values.clientSecret);
    }
  });

  test('refuses what is no ID token', async () => {
    expect(await outcome(token(keyFor('HS256'), { header: { typ: 'at+jwt' } }), { clientSecret: SECRET })).toBe('token_type');
    expect(await outcome(token(keyFor('HS256'), { payload: 'claims' }), { clientSecret: SECRET })).toBe('token_malformed');
  });
});
