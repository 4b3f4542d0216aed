/** What the two ways of mutual TLS share (RFC 8705 §2): the connection is the proof, and the form only names the client. */
import { clientOptions } from './client-options.ts';
import type { Applicable, ClientAuthRequest } from './contracts.ts';
import { fail } from './errors.ts';
import type { ProviderInfo } from './messages.ts';
import { defineOptions, type ValuesOf } from './options.ts';
import type { TlsIdentity } from './ports.ts';

export const tlsClientOptions = defineOptions({
  clientCertificate: { ...clientOptions.clientCertificate, required: true },
  privateKey: clientOptions.privateKey,
});
type TlsClientValues = ValuesOf<typeof tlsClientOptions>;

/** A certificate is shown without being asked for only where the provider lists the method. */
export const listsTls = (method: string, { clientCertificate }: Partial<TlsClientValues>, { metadata }: ProviderInfo): Applicable => {
  if (clientCertificate === undefined) return { no: 'there is no client certificate' };
  return metadata.token_endpoint_auth_methods_supported?.includes(method) || { no: `the provider does not list ${method}` };
};

export async function shownIdentity({ clientCertificate, privateKey }: TlsClientValues): Promise<TlsIdentity> {
  return (await import('./client-certificate.ts')).tlsIdentity(clientCertificate, privateKey);
}

export function nameClient({ form, provider, url }: ClientAuthRequest): void {
  if (!url.startsWith('https:'))
    fail('config_insecure_url', 'A certificate cannot be shown over plain http.', { hint: 'Choose another way with --client-auth.' }); // check: certificate over https
  form.set('client_id', provider.clientId);
}
