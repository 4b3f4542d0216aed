/** A session as it is stored: everything a later process needs to go on with it. Sealed before any store sees it. */
import type { AuthorizationDetails } from './authorization-details.ts';
import type { Claims } from './claims.ts';
import { boundTo, type DpopKey } from './dpop.ts';
import { fail } from './errors.ts';
import type { Clock, Notice } from './ports.ts';
import { type AccessToken, type IdToken, type Session, type TokenType, type User, type Verdict, withHidden } from './session.ts';
import { type Wishes, wishesOf } from './wishes.ts';

/** Who a session belongs to. Two that differ in any of it never mix. */
export interface SessionIdentity {
  /** Whose sessions: `padlock` for the command line. */
  readonly app: string;
  readonly profile: string | null;
  readonly issuer: string;
  readonly clientId: string;
  readonly flow: string;
  /** What the flow declared as identity: the user name, where one is given. */
  readonly who: Readonly<Record<string, string>>;
}

export interface AccessRecord {
  readonly value: string;
  readonly type: TokenType;
  /** Milliseconds since the epoch; null when the provider did not say. */
  readonly expiresAt: number | null;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly scope: readonly string[];
  readonly verified: Verdict;
  /** What was granted in detail, where the provider says so. */
  readonly authorizationDetails?: AuthorizationDetails;
  /** What it is bound to; absent for a token that is not. */
  readonly dpop?: DpopKey;
}

export interface SessionRecord {
  readonly version: 1;
  readonly identity: SessionIdentity;
  /** How the client proved itself; a refresh does the same. */
  readonly clientAuth: string;
  readonly user: User | null;
  readonly claims: Claims | null;
  /** Who said so, where it was no ID token. */
  readonly claimsFrom?: string;
  readonly absent: 'client' | 'no_id_token' | null;
  readonly idToken: { readonly value: string; readonly expiresAt: number; readonly verified: Verdict } | null;
  readonly refreshToken: string | null;
  /** What the session's tokens are bound to; absent where they are not. A refresh proves the same key. */
  readonly dpop?: DpopKey;
  /** The refresh token was redeemed for, but what came with it was not verified yet. */
  readonly pending: boolean;
  /** The provider refused it without a reason: signing in again is needed, unless it changes its mind. */
  readonly suspect: boolean;
  /** What the first access token was asked for with. */
  readonly request: Wishes;
  /** Every resource that the sign-in named (RFC 8707): a refresh may ask for each. Absent: those of the request. */
  readonly resources?: readonly string[];
  /** By {@link accessKey} of what was requested, not of what was granted. */
  readonly access: Readonly<Record<string, AccessRecord>>;
  /** Milliseconds since the epoch. */
  readonly signedInAt: number;
}

/** What of a request makes another access token of the same session. */
export const accessKey = ({ scope = [], audience, resource = [], params = {}, dpop = false, authorizationDetails }: Wishes): string =>
  JSON.stringify([
    [...new Set(scope)].sort(),
    audience ?? null,
    [...new Set(resource)].sort(),
    sorted(params),
    ...(dpop || authorizationDetails ? [{ dpop, authorizationDetails }] : []), // a record from before has neither
  ]);

/** The entries of an object in an order of their own. */
export const sorted = (object: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

/** A verified answer as the access token that is stored. `now`: milliseconds. */
export const accessRecord = (
  { value, type, expiresAt, scope, verified, dpop, authorizationDetails }: AccessToken,
  now: number,
): AccessRecord => ({
  value,
  type,
  expiresAt: expiresAt?.getTime() ?? null,
  issuedAt: now,
  scope,
  verified,
  ...(dpop && { dpop }),
  ...(authorizationDetails && { authorizationDetails }),
});

/** A session of this sign-in as its record. */
export function recordOf(session: Session, identity: SessionIdentity, clientAuth: string, request: Wishes, now: number): SessionRecord {
  const { access, idToken, identity: known, refreshToken, user } = session;
  return {
    version: 1,
    identity,
    clientAuth,
    user,
    claims: known.verified ? known.claims : null,
    ...(known.verified && known.from !== 'id_token' && { claimsFrom: known.from }),
    absent: known.verified ? null : known.reason,
    idToken: idToken === undefined ? null : { value: idToken.value, expiresAt: idToken.expiresAt.getTime(), verified: idToken.verified },
    refreshToken: refreshToken ?? null,
    ...(access.dpop && { dpop: access.dpop }),
    pending: false,
    suspect: false,
    request: wishesOf(request),
    access: { [accessKey(request)]: accessRecord(access, now) },
    signedInAt: now,
  };
}

/** A stored access token as callers get it. */
export function accessToken(
  { value, type, expiresAt, scope, verified, dpop, authorizationDetails }: AccessRecord,
  clock: Clock,
): AccessToken {
  const facts = {
    type,
    ...(expiresAt !== null && { expiresAt: new Date(expiresAt) }),
    scope,
    verified,
    ...(authorizationDetails && { authorizationDetails }),
  };
  return withHidden(facts, { value, ...boundTo(dpop, value, clock) });
}

/** A stored session as callers get it, with the access token of a request or the latest one. */
export function sessionOf(
  record: SessionRecord,
  clock: Clock,
  stored: Session['stored'],
  key?: string,
  warnings: readonly Notice[] = [],
): Session | undefined {
  const { absent, claims, claimsFrom = 'id_token', idToken, identity, refreshToken, request, user } = record;
  const found =
    (key === undefined ? undefined : record.access[key]) ?? record.access[accessKey(request)] ?? Object.values(record.access).at(-1);
  if (found === undefined) return undefined;
  const id: IdToken | undefined =
    idToken === null
      ? undefined
      : withHidden({ expiresAt: new Date(idToken.expiresAt), verified: idToken.verified }, { value: idToken.value });
  const session = {
    ...(identity.profile !== null && { profile: identity.profile }),
    issuer: identity.issuer,
    clientId: identity.clientId,
    flow: identity.flow,
    user,
    identity:
      claims === null
        ? ({ verified: false, reason: absent ?? 'no_id_token' } as const)
        : ({ verified: true, claims, from: claimsFrom } as const),
    access: accessToken(found, clock),
    ...(id && { idToken: id }),
    ...(request.audience !== undefined && { audience: request.audience }),
    ...(stored && { stored }),
    warnings: Object.freeze([...warnings]),
  };
  return withHidden(session, { refreshToken: refreshToken ?? undefined }) as Session;
}

/** The bytes that are sealed. */
export const encodeRecord = (record: SessionRecord): Uint8Array => new TextEncoder().encode(JSON.stringify(record));

/** Opened bytes as a record. Throws `store_corrupt`, or `store_version` for one that a newer Padlock wrote. */
export function decodeRecord(bytes: Uint8Array): SessionRecord {
  const record = JSON.parse(new TextDecoder().decode(bytes)) as SessionRecord; // it was sealed: what was verified then, nobody else could have written
  if (record.version > 1)
    fail('store_version', 'A stored session was written by a newer Padlock.', { hint: 'Update Padlock, or sign in with another --store.' });
  if (record.version !== 1) fail('store_corrupt', 'A stored session has no version.');
  return record;
}
