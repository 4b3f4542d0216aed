/** The certificate that a client shows (RFC 8705), and its fingerprint. */
import { X509Certificate } from 'node:crypto';
import { fail } from './errors.ts';
import type { TlsIdentity } from './ports.ts';
import { readPrivateKey } from './private-key.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function readCertificates(text: string): readonly [first: X509Certificate, ...chain: X509Certificate[]] {
  const found = (text.replaceAll('\\n', '\n').match(CERTIFICATE) ?? []).map((pem, index) => {
    try {
      return new X509Certificate(pem);
    } catch {
      return fail('config_bad_key', `Certificate ${index + 1} of the client's cannot be read.`);
    }
  });
  const [first, ...chain] = found;
  if (first === undefined)
    fail('config_bad_key', "There is no certificate where the client's should be.", {
      hint: 'It must be PEM: -----BEGIN CERTIFICATE-----.',
    });
  return [first, ...chain];
}

/** A certificate with its chain, and the key that belongs to it; one file may hold both. Throws `config_bad_key`. */
export function tlsIdentity(certificate: string, privateKey: string | undefined): TlsIdentity {
  const [own, ...chain] = readCertificates(certificate);
  const { key } = readPrivateKey(privateKey ?? certificate);
  if (!own.checkPrivateKey(key))
    fail('config_bad_key', 'The private key does not belong to the client certificate.', {
      hint: "The client's own certificate comes first, then those that vouch for it.",
    }); // check: certificate and key
  return { cert: [own, ...chain].map(String).join(''), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** `x5t#S256`: SHA-256 over the DER of the first certificate (RFC 7515 §4.1.8). Throws `config_bad_key`. */
export const thumbprint = (certificate: string): string =>
  Buffer.from(readCertificates(certificate)[0].fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
