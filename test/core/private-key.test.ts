/** Private keys as files hold them (A23), and what they sign with. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { thumbprint, tlsIdentity } from '../../src/core/client-certificate.ts';
import { readPrivateKey, signingAlgorithm } from '../../src/core/private-key.ts';
import { certificate } from '../support/certificate.ts';
import { rsaPair } from '../support/shared.ts';
import { errorOf } from './config-fixture.ts';

const rsa = rsaPair();
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string => key.export({ type, format: 'pem' } as never).toString();
const jwk = (key: KeyObject, more: object = {}): string => JSON.stringify({ ...key.export({ format: 'jwk' }), ...more });
const RSA = ['RS256', 'PS256', 'PS384', 'PS512', 'RS384', 'RS512'];

describe('a private key', () => {
  test.each<[string, string, readonly string[]]>([
    ['RSA in PKCS#8', pem(rsa.privateKey), RSA],
    ['RSA in PKCS#1', pem(rsa.privateKey, 'pkcs1'), RSA],
    ['P-256 in SEC1', pem(p256.privateKey, 'sec1'), ['ES256']],
    ['P-384', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey), ['ES384']],
    ['P-521', pem(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey), ['ES512']],
    ['Ed25519', pem(generateKeyPairSync('ed25519').privateKey), ['EdDSA', 'Ed25519']],
    ['a JWK', jwk(p256.privateKey), ['ES256']],
    ['a JWK for one algorithm', jwk(rsa.privateKey, { alg: 'PS512' }), ['PS512']],
    ['behind a certificate', `${certificate().cert}${pem(rsa.privateKey)}`, RSA],
    ['with the line ends of Windows', pem(p256.privateKey).replaceAll('\n', '\r\n'), ['ES256']],
    ['with escaped line ends, as variables hold them', pem(p256.privateKey).replaceAll('\n', '\\n'), ['ES256']],
  ])('%s is read, and says what it can sign with', (_, text, algorithms) => {
    expect(readPrivateKey(text)).toMatchObject({ algorithms, kid: undefined });
  });

  test('has the name that its JWK gives it', () => {
    expect(readPrivateKey(jwk(p256.privateKey, { kid: 'k-7', use: 'sig', key_ops: ['sign'] })).kid).toBe('k-7');
  });

  const sealed = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  test.each<[string, string, RegExp]>([
    ['protected by a passphrase', p256.privateKey.export(sealed).toString(), /passphrase/],
    ['protected in the older way', rsa.privateKey.export({ ...sealed, type: 'pkcs1' }).toString(), /passphrase/],
    ['a public key', p256.publicKey.export({ type: 'spki', format: 'pem' }).toString(), /a public key where/],
    ['a certificate', certificate().cert, /a certificate where/],
    ['no PEM', 'pa55word', /no PEM where/],
    ['damaged PEM', pem(rsa.privateKey).replace(/\n.{30}/, '\n'), /cannot be read/],
    ['of OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n', /OpenSSH/],
    ['short RSA', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), /less than 2048 bits/],
    ['on a curve that JOSE does not sign with', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), /cannot sign here/],
    ['bound to RSA-PSS', pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey), /cannot sign here/],
    ['X25519', pem(generateKeyPairSync('x25519').privateKey), /cannot sign here/],
    ['a public JWK', jwk(p256.publicKey), /not a private key/],
    ['a secret as a JWK', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }), /not a private key/],
    ['broken JSON', `{${jwk(p256.privateKey)}`, /not valid JSON/],
    ['a JWK for encryption', jwk(p256.privateKey, { use: 'enc' }), /not for signing/],
    ['a JWK for other work', jwk(p256.privateKey, { key_ops: ['deriveBits'] }), /not for signing/],
    ['a JWK whose algorithm is another key type', jwk(p256.privateKey, { alg: 'RS256' }), /cannot sign with/],
  ])('that is %s is config_bad_key, and stays out of the message', async (_, text, message) => {
    const error = await errorOf(() => readPrivateKey(text));
    expect(error).toMatchObject({ code: 'config_bad_key', exit: 3, message: expect.stringMatching(message) });
    const shown = `${error.message} ${error.hint} ${error.stack} ${String(error.cause)}`;
    for (const line of text.split('\n').filter((each) => each.length > 20 && !each.startsWith('---')))
      expect(shown).not.toContain(line.slice(0, 20));
  });
});

describe('the algorithm of an assertion', () => {
  const key = readPrivateKey(pem(rsa.privateKey));
  test.each([
    ['is the usual one of the key', undefined, undefined, 'RS256'],
    ['is the first of the key that the provider lists', undefined, ['ES256', 'PS512', 'PS256'], 'PS256'],
    ['is the usual one where the provider lists none of the key', undefined, ['ES256'], 'RS256'],
    ['is the configured one, whatever the provider lists', 'PS384', ['RS256'], 'PS384'],
  ])('%s', (_, configured, listed, alg) => {
    expect(signingAlgorithm(key, configured, listed)).toBe(alg);
  });

  test('has to fit the key', async () => {
    const error = await errorOf(() => signingAlgorithm(readPrivateKey(pem(p256.privateKey)), 'RS256', undefined));
    expect(error).toMatchObject({ code: 'config_bad_key', hint: expect.stringContaining('ES256') });
  });
});

describe('a client certificate', () => {
  const authority = certificate();
  const own = certificate({ by: authority });

  test('comes with its chain and its key, which may be in one file', () => {
    const identity = tlsIdentity(`${own.cert}${authority.cert}`, own.key);
    expect(identity.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(identity.key).toBe(own.key);
    expect(tlsIdentity(`${own.key}${own.cert}`, undefined)).toEqual({ ...identity, cert: expect.not.stringContaining('PRIVATE') });
  });

  test.each([
    ['and another key', own.cert, authority.key, /does not belong/],
    ['behind that of its authority', `${authority.cert}${own.cert}`, own.key, /does not belong/],
    ['that is none', 'CANARY', own.key, /no certificate/],
    ['that is damaged', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', own.key, /cannot be read/],
    ['without a key', own.cert, undefined, /where the private key should be/],
  ])('%s is config_bad_key', async (_, cert, key, message) => {
    expect(await errorOf(() => tlsIdentity(cert, key))).toMatchObject({ code: 'config_bad_key', message: expect.stringMatching(message) });
  });

  // openssl x509 -in rfc8705-a.pem -outform der | openssl dgst -sha256 -binary | base64url: the certificate of RFC 8705 appendix A
  test('has the thumbprint of RFC 8705 appendix A', () => {
    const cert = `-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----`;
    expect(thumbprint(cert)).toBe('A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0');
  });
});
