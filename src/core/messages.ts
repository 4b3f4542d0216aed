/** What is asked of a provider, and what it says: the shapes that every strategy sees. */
import type { AuthorizationDetails } from './authorization-details.ts';
import type { JsonValue } from './json-value.ts';
import type { Preset } from './preset.ts';

/** A successful answer of a token endpoint (RFC 6749 §5.1), unknown members included. Unverified. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  /** Seconds. */
  readonly expires_in?: number;
  readonly scope?: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly [member: string]: JsonValue | undefined;
}

/** Authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0 §3). */
export interface Metadata {
  readonly issuer: string;
  readonly token_endpoint?: string;
  readonly jwks_uri?: string;
  readonly authorization_endpoint?: string;
  readonly device_authorization_endpoint?: string;
  readonly revocation_endpoint?: string;
  readonly introspection_endpoint?: string;
  readonly userinfo_endpoint?: string;
  readonly end_session_endpoint?: string;
  readonly grant_types_supported?: readonly string[];
  readonly token_endpoint_auth_methods_supported?: readonly string[];
  readonly id_token_signing_alg_values_supported?: readonly string[];
  readonly code_challenge_methods_supported?: readonly string[];
  readonly [member: string]: JsonValue | undefined;
}

/** What is asked for, whatever the flow. */
export interface Request {
  readonly scope?: readonly string[];
  readonly audience?: string;
  /** RFC 8707. */
  readonly resource?: readonly string[];
  /** Any further form parameters of the token request. */
  readonly params?: Readonly<Record<string, string>>;
  /** RFC 9396. */
  readonly authorizationDetails?: AuthorizationDetails;
  /** A token that is bound to a key of this session (RFC 9449), and no other. */
  readonly dpop?: boolean;
  readonly signal?: AbortSignal;
}

/** The provider as a strategy sees it. */
export interface ProviderInfo {
  readonly issuer: string;
  readonly clientId: string;
  readonly metadata: Metadata;
  /** What is known of it beyond what it publishes. */
  readonly preset?: Preset | undefined;
}

/** Parameters of a request: an absent one is left out, a list is repeated. */
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface SendOptions {
  /** False where an earlier request of the flow carried the scope, audience, resource and params that are asked for. Default: true. */
  readonly asked?: boolean;
}

/** What the ID token has to say beside the usual, because the flow asked for it (OpenID Connect Core 1.0 §3.1.2.1). */
export interface Demands {
  readonly nonce?: string | undefined;
  /** Seconds since the user signed in, at most. */
  readonly maxAge?: number | undefined;
  /** One of these has to be the token's `acr`. */
  readonly acrValues?: readonly string[] | undefined;
}
