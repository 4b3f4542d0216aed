/** The checks every verified token goes through, as a table (OpenID Connect Core 1.0 §3.1.3.7, RFC 7519 §4.1, RFC 8725). */
import { isAtHash } from './at-hash.ts';
import type { TokenKind } from './compact.ts';
import type { ErrorCode } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { excerpt } from './text.ts';

/** What a token must say. */
export interface Expectation {
  readonly issuer: string;
  readonly clientId: string;
  readonly kind: TokenKind;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Tolerated clock difference in seconds. Default 30, at most 300. */
  readonly skew?: number | undefined;
  /** Of an access token: who it is for. Without it nobody knows, and `aud` is not judged. */
  readonly audience?: string | undefined;
  /** Was sent in the authorization request. */
  readonly nonce?: string | undefined;
  /** The nonce of the sign-in: a refreshed token need not repeat it, and may have no other (OpenID Connect Core 1.0 §12.2). */
  readonly earlierNonce?: string | undefined;
  /** `max_age` of the request, in seconds: how long ago the user may have signed in. */
  readonly maxAge?: number | undefined;
  /** `acr_values` of the request: the token has to say one of them. */
  readonly acrValues?: readonly string[] | undefined;
  /** How long ago the token may have been issued, in seconds. Default for an ID token: a day; an access token may be of any age. */
  readonly maxTokenAge?: number | undefined;
  /** Who signed in before: a refreshed token must be theirs. */
  readonly subject?: string | undefined;
  /** What came beside the ID token, for `at_hash`. */
  readonly accessToken?: string | undefined;
  /** What signed the token. */
  readonly alg?: string | undefined;
}

export interface Check {
  /** The claim, where it is about one. */
  readonly name: string;
  readonly code: ErrorCode;
  /** What is wrong, safe to print; undefined when nothing is. */
  check(claims: JsonObject, expected: Expectation): string | undefined;
  /** Why there is nothing to check. */
  skip?(claims: JsonObject, expected: Expectation): string | undefined;
  hint?(claims: JsonObject, expected: Expectation): string | undefined;
}

const DAY = 24 * 3600;
/** The last second of the year 9999: a larger number is no date, and some clocks wrap. */
const LAST = 253_402_300_799;
const LONGEST_SUBJECT = 255;

const REQUIRED: Readonly<Record<TokenKind, readonly string[]>> = { id: ['iss', 'sub', 'aud', 'exp', 'iat'], access: ['iss', 'exp'] };
const isText = (value: JsonValue | undefined): boolean => typeof value === 'string';
const isTime = (value: JsonValue | undefined): boolean => typeof value === 'number' && value >= 0 && value <= LAST;
const isSubject = (value: JsonValue | undefined): boolean => typeof value === 'string' && value !== '' && value.length <= LONGEST_SUBJECT;
const isAudience = (value: JsonValue | undefined): boolean => isText(value) || (Array.isArray(value) && value.every(isText));
const FORMS: Readonly<Record<string, readonly [is: (value: JsonValue | undefined) => boolean, what: string]>> = {
  iss: [isText, 'a text'], // check: type of iss
  sub: [isSubject, `a text of 1 to ${LONGEST_SUBJECT} characters`], // check: type of sub
  aud: [isAudience, 'a text or a list of texts'], // check: type of aud
  azp: [isText, 'a text'], // check: type of azp
  exp: [isTime, 'a time in seconds'], // check: type of exp
  iat: [isTime, 'a time in seconds'], // check: type of iat
  nbf: [isTime, 'a time in seconds'], // check: type of nbf
  jti: [isText, 'a text'], // check: type of jti
};

const seconds = ({ now }: Expectation): number => Math.floor(now / 1000);
const tolerance = ({ skew = 30 }: Expectation): number => Math.min(300, Math.max(0, skew));
const audiences = ({ aud }: JsonObject): readonly JsonValue[] => [...new Set(Array.isArray(aud) ? aud : [aud ?? null])];
const time = (value: JsonValue | undefined): number | undefined => (isTime(value) ? (value as number) : undefined);
const unset = (name: string, value: unknown): string | undefined => (value === undefined ? `no ${name} was expected` : undefined);
const without = (name: string) => (claims: JsonObject) => (claims[name] === undefined ? `the token has no ${name}` : undefined);
const clock = ({ now }: Expectation): string => `Here it is ${new Date(now).toISOString()}: is this machine's clock right?`;

/** A claim for a message: texts quoted, lists in full, times as dates; cut and made visible. */
export function shown(value: JsonValue | undefined, isDate = false): string {
  if (isDate && isTime(value)) return new Date(Math.floor(value as number) * 1000).toISOString().replace('.000Z', 'Z');
  return value === undefined ? 'nothing' : excerpt(JSON.stringify(value), 200);
}

function required(claims: JsonObject, { kind, maxAge }: Expectation): string | undefined {
  const names = [...REQUIRED[kind], ...(maxAge === undefined ? [] : ['auth_time'])];
  const missing = names.filter((name) => claims[name] === undefined);
  return missing.length === 0 ? undefined : `The token does not say ${missing.join(', ')}.`;
}

function forms(claims: JsonObject): string | undefined {
  const wrong = Object.entries(FORMS).find(([name, [is]]) => claims[name] !== undefined && !is(claims[name]));
  return wrong === undefined ? undefined : `The token's ${wrong[0]} is not ${wrong[1][1]}, but ${shown(claims[wrong[0]])}.`;
}

/** What Keycloak (`typ`), Cognito (`token_use`) and logout tokens (`events`) say about themselves inside. */
function use({ typ, token_use: purpose, events, at_hash: hash }: JsonObject, { kind }: Expectation): string | undefined {
  const other = kind === 'id' ? ['Bearer', 'DPoP', 'access'] : ['ID', 'id'];
  const foreign = [typ, purpose].find((word) => [...other, 'Refresh', 'Offline', 'Logout'].includes(word as string));
  if (foreign !== undefined) return `The token says that it is for another use (${shown(foreign)}).`; // check: token use claim
  if (events !== undefined) return 'The token is a security event, such as a logout token.'; // check: event token
  return kind === 'access' && hash !== undefined ? 'The token is an ID token: it has an at_hash.' : undefined; // check: ID token as access token
}

const issuer = ({ iss }: JsonObject, expected: Expectation): string | undefined =>
  iss === expected.issuer ? undefined : `The token was issued by ${shown(iss)}, not by ${shown(expected.issuer)}.`;

const issuerHint = ({ iss }: JsonObject, expected: Expectation): string | undefined =>
  typeof iss === 'string' && iss.replace(/\/$/, '') === expected.issuer.replace(/\/$/, '')
    ? 'They differ only in the slash at the end: configure the issuer exactly as the provider spells it.'
    : undefined;

function audience(claims: JsonObject, { kind, clientId, audience: api }: Expectation): string | undefined {
  const all = audiences(claims);
  const mine = kind === 'id' ? clientId : api;
  if (mine !== undefined && !all.includes(mine)) return `The token is for ${shown(claims.aud)}, not for ${shown(mine)}.`; // check: audience
  if (kind === 'id' && all.length > 1 && claims.azp === undefined)
    return `The token is for ${shown(claims.aud)} and does not say for whom it was issued (azp).`; // check: several audiences
  return undefined;
}

const party = ({ azp }: JsonObject, { clientId }: Expectation): string | undefined =>
  azp === clientId ? undefined : `The token was issued for ${shown(azp)} (azp), not for ${shown(clientId)}.`;

function expiry({ exp }: JsonObject, expected: Expectation): string | undefined {
  const end = time(exp);
  return end !== undefined && end + tolerance(expected) > seconds(expected) ? undefined : `The token expired at ${shown(exp, true)}.`;
}

function start({ nbf }: JsonObject, expected: Expectation): string | undefined {
  const from = time(nbf);
  return from !== undefined && from <= seconds(expected) + tolerance(expected)
    ? undefined
    : `The token is valid from ${shown(nbf, true)} on.`;
}

function issued({ iat }: JsonObject, expected: Expectation): string | undefined {
  const at = time(iat) ?? Number.NaN;
  const { maxTokenAge = expected.kind === 'id' ? DAY : Number.POSITIVE_INFINITY } = expected;
  if (!(at <= seconds(expected) + tolerance(expected))) return `The token was issued in the future, at ${shown(iat, true)}.`; // check: iat in the future
  if (!(at + maxTokenAge + tolerance(expected) >= seconds(expected))) return `The token was issued long ago, at ${shown(iat, true)}.`; // check: iat long ago
  return undefined;
}

const nonce = (claims: JsonObject, expected: Expectation): string | undefined =>
  claims.nonce === (expected.nonce ?? expected.earlierNonce)
    ? undefined
    : "The token's nonce is not the one that was sent: it may belong to another sign-in.";

const accessTokenHash = ({ at_hash: hash }: JsonObject, { accessToken = '', alg = '' }: Expectation): string | undefined =>
  isAtHash(hash, accessToken, alg) ? undefined : 'The ID token belongs to another access token than the one beside it (at_hash).';

function signIn({ auth_time: at }: JsonObject, expected: Expectation): string | undefined {
  const { maxAge = 0 } = expected;
  const when = time(at);
  const isRecent =
    when !== undefined && when + maxAge + tolerance(expected) >= seconds(expected) && when <= seconds(expected) + tolerance(expected);
  return isRecent ? undefined : `The user signed in at ${shown(at, true)}, and at most ${maxAge} seconds ago was asked for.`;
}

const strength = ({ acr }: JsonObject, { acrValues = [] }: Expectation): string | undefined =>
  acrValues.includes(acr as string)
    ? undefined
    : `The user signed in as strongly as ${shown(acr)} says (acr), and ${acrValues.map((value) => shown(value)).join(' or ')} was asked for.`;

const subject = ({ sub }: JsonObject, expected: Expectation): string | undefined =>
  sub === expected.subject ? undefined : `The token is about ${shown(sub)}, not about ${shown(expected.subject)}.`;

/** In the order in which they are done: the first that fails names the error. */
export const CHECKS: readonly Check[] = [
  { name: 'required claims', code: 'token_claim_missing', check: required }, // check: required claims
  { name: 'claim types', code: 'token_claim_type', check: forms }, // check: claim types
  { name: 'token use', code: 'token_type', check: use }, // check: token use
  { name: 'iss', code: 'token_issuer', check: issuer, hint: issuerHint }, // check: iss
  {
    name: 'aud',
    code: 'token_audience',
    check: audience,
    skip: (_, { kind, audience: api }) => (kind === 'id' ? undefined : unset('audience', api)),
  }, // check: aud
  {
    name: 'azp',
    code: 'token_azp',
    check: party,
    skip: (claims, { kind }) => (kind === 'id' ? without('azp')(claims) : 'it may be for any client'),
  }, // check: azp
  { name: 'exp', code: 'token_expired', check: expiry, skip: without('exp'), hint: (_, expected) => clock(expected) }, // check: exp
  { name: 'nbf', code: 'token_not_yet_valid', check: start, skip: without('nbf'), hint: (_, expected) => clock(expected) }, // check: nbf
  { name: 'iat', code: 'token_iat', check: issued, skip: without('iat'), hint: (_, expected) => clock(expected) }, // check: iat
  {
    name: 'nonce',
    code: 'token_nonce',
    check: nonce,
    skip: (claims, expected) => unset('nonce', expected.nonce ?? (claims.nonce === undefined ? undefined : expected.earlierNonce)),
  }, // check: nonce
  {
    name: 'at_hash',
    code: 'token_at_hash',
    check: accessTokenHash,
    skip: (claims, { accessToken, alg }) => without('at_hash')(claims) ?? unset('access token', accessToken && alg),
  }, // check: at_hash
  { name: 'auth_time', code: 'token_expired', check: signIn, skip: (_, { maxAge }) => unset('max_age', maxAge) }, // check: auth_time
  { name: 'acr', code: 'token_acr', check: strength, skip: (_, { acrValues }) => unset('acr', acrValues) }, // check: acr
  { name: 'sub', code: 'token_sub_mismatch', check: subject, skip: (_, expected) => unset('subject', expected.subject) }, // check: sub
];
