import { describe, expect, test } from '@jest/globals';
import { ASYMMETRIC } from '../../../src/core/algorithms.ts';
import { jwks } from '../../../src/strategies/verifiers/jwks.ts';
import { claims, codeOf, keyFor, nameless, strangerFor, token } from '../../core/forge.ts';
import { hostWith } from './hosts.ts';

const rs = keyFor('RS256');
const es = keyFor('ES256');
const stranger = strangerFor('ES256');
const signed = token(es);

describe('the key set verifier', () => {
  test.each(ASYMMETRIC)('proves an ID token signed with %s', async (alg) => {
    const signer = keyFor(alg);
    expect(await jwks.verify(token(signer), {}, hostWith([alg], { keys: [signer.jwk] }))).toEqual({
      payload: claims(),
      alg,
      kid: `k-${alg}`,
    });
  });

  test('applies where the provider publishes keys', () => {
    const { provider } = hostWith([]);
    expect(jwks.applies({}, provider)).toBe(true);
    expect(jwks.applies({}, { ...provider, metadata: { issuer: provider.issuer } })).toEqual({ no: expect.any(String) });
  });

  test.each([
    ['none', token(es, { header: { alg: 'none' } })],
    ['another one', token(rs)],
    ['a secret', token(keyFor('HS256'))],
  ])('refuses a token signed with %s before it asks for keys', async (_, text) => {
    const host = hostWith(['ES256', 'HS256']);
    expect(await codeOf(() => jwks.verify(text, {}, host))).toBe('token_alg_not_allowed');
    expect(host.asked).toEqual([]);
  });

  test('asks once more for a key it does not know, cached or not', async () => {
    for (const cached of [true, false]) {
      const rotated = hostWith(['ES256'], { keys: [rs.jwk], cached }, { keys: [rs.jwk, es.jwk] });
      expect((await jwks.verify(signed, {}, rotated)).kid).toBe('k-ES256');
      expect(rotated.asked).toEqual([undefined, true]);
      const unknown = hostWith(['ES256'], { keys: [rs.jwk], cached }, { keys: [rs.jwk] });
      expect(await codeOf(() => jwks.verify(signed, {}, unknown))).toBe('token_key_not_found');
      expect(unknown.asked).toEqual([undefined, true]);
    }
  });

  test('does not ask again for a key that no set can hold', async () => {
    const host = hostWith(['ES256'], { keys: [es.jwk], cached: true });
    expect(await codeOf(() => jwks.verify(token(es, { header: { kid: {} } }), {}, host))).toBe('token_key_not_found');
    expect(host.asked).toHaveLength(1);
  });

  test('asks once more when a cached key does not fit the signature', async () => {
    const replaced = hostWith(['ES256'], { keys: [stranger.jwk], cached: true }, { keys: [es.jwk] });
    expect((await jwks.verify(signed, {}, replaced)).alg).toBe('ES256');
    const forged = hostWith(['ES256'], { keys: [es.jwk], cached: true }, { keys: [es.jwk] });
    expect(await codeOf(() => jwks.verify(token(stranger), {}, forged))).toBe('token_signature');
    expect(forged.asked).toEqual([undefined, true]);
  });

  test('does not ask again when a key that was just fetched does not fit', async () => {
    const host = hostWith(['ES256'], { keys: [es.jwk] });
    expect(await codeOf(() => jwks.verify(token(stranger), {}, host))).toBe('token_signature');
    expect(host.asked).toHaveLength(1);
  });

  test('asks once more for a cached set that was ambiguous, unsafe or wrong', async () => {
    const twins = [es.jwk, { ...es.jwk, kid: 'second' }];
    for (const keys of [twins, [{ ...es.jwk, x: es.jwk.y as string }], [{ ...es.jwk, d: 'AQAB' }]]) {
      expect((await jwks.verify(nameless(es), {}, hostWith(['ES256'], { keys, cached: true }, { keys: [es.jwk] }))).alg).toBe('ES256');
      expect(await codeOf(() => jwks.verify(nameless(es), {}, hostWith(['ES256'], { keys })))).toMatch(
        /^(token_key_ambiguous|token_key_unsafe|proto_jwks_invalid)$/,
      );
    }
  });

  test('accepts no set that shows private keys or secrets, first or second', async () => {
    const shown = { keys: [{ ...es.jwk, d: 'AQAB' }] };
    expect(await codeOf(() => jwks.verify(signed, {}, hostWith(['ES256'], shown)))).toBe('proto_jwks_invalid');
    expect(await codeOf(() => jwks.verify(signed, {}, hostWith(['ES256'], { keys: [] }, shown)))).toBe('proto_jwks_invalid');
    expect(await codeOf(() => jwks.verify(token(rs), {}, hostWith(['RS256'], { keys: [rs.jwk, keyFor('HS256').jwk] })))).toBe(
      'proto_jwks_invalid',
    );
  });

  test('passes on that the keys could not be had', async () => {
    await expect(jwks.verify(signed, {}, hostWith(['ES256']))).rejects.toThrow('asked for keys');
    await expect(jwks.verify(signed, {}, hostWith(['ES256'], { keys: [] }))).rejects.toThrow('asked for keys 2 times');
  });

  test('refuses what is no ID token', async () => {
    const verify = (text: string): Promise<string | undefined> =>
      codeOf(() => jwks.verify(text, {}, hostWith(['ES256'], { keys: [es.jwk] })));
    expect(await verify(token(es, { header: { typ: 'at+jwt' } }))).toBe('token_type');
    expect(await verify(token(es, { payload: '"claims"' }))).toBe('token_malformed');
    expect(await verify(token(es, { payload: '{"sub":"a","sub":"b"}' }))).toBe('token_malformed');
    expect(await verify(`${signed}\n`)).toBe('token_malformed');
    expect(await verify(`${signed}.a.b`)).toBe('token_encrypted');
  });
});
