/** The verdict on an access token, which is opaque to a client by specification: checked where the issuer's keys fit, else labelled. */
import { ASYMMETRIC } from './algorithms.ts';
import { requireKey } from './binding.ts';
import { requireChecks } from './claims.ts';
import { type Compact, parseCompact, parsePayload } from './compact.ts';
import type { DpopKey } from './dpop.ts';
import { fail, isPadlockError } from './errors.ts';
import { verifyWithKeys } from './jose.ts';
import type { JsonObject } from './json-value.ts';
import { publicKeys } from './key-policy.ts';
import type { Verdict } from './session.ts';

export interface AccessTokenExpectation {
  readonly issuer: string;
  readonly clientId: string;
  /** Whose API the token was asked for; without it `aud` is not judged. */
  readonly audience?: string | undefined;
  /** Audiences whose tokens only their API can judge. */
  readonly opaque?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds. */
  readonly skew?: number | undefined;
  /** PEM of the certificate that this client shows, if any: a token that is bound to one is bound to this one (RFC 8705 §3.1). */
  readonly certificate?: string | undefined;
  /** What its tokens are bound to, if anything: to this key and no other (RFC 9449 §6). */
  readonly dpop?: DpopKey | undefined;
  /** The issuer's key set. Absent: none is at hand, and none is fetched for this. Asked only when the token is the issuer's own. */
  readonly keys?: (() => Promise<readonly JsonObject[]>) | undefined;
}

type Unverified = Extract<Verdict, { by: null }>['reason'];
const unverified = (reason: Unverified): Verdict => ({ by: null, reason });

/**
 * Checks an access token as far as a client can. A signature that the issuer's keys do not explain is no failure: some providers sign what only
 * they can read. One that they do explain makes its dates and audience binding: throws `token_claim_type`, `token_expired`, `token_audience`.
 * A token that is bound to another certificate or key than ours is of no use to us: throws `token_key_not_found`.
 */
export async function judgeAccessToken(token: string, expected: AccessTokenExpectation): Promise<Verdict> {
  const read = readable(token);
  if (read === undefined) return unverified('opaque');
  const { compact, payload } = read;
  if (expected.certificate !== undefined) await checkBinding(payload, expected.certificate); // check: certificate binding
  requireKey(payload, expected.dpop);
  if (payload.iss !== expected.issuer) return unverified('other_issuer'); // check: access token issuer
  if ([payload.aud].flat().some((one) => expected.opaque?.includes(one as string) === true)) return unverified('not_checked'); // check: access token of another API
  const { alg } = compact.header;
  if (expected.keys === undefined || !ASYMMETRIC.includes(alg as string)) return unverified('not_checked'); // check: access token algorithm
  const keys = publicKeys(await expected.keys());
  const proof = await orUndefined(verifyWithKeys(compact, keys, ASYMMETRIC));
  if (proof === undefined) return unverified('no_key'); // check: access token signature
  requireChecks(payload, { ...expected, kind: 'access', alg: proof.alg }, ['claim types', 'exp', 'aud']); // check: access token claims
  return { by: 'jwks', ...proof };
}

async function checkBinding({ cnf }: JsonObject, certificate: string): Promise<void> {
  const bound = typeof cnf === 'object' && cnf !== null ? (cnf as JsonObject)['x5t#S256'] : undefined;
  if (bound === undefined) return;
  const { thumbprint } = await import('./client-certificate.ts');
  if (bound !== thumbprint(certificate))
    fail('token_key_not_found', 'The access token is bound to another certificate than the one that was shown.', {
      hint: 'Something between here and the provider may show a certificate of its own.',
    });
}

/** The token as a JWT, or undefined where it is something else. */
function readable(token: string): { readonly compact: Compact; readonly payload: JsonObject } | undefined {
  try {
    const compact = parseCompact(token, 'access');
    return { compact, payload: parsePayload(compact.payload) };
  } catch (error) {
    if (isPadlockError(error)) return undefined;
    throw error;
  }
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isPadlockError(error) && error.category === 'verification') return undefined;
    throw error;
  }
}
