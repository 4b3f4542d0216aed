/** What a token endpoint answered: the shape is checked, nothing in it is verified. */

import { fail } from './errors.ts';
import { jsonNumber } from './json-number.ts';
import type { JsonValue } from './json-value.ts';
import type { TokenResponse } from './messages.ts';
import { quoted } from './options.ts';
import { type TokenType, withHidden } from './session.ts';

/** A year; nobody means more, and 1e300 must not become a date. */
const LONGEST = 365 * 24 * 3600;
/** What may stand in an Authorization header (RFC 6750 §2.1 allows less; real servers send a little more). */
const HEADER_SAFE = /^[\x21-\x7e]+$/;
const TOKEN_TYPES: Readonly<Record<string, TokenType>> = { bearer: 'Bearer', dpop: 'DPoP' };
/** RFC 8693 §3. */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The tokens and the answer are not enumerable: they do not print themselves. */
export interface TokenSet {
  readonly accessToken: string;
  readonly type: TokenType;
  /** Milliseconds since the epoch; undefined when the provider did not say. */
  readonly expiresAt: number | undefined;
  /** What was granted; undefined when the provider did not say, which means: what was asked (RFC 6749 §5.1). */
  readonly scope: readonly string[] | undefined;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** The whole answer, unknown members included. */
  readonly response: TokenResponse;
}

type Answer = Readonly<Record<string, JsonValue | undefined>>;

function text(response: Answer, member: string): string | undefined {
  const value = response[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') fail('proto_bad_shape', `The token response's ${member} is not a text.`); // check: token response texts
  return value;
}

function credential(response: Answer, member: string): string | undefined {
  const value = text(response, member);
  if (value !== undefined && !HEADER_SAFE.test(value))
    fail('proto_bad_shape', `The token response's ${member} is empty or holds characters that no token may hold.`); // check: token characters
  return value;
}

function lifetime(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const seconds = jsonNumber(value);
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0)
    fail('proto_bad_shape', "The token response's expires_in is not a number of seconds."); // check: lifetime
  return Math.min(seconds, LONGEST);
}

/** N_A stands for a token that is none for an API, and only where the answer says what else it is (RFC 8693 §2.2.1). */
function typeOf(named: string, issued: string | undefined): TokenType | undefined {
  if (named === 'n_a') return issued === undefined || issued === ACCESS_TOKEN ? undefined : 'N_A'; // check: token type N_A
  return Object.hasOwn(TOKEN_TYPES, named) ? TOKEN_TYPES[named] : undefined;
}

/** Checks a token response's shape (RFC 6749 §5.1). `now`: milliseconds. Throws `proto_bad_shape`, `proto_token_type`. */
export function readTokenResponse(response: Answer, now: number): TokenSet {
  const accessToken = credential(response, 'access_token');
  if (accessToken === undefined) fail('proto_bad_shape', 'The token response has no access_token.'); // check: access token
  const tokenType = text(response, 'token_type');
  if (tokenType === undefined) fail('proto_token_type', 'The token response has no token_type.'); // check: token type present
  const type = typeOf(tokenType.toLowerCase(), text(response, 'issued_token_type'));
  if (type === undefined) fail('proto_token_type', `The token response's token_type ${quoted(tokenType)} is neither Bearer nor DPoP.`); // check: token type
  const seconds = lifetime(response.expires_in);
  return withHidden(
    {
      type,
      expiresAt: seconds === undefined ? undefined : now + seconds * 1000,
      scope: text(response, 'scope')?.split(/\s+/).filter(Boolean),
    },
    {
      accessToken,
      refreshToken: credential(response, 'refresh_token'),
      idToken: text(response, 'id_token'),
      response: response as TokenResponse,
    },
  );
}
