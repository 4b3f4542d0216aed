/** The answer of a userinfo endpoint (OpenID Connect Core 1.0 §5.3): claims about the one user it was asked for, and a signature checked where there is one. */
import { ASYMMETRIC } from './algorithms.ts';
import { requireChecks } from './claims.ts';
import { parseCompact, parsePayload } from './compact.ts';
import { type KeySource, verifyWithCurrentKeys } from './current-keys.ts';
import { fail } from './errors.ts';
import { checkStatus, jsonOf } from './http-answers.ts';
import type { JsonObject } from './json-value.ts';
import type { ProviderInfo } from './messages.ts';
import type { HttpResponse } from './ports.ts';

const PURPOSE = 'the userinfo endpoint';

/** Whom the answer has to be about. */
export interface UserinfoExpectation {
  /** `sub` of the verified ID token; undefined where there was none, and so nobody to compare with. */
  readonly subject: string | undefined;
  /** Tolerated clock difference in seconds. Default 30. */
  readonly skew?: number | undefined;
}

interface UserinfoContext extends UserinfoExpectation {
  readonly info: ProviderInfo;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly keys: KeySource;
}

/** Throws `token_inactive` for a token that is refused, `token_sub_mismatch` for another user, `token_*` for a signature, `proto_*`, `idp_*`. */
export async function userinfoClaims(response: HttpResponse, context: UserinfoContext): Promise<JsonObject> {
  refuseToken(response);
  const { 'content-type': type = '' } = response.headers;
  const isSigned = /^application\/jwt(?:;|$)/i.test(type.trim());
  if (isSigned) checkStatus(response, PURPOSE, context.now); // check: userinfo status
  const claims = isSigned ? await signed(new TextDecoder().decode(response.body), context) : jsonOf(response, PURPOSE, context.now);
  if (typeof claims.sub !== 'string' || claims.sub === '')
    fail('proto_bad_shape', 'The userinfo endpoint does not say whom it is about (sub).'); // check: userinfo sub
  if (context.subject !== undefined && claims.sub !== context.subject)
    fail('token_sub_mismatch', 'The userinfo endpoint tells of another user than the ID token.'); // check: userinfo subject
  return claims;
}

/** RFC 6750 §3.1. What the challenge says besides its error is hostile text, and nobody needs it. */
function refuseToken({ status, headers }: HttpResponse): void {
  if (status !== 401 && status !== 403) return;
  const oauthError = /\berror="([a-z_]{1,60})"/.exec(headers['www-authenticate'] ?? '')?.[1];
  fail('token_inactive', `The userinfo endpoint refused the access token (${oauthError ?? status}).`, {
    httpStatus: status,
    oauthError,
    hint: status === 403 ? 'Sign in with the scope openid.' : 'Sign in again: padlock auth.',
  }); // check: userinfo refused
}

/** A provider may sign its answer (§5.3.2). It is the issuer's for this client, where it says so; only published keys count. */
async function signed(text: string, { info, keys, now, skew }: UserinfoContext): Promise<JsonObject> {
  const token = parseCompact(text.trim(), 'userinfo');
  const { alg } = await verifyWithCurrentKeys(token, ASYMMETRIC, keys); // check: userinfo signature
  const claims = parsePayload(token.payload);
  const said = ['iss', 'aud', 'azp', 'exp', 'nbf', 'iat'].filter((name) => claims[name] !== undefined);
  const expected = { issuer: info.issuer, clientId: info.clientId, kind: 'id', now, skew, alg } as const;
  requireChecks(claims, expected, ['claim types', 'token use', ...said]); // check: userinfo claims
  return claims;
}
