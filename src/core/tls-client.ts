/** What the two ways of mutual TLS share (RFC 8705 §2): the connection is the proof, and the form only names the client. */
import { tlsIdentity } from './client-certificate.ts';
import type { tlsClientOptions } from './client-options.ts';
import type { ClientAuthRequest } from './contracts.ts';
import { fail } from './errors.ts';
import type { ValuesOf } from './options.ts';
import type { TlsIdentity } from './ports.ts';

/** The certificate and its key, which belong together. Throws `config_bad_key`. */
export const shownIdentity = ({ clientCertificate, privateKey }: ValuesOf<typeof tlsClientOptions>): TlsIdentity =>
  tlsIdentity(clientCertificate, privateKey);

export function nameClient({ form, provider, url }: ClientAuthRequest): void {
  if (!url.startsWith('https:'))
    fail('config_insecure_url', 'A certificate cannot be shown over plain http.', { hint: 'Choose another way with --client-auth.' }); // check: certificate over https
  form.set('client_id', provider.clientId);
}
