/** Claims: what a verified token says. Only this module makes them, and only of a payload that passed every check; a stored session has them sealed. */
import { CHECKS, type Check, type Expectation, shown } from './claim-checks.ts';
import { fail } from './errors.ts';
import type { JsonObject } from './json-value.ts';

declare const verified: unique symbol;
/** What is known for true of who signed in: the claims of a verified ID token, or what the provider itself said of an access token. */
export type Claims = JsonObject & { readonly sub: string; readonly [verified]: true };
/** The claims of a verified ID token. */
export type IdTokenClaims = Claims & { readonly iss: string; readonly exp: number; readonly iat: number };

/** One check's outcome; `detail` is safe to print. */
export interface CheckReport {
  readonly name: string;
  readonly verdict: 'pass' | 'fail' | 'skipped';
  readonly detail: string;
}

const DATES = new Set(['exp', 'nbf', 'iat', 'auth_time']);

/** Makes Claims of the payload of an ID token whose signature is good. Throws the code of the first check that fails, all of them `token_*`. */
export function checkClaims(payload: JsonObject, expected: Expectation & { readonly kind: 'id' }): IdTokenClaims {
  requireChecks(payload, expected);
  return payload as IdTokenClaims;
}

/** What an introspection endpoint may say of a token, and what a userinfo endpoint says of a user. */
const TOLD = { access: ['iss', 'aud', 'exp', 'nbf', 'iat', 'sub'], user: ['sub'] } as const;

/**
 * Checks what the provider said of an access token, each claim where it is there. Returns Claims where it says whom the token is for.
 * Throws `token_*`.
 */
export function checkTold(
  payload: JsonObject,
  about: 'access' | 'user',
  expected: Expectation & { readonly kind: 'access' },
): Claims | undefined {
  const said = TOLD[about].filter((name) => payload[name] !== undefined);
  requireChecks(payload, expected, ['claim types', ...(about === 'access' ? ['token use'] : []), ...said]); // check: told claims
  return typeof payload.sub === 'string' ? (payload as Claims) : undefined;
}

/** Throws the code of the first check that fails, of those named or of all. */
export function requireChecks(payload: JsonObject, expected: Expectation, names?: readonly string[]): void {
  for (const check of CHECKS) {
    if ((names !== undefined && !names.includes(check.name)) || check.skip?.(payload, expected) !== undefined) continue;
    const wrong = check.check(payload, expected);
    if (wrong !== undefined) fail(check.code, wrong, { hint: check.hint?.(payload, expected) });
  }
}

/** Every check with its verdict, whether one fails or not. It proves nothing about the signature. */
export const reportChecks = (payload: JsonObject, expected: Expectation): readonly CheckReport[] =>
  CHECKS.map((check) => ({ name: check.name, ...outcome(check, payload, expected) }));

function outcome(check: Check, payload: JsonObject, expected: Expectation): Omit<CheckReport, 'name'> {
  const skipped = check.skip?.(payload, expected);
  if (skipped !== undefined) return { verdict: 'skipped', detail: skipped };
  const wrong = check.check(payload, expected);
  if (wrong === undefined)
    return { verdict: 'pass', detail: payload[check.name] === undefined ? '' : shown(payload[check.name], DATES.has(check.name)) };
  const hint = check.hint?.(payload, expected);
  return { verdict: 'fail', detail: hint === undefined ? wrong : `${wrong} ${hint}` };
}
