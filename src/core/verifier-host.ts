/** What a verifier may do while it runs, and what it has to return. */
import type { Fail } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import type { Form, ProviderInfo } from './messages.ts';

export interface VerifierHost {
  readonly provider: ProviderInfo;
  /** The JOSE algorithms that may sign this token; fixed before the request was sent. */
  readonly algorithms: readonly string[];
  readonly signal: AbortSignal;
  /** The issuer's key set as JWKs, from the cache or fetched. `fresh` asks for one that did not come from a cache. */
  keys(fresh?: boolean): Promise<{ readonly keys: readonly JsonObject[]; readonly cached: boolean }>;
  /** As a grant's: POSTs to an endpoint by its name in the metadata, with the client's authentication. */
  post(endpoint: string, form: Form): Promise<JsonObject>;
  /** What the userinfo endpoint says to whoever holds the token, a signed answer verified. Throws `token_inactive`, `proto_*`. */
  userinfo(): Promise<JsonObject>;
  readonly fail: Fail;
}

/** What a verifier found: the signature is good, and by what; or what the provider says, with nothing signed. The host checks the claims. */
export interface Proof {
  readonly payload: JsonObject;
  /** Null where the provider was asked. */
  readonly alg: string | null;
  readonly kid: string | null;
}
