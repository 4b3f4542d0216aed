import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parseCompact } from '../../src/core/compact.ts';
import { verifySignature, verifyWithKeys } from '../../src/core/jose.ts';
import type { JsonObject, JsonValue } from '../../src/core/json-value.ts';
import { publicKeys, selectKey } from '../../src/core/key-policy.ts';
import { isRocaModulus } from '../../src/core/roca.ts';
import { codeOf, keyFor, nameless, publicJwk, rocaModulus, type SigningKey, segment, token } from './forge.ts';

const rs = keyFor('RS256');
const es = keyFor('ES256');
const hs = keyFor('HS256');
const bytes = (value: bigint): string => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
};
const modulus = BigInt(`0x${Buffer.from(rs.jwk.n as string, 'base64url').toString('hex')}`);
const ed = keyFor('EdDSA');
const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
const without = (jwk: JsonObject, ...names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));

/** What comes of a good token of `signer` when these are the keys. */
const outcome = (signer: SigningKey, keys: readonly JsonObject[], text = token(signer)): Promise<string | undefined> =>
  codeOf(() => verifyWithKeys(parseCompact(text), keys, [signer.alg]));

describe('a key of the set', () => {
  const accepted: readonly (readonly [string, SigningKey, JsonObject])[] = [
    ['says algorithm and use', rs, rs.jwk],
    ['says no algorithm: it is bound to the expected one', rs, without(rs.jwk, 'alg')],
    ['says no use', rs, without(rs.jwk, 'use')],
    ['may verify', rs, { ...rs.jwk, key_ops: ['verify'] }],
    ['has the exponent 3', { ...rs, key: three.privateKey }, { ...rs.jwk, ...publicJwk(three.publicKey) }],
    ['may sign and verify', hs, { ...hs.jwk, key_ops: ['sign', 'verify'] }],
    ['carries a certificate nobody looks at', rs, { ...rs.jwk, x5c: ['AAAA'], x5u: 'https://evil.test/' }],
    [
      'has leading zeros in its modulus',
      rs,
      { ...rs.jwk, n: Buffer.concat([Buffer.alloc(1), Buffer.from(rs.jwk.n as string, 'base64url')]).toString('base64url') },
    ],
  ];
  test.each(accepted)('is good when it %s', async (_, signer, jwk) => {
    expect(await outcome(signer, [jwk])).toBeUndefined();
    expect(await codeOf(() => verifySignature(parseCompact(token(signer)), jwk, signer.alg))).toBeUndefined();
  });

  const refused: readonly (readonly [string, SigningKey, JsonObject])[] = [
    ['is for another algorithm of its type', rs, { ...rs.jwk, alg: 'PS256' }],
    ['is for an algorithm that does not exist', rs, { ...rs.jwk, alg: 'ES521' }],
    ['is for encryption by its algorithm', hs, { ...hs.jwk, alg: 'A256GCM' }],
    ['is for encryption by its use', rs, { ...rs.jwk, use: 'enc' }],
    ['has a use of a wrong type', rs, { ...rs.jwk, use: ['sig'] }],
    ['may not verify', rs, { ...rs.jwk, key_ops: ['encrypt'] }],
    ['has key_ops that are no list', rs, { ...rs.jwk, key_ops: 'verify' }],
    ['is of another type', rs, { ...es.jwk, kid: 'k-RS256', alg: 'RS256' }],
    ['is on another curve', es, { ...keyFor('ES384').jwk, kid: 'k-ES256', alg: 'ES256' }],
    ['names another curve than its point is on', es, { ...es.jwk, crv: 'P-384' }],
    ['lacks its modulus', rs, without(rs.jwk, 'n')],
    ['lacks its exponent', rs, without(rs.jwk, 'e')],
    ['lacks a coordinate', es, without(es.jwk, 'y')],
    ['lacks its point', ed, without(ed.jwk, 'x')],
    ['has a coordinate that is too short', es, { ...es.jwk, x: 'AAAA' }],
    ['has a modulus with spaces', rs, { ...rs.jwk, n: ` ${rs.jwk.n as string}` }],
    ['lacks its secret', hs, without(hs.jwk, 'k')],
    ['has an empty secret', hs, { ...hs.jwk, k: '' }],
  ];
  test.each(refused)('is not found when it %s (BCP 40)', async (_, signer, jwk) => {
    expect(await outcome(signer, [jwk])).toBe('token_key_not_found');
    expect(await codeOf(() => verifySignature(parseCompact(token(signer)), jwk, signer.alg))).toBe('token_key_unsafe');
  });

  const short = (length: number): JsonObject => ({ ...hs.jwk, k: Buffer.alloc(length, 7).toString('base64url') });
  const strange = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const unsafe: readonly (readonly [string, SigningKey, JsonObject])[] = [
    ['is an RSA key of 1024 bits', rs, { ...rs.jwk, ...publicJwk(strange.publicKey) }],
    ['is an RSA key of 2047 bits', rs, { ...rs.jwk, n: bytes((1n << 2046n) | 1n) }],
    ['is an RSA key of 20000 bits', rs, { ...rs.jwk, n: bytes((1n << 19_999n) | 1n) }],
    ['has the exponent 1', rs, { ...rs.jwk, e: 'AQ' }],
    ['has the exponent 0', rs, { ...rs.jwk, e: 'AA' }],
    ['has an even exponent', rs, { ...rs.jwk, e: bytes(65536n) }],
    ['has an exponent of 65 bits', rs, { ...rs.jwk, e: bytes((1n << 64n) | 1n) }],
    ['has an even modulus', rs, { ...rs.jwk, n: bytes(modulus - 1n) }],
    ['was made by the generator of ROCA', rs, { ...rs.jwk, n: bytes(rocaModulus()) }],
    ['is an HMAC key of 31 bytes', hs, short(31)],
    ['is an HMAC key shorter than its hash', keyFor('HS512'), { ...short(63), alg: 'HS512', kid: 'k-HS512' }],
    ['is a point off the curve', es, { ...es.jwk, x: es.jwk.y as JsonValue }],
  ];
  test.each(unsafe)('is unsafe when it %s (BCP 43)', async (_, signer, jwk) => {
    expect(await outcome(signer, [jwk])).toBe('token_key_unsafe');
    expect(await codeOf(() => verifySignature(parseCompact(token(signer)), jwk, signer.alg))).toBe('token_key_unsafe');
  });

  test('that is too weak says so, and why', async () => {
    await expect(verifySignature(parseCompact(token(rs)), { ...rs.jwk, e: 'AQ' }, 'RS256')).rejects.toThrow(
      'exponent that protects nothing',
    );
    await expect(verifySignature(parseCompact(token(rs)), { ...rs.jwk, e: bytes((1n << 64n) | 1n) }, 'RS256')).rejects.toThrow(
      'exponent of more than 64 bits',
    );
    await expect(verifySignature(parseCompact(token(rs)), { ...rs.jwk, n: bytes((1n << 19_999n) | 1n) }, 'RS256')).rejects.toThrow(
      'more than 16384 bits',
    );
    await expect(verifySignature(parseCompact(token(rs)), { ...rs.jwk, n: bytes((1n << 2046n) | 1n) }, 'RS256')).rejects.toThrow(
      'less than 2048 bits',
    );
    await expect(verifySignature(parseCompact(token(rs)), { ...rs.jwk, n: bytes(modulus - 1n) }, 'RS256')).rejects.toThrow(
      'even RSA modulus',
    );
    await expect(verifySignature(parseCompact(token(rs)), { ...rs.jwk, n: bytes(rocaModulus()) }, 'RS256')).rejects.toThrow('ROCA');
    await expect(verifySignature(parseCompact(token(hs)), short(31), 'HS256')).rejects.toThrow('248 bits');
  });

  test('that does not fit says so, and why', async () => {
    const why = (signer: SigningKey, jwk: JsonObject): Promise<void> => verifySignature(parseCompact(token(signer)), jwk, signer.alg);
    await expect(why(rs, { ...es.jwk, alg: 'RS256' })).rejects.toThrow('type');
    await expect(why(es, { ...keyFor('ES384').jwk, alg: 'ES256' })).rejects.toThrow('curve');
    await expect(why(rs, { ...rs.jwk, use: 'enc' })).rejects.toThrow('use');
  });

  test('is named where one is at fault', async () => {
    const strong = (jwk: JsonObject): Promise<void> => verifySignature(parseCompact(token(rs)), jwk, 'RS256');
    await expect(strong({ ...rs.jwk, e: 'AQ' })).rejects.toThrow('The key "k-RS256" has an RSA exponent');
    await expect(strong({ ...without(rs.jwk, 'kid'), e: 'AQ' })).rejects.toThrow('The key has an RSA exponent');
    expect(() => selectKey([es.jwk], 'RS256', undefined)).toThrow('no key that fits RS256');
    expect(() => selectKey([es.jwk], 'RS256', 'gone')).toThrow('no key "gone"');
    expect(() => selectKey([{ ...rs.jwk, use: 'enc' }], 'RS256', 'k-RS256')).toThrow('The key "k-RS256" is not for signatures');
  });
});

describe('the ROCA fingerprint', () => {
  test('knows its own and no other modulus', () => {
    expect(isRocaModulus(rocaModulus())).toBe(true);
    expect(isRocaModulus(rocaModulus() * 65537n)).toBe(true);
    expect(isRocaModulus(modulus)).toBe(false);
    expect(isRocaModulus(rocaModulus() + 2n)).toBe(false);
  });
});

describe('a key set', () => {
  test('is searched by the name in the token', async () => {
    const stranger = { ...rs.jwk, kid: 'other' };
    expect(selectKey([es.jwk, stranger, rs.jwk], 'RS256', 'k-RS256')).toBe(rs.jwk);
    expect(await outcome(rs, [es.jwk, stranger])).toBe('token_key_not_found');
    expect(await outcome(rs, [])).toBe('token_key_not_found');
  });

  test('may hold broken keys beside the good one', async () => {
    expect(await outcome(rs, [{}, { kty: 'oct' }, { kty: 'RSA', kid: 'x' }, { kty: 'XYZ', kid: 7 }, rs.jwk])).toBeUndefined();
    expect(await outcome(rs, [{ ...rs.jwk, n: '*', kid: 'x' }, rs.jwk], nameless(rs))).toBeUndefined();
  });

  test('answers a token without a name when one key fits, and only then', async () => {
    expect(await outcome(rs, [es.jwk, rs.jwk], nameless(rs))).toBeUndefined();
    expect(await outcome(rs, [rs.jwk, { ...rs.jwk, kid: 'second' }], nameless(rs))).toBe('token_key_ambiguous');
    expect(await outcome(rs, [es.jwk], nameless(rs))).toBe('token_key_not_found');
  });

  test('need not name its keys', async () => {
    const anonymous = [without(es.jwk, 'kid'), without(rs.jwk, 'kid')];
    expect(await verifyWithKeys(parseCompact(nameless(rs)), anonymous, ['RS256'])).toEqual({ alg: 'RS256', kid: null });
  });

  test('may have a key whose name has 1024 characters, and none with a longer one', async () => {
    const named = (length: number): Promise<string | undefined> => {
      const kid = 'x'.repeat(length);
      return outcome(rs, [{ ...rs.jwk, kid }], token(rs, { header: { kid } }));
    };
    expect(await named(1024)).toBeUndefined();
    expect(await named(1025)).toBe('token_key_not_found');
  });

  test('with a name twice cannot say which key it is', async () => {
    const twins = [rs.jwk, { ...es.jwk, kid: 'k-RS256' }];
    expect(await outcome(rs, twins)).toBe('token_key_ambiguous');
    expect(await outcome(rs, twins, nameless(rs))).toBe('token_key_ambiguous');
    expect(await outcome(rs, [...twins.map((key) => ({ ...key, kid: 'twins' })), rs.jwk])).toBeUndefined();
  });

  test.each([[{ a: 1 }], [null], [1], [['k-RS256']], ['x'.repeat(1_000_000)]])('has no key named %.20j', async (kid) => {
    expect(await outcome(rs, [rs.jwk, { ...rs.jwk, kid: kid as JsonValue }], token(rs, { header: { kid } }))).toBe('token_key_not_found');
  });

  test.each(['', '__proto__', 'constructor', '../../dev/null', "' OR 1=1 --"])(
    'takes the name %j as a word to look up (BCP 47)',
    async (kid) => {
      expect(await outcome(rs, [rs.jwk], token(rs, { header: { kid } }))).toBe('token_key_not_found');
    },
  );

  test('that mixes secrets with public keys is no key set', async () => {
    expect(await outcome(rs, [hs.jwk, rs.jwk])).toBe('proto_jwks_invalid');
    expect(await outcome(hs, [hs.jwk, es.jwk])).toBe('proto_jwks_invalid');
    expect(await outcome(hs, [hs.jwk, keyFor('HS512').jwk])).toBeUndefined();
  });
});

describe("a provider's key set", () => {
  const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
  test.each(secretMembers)('with a private member %s is not to be trusted', async (name) => {
    expect(await codeOf(() => publicKeys([es.jwk, { ...rs.jwk, kid: 'x', [name]: 'AQAB' }]))).toBe('proto_jwks_invalid');
  });

  test('may hold what is no key, and a secret that is not shown', () => {
    expect(publicKeys([null, 1, 'x', [], { kty: 'oct' }, rs.jwk])).toEqual([{ kty: 'oct' }, rs.jwk]);
  });
});

test('a key in the token is never used (BCP 47)', async () => {
  const other = keyFor('ES384');
  for (const header of [{ jwk: other.jwk }, { jku: 'https://evil.test/keys' }, { x5c: ['AAAA'] }, { x5u: 'https://evil.test/x' }]) {
    const input = `${segment({ alg: 'ES384', kid: 'unknown', ...header })}.${segment({})}`;
    expect(await outcome(other, [es.jwk], `${input}.${token(other).split('.')[2]}`)).toBe('token_key_not_found');
  }
});
