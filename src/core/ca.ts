/** An additional certificate authority. */
import type { SecureContext } from 'node:tls';
import { fail } from './errors.ts';

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * TLS that trusts the certificates in `pem` besides the authorities Node trusts, as NODE_EXTRA_CA_CERTS does: a provider behind a company's
 * own authority often calls for keys or discovery elsewhere. Throws `config_bad_ca`.
 */
export async function trusting(pem: string): Promise<SecureContext> {
  const [tls, { X509Certificate }] = await Promise.all([import('node:tls'), import('node:crypto')]);
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
  const secure = tls.createSecureContext({ minVersion: 'TLSv1.2' });
  // What Node itself calls for the option `ca`; that option would replace the authorities, and listing them anew takes as long as a sign-in's requests.
  for (const certificate of certificates) secure.context.addCACert(certificate);
  return secure;
}
