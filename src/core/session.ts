/** One sign-in: who, by what flow, with which tokens. Token values are there for the asking and never enumerable. */
import type { AuthorizationDetails } from './authorization-details.ts';
import type { Claims } from './claims.ts';
import type { DpopKey } from './dpop.ts';
import type { PadlockError } from './errors.ts';
import type { Notice } from './ports.ts';

/** What verified a token. Whether an access token could be checked at all is another question; to a client it is opaque by specification. */
export type Verdict =
  /** `alg` is null where the provider was asked: then nothing was signed. */
  | { readonly by: string; readonly alg: string | null; readonly kid: string | null }
  | { readonly by: null; readonly reason: 'opaque' | 'other_issuer' | 'no_key' | 'not_checked' };

/** How a token is shown to an API; `N_A`: it is none for an API, but what else a token exchange was asked for (RFC 8693 §2.2.1). */
export type TokenType = 'Bearer' | 'DPoP' | 'N_A';

export interface AccessToken {
  /** Not enumerable: it does not print itself. */
  readonly value: string;
  readonly type: TokenType;
  readonly expiresAt?: Date;
  /** What was granted. */
  readonly scope: readonly string[];
  readonly verified: Verdict;
  /** What was granted in detail, where the provider says so (RFC 9396 §7). */
  readonly authorizationDetails?: AuthorizationDetails;
  /**
   * Not enumerable, and only there for a DPoP token: the proof that goes with it in one request, as the header `DPoP` (RFC 9449 §7). `nonce`
   * is what the server wants to see in it.
   */
  readonly proof?: (method: string, url: string, nonce?: string) => string;
  /** @internal Not enumerable: the key that makes the proofs. */
  readonly dpop?: DpopKey;
}

export interface IdToken {
  /** Not enumerable. */
  readonly value: string;
  readonly expiresAt: Date;
  readonly verified: Verdict;
}

/** The signed-in user, from verified claims. `id` is their `sub`. */
export interface User {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly nickname?: string;
}

/** Verified claims, or the reason why there are none: a session's View takes nothing else. */
export type Identity =
  /** `from`: `id_token`, or the verifier that asked the provider. */
  | { readonly verified: true; readonly claims: Claims; readonly from: string }
  | { readonly verified: false; readonly reason: 'client' | 'no_id_token' };

export interface Session {
  readonly profile?: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly flow: string;
  /** Null for a client that acts for itself. */
  readonly user: User | null;
  readonly identity: Identity;
  readonly access: AccessToken;
  readonly idToken?: IdToken;
  /** Not enumerable. */
  readonly refreshToken?: string;
  readonly audience?: string;
  readonly stored?: { readonly store: string; readonly key?: string };
  /** Not enumerable: why it could not be stored, if it could not. */
  readonly unsaved?: PadlockError;
  readonly warnings: readonly Notice[];
}

/** `facts` with `secrets` as properties that neither JSON, inspection nor a spread will show. */
export function withHidden<F extends object, S extends object>(facts: F, secrets: S): F & S {
  for (const [key, value] of Object.entries(secrets))
    if (value !== undefined) Object.defineProperty(facts, key, { value, enumerable: false });
  return Object.freeze(facts) as F & S;
}
