/** What TLS trusts besides the usual authorities, and what it shows of this side. */
import type { SecureContext } from 'node:tls';
import { fail } from './errors.ts';
import type { TlsIdentity } from './ports.ts';

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * TLS that trusts the certificates in `ca` besides the authorities Node trusts, as NODE_EXTRA_CA_CERTS does: a provider behind a company's
 * own authority often calls for keys or discovery elsewhere. `identity` is in the same context, as Node takes a context or a certificate and
 * never both. Undefined where neither is given. Throws `config_bad_ca`, `config_bad_key`.
 */
export async function secureContext(ca: string | undefined, identity?: TlsIdentity): Promise<SecureContext | undefined> {
  if (ca === undefined && identity === undefined) return undefined;
  const certificates = ca === undefined ? [] : await certificatesOf(ca);
  const { createSecureContext } = await import('node:tls');
  let secure: SecureContext;
  try {
    secure = createSecureContext({ minVersion: 'TLSv1.2', ...identity });
  } catch {
    fail('config_bad_key', 'The client certificate and its key cannot be used.'); // what OpenSSL says adds nothing
  }
  // What Node itself calls for the option `ca`; that option would replace the authorities, and listing them anew takes as long as a sign-in's requests.
  for (const certificate of certificates) secure.context.addCACert(certificate);
  return secure;
}

async function certificatesOf(pem: string): Promise<readonly string[]> {
  const { X509Certificate } = await import('node:crypto');
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0)
    fail('config_bad_ca', 'The CA file holds no certificate.', { hint: 'It must be PEM: -----BEGIN CERTIFICATE-----.' });
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      fail('config_bad_ca', `Certificate ${index + 1} of the CA file cannot be read.`);
    }
  }
  return certificates;
}
