/** Who asks a provider, and where. */
import type { ClientValues } from './client-values.ts';
import type { ClientAuth } from './contracts.ts';
import type { DpopKey } from './dpop.ts';
import type { JsonObject } from './json-value.ts';
import type { ProviderInfo } from './messages.ts';
import type { TlsIdentity } from './ports.ts';

/** Who asks: the client, and how it proves itself. */
export interface Client {
  readonly info: ProviderInfo;
  readonly auth: ClientAuth;
  readonly values: ClientValues;
  /** What the connection shows of it (RFC 8705). */
  readonly identity?: TlsIdentity | undefined;
  /** What its tokens are bound to (RFC 9449). */
  readonly dpop?: DpopKey | undefined;
  /** By which other methods, as a user names them, the provider would let it prove itself. */
  readonly others?: readonly string[];
}

/** Who holds a token, as its connections show it: a token that is bound to a certificate is good together with that only (RFC 8705 §3). */
export type Holder = Pick<Client, 'info' | 'identity'>;

/** An endpoint by its name in the metadata; a client that shows a certificate has addresses of its own (RFC 8705 §5). */
export function endpointOf({ identity, info: { metadata } }: Holder, name: string): string | undefined {
  const aliases = identity === undefined ? undefined : metadata.mtls_endpoint_aliases;
  const alias = typeof aliases === 'object' && aliases !== null ? (aliases as JsonObject)[name] : undefined;
  const url = alias ?? metadata[name];
  return typeof url === 'string' ? url : undefined;
}
