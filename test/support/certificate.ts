/** A self-signed certificate for 127.0.0.1, ::1 and localhost, made when it is needed: nothing secret to commit, nothing to expire. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const long = content.length > 255 ? [0x82, content.length >> 8, content.length & 255] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...(content.length < 128 ? [content.length] : long)]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const hex = (tag: number, bytes: string): Buffer => der(tag, Buffer.from(bytes, 'hex'));
const oid = (bytes: string): Buffer => hex(0x06, bytes);
const time = (milliseconds: number): Buffer => der(0x18, new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, ''));

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');
const BASIC_CONSTRAINTS = oid('551d13');
const SUBJECT_ALT_NAME = oid('551d11');
const TRUE = hex(0x01, 'ff');
const HOUR = 3_600_000;

/** PEM, as `tls.createServer` takes it; `cert` is its own authority. Valid from an hour ago for a day. */
export function selfSigned(): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, 'Padlock test'))));
  const names = sequence(hex(0x87, '7f000001'), hex(0x87, `${'00'.repeat(15)}01`), der(0x82, 'localhost'));
  const body = sequence(
    der(0xa0, hex(0x02, '02')),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(Date.now() - HOUR), time(Date.now() + 24 * HOUR)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE))), sequence(SUBJECT_ALT_NAME, der(0x04, names)))),
  );
  const certificate = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
