/** Certificates, made when they are needed: nothing secret to commit, nothing to expire. */
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

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Host names and IPv4 addresses; `::1` is always among them. */
  readonly names?: readonly string[];
  /** Hours from now. Default: from an hour ago, for a day. */
  readonly from?: number;
  readonly until?: number;
  /** What an authority is called. */
  readonly subject?: string;
  /** The authority that signs it. Default: itself. */
  readonly by?: Certificate;
}

const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, text))));
const LOOPBACK = hex(0x87, `${'00'.repeat(15)}01`);
const alternative = (name: string): Buffer =>
  /^[\d.]+$/.test(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, name);

/** PEM, as `tls.createServer` takes it; one that nobody else signed is its own authority. */
export function certificate({
  names = ['127.0.0.1', 'localhost'],
  from = -1,
  until = 24,
  by,
  subject = 'Padlock test',
}: CertificateOptions = {}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = sequence(
    der(0xa0, hex(0x02, '02')),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_WITH_SHA256,
    nameOf(by === undefined ? subject : 'Padlock test'),
    sequence(time(Date.now() + from * HOUR), time(Date.now() + until * HOUR)),
    nameOf(by === undefined ? subject : 'Padlock test server'),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        ...(by === undefined ? [sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE)))] : []),
        sequence(SUBJECT_ALT_NAME, der(0x04, sequence(...names.map(alternative), LOOPBACK))),
      ),
    ),
  );
  const signed = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), sign('sha256', body, by?.key ?? privateKey)));
  const lines = signed.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
