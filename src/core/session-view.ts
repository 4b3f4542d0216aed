/** What `auth`, `whoami` and `sessions` answer: the documents of the JSON schemas, and the columns people see. */
import type { JsonObject } from './json-value.ts';
import type { IdToken, Session, User } from './session.ts';
import { timestamp } from './timestamp.ts';
import { expiry, verdict } from './token-view.ts';
import { type Column, listView, type Row, type View } from './view.ts';

export interface SessionViewOptions {
  /** `true` shows the access and the ID token, `all` the refresh token too. */
  readonly showTokens?: boolean | 'all';
  /** What the userinfo endpoint says now, where it was asked. */
  readonly userinfo?: JsonObject | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

function userDocument(user: User | null): JsonObject | null {
  if (user === null) return null;
  const { id, name, email, nickname } = user;
  return { id, ...(name !== undefined && { name }), ...(email !== undefined && { email }), ...(nickname !== undefined && { nickname }) };
}

function idDocument(token: IdToken, shown: boolean): JsonObject {
  return { ...(shown && { value: token.value }), expires_at: timestamp(token.expiresAt), verified: verdict(token.verified) };
}

function documentOf(session: Session, { showTokens = false, userinfo, now }: SessionViewOptions): JsonObject {
  const { profile, issuer, clientId, flow, user, identity, access, idToken, refreshToken, audience, stored, warnings } = session;
  const shown = showTokens !== false;
  return {
    schema: 'padlock/session/1',
    ...(profile !== undefined && { profile }),
    issuer,
    client_id: clientId,
    flow,
    ...(audience !== undefined && { audience }),
    user: userDocument(user),
    ...(identity.verified
      ? { claims: identity.claims, ...(identity.from !== 'id_token' && { claims_from: identity.from }) }
      : { claims: null, claims_absent: identity.reason }),
    ...(userinfo && { userinfo }),
    tokens: {
      access: {
        ...(shown && { value: access.value }),
        type: access.type,
        ...expiry(access.expiresAt, now),
        scope: access.scope,
        ...(access.authorizationDetails && { authorization_details: access.authorizationDetails }),
        verified: verdict(access.verified),
      },
      ...(idToken !== undefined && { id: idDocument(idToken, shown) }),
      refresh: { present: refreshToken !== undefined, ...(showTokens === 'all' && refreshToken !== undefined && { value: refreshToken }) },
    },
    stored: stored === undefined ? null : { store: stored.store, ...(stored.key !== undefined && { key: stored.key }) },
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
}

const USER: readonly Column[] = [
  { key: 'email', label: 'Email Address' },
  { key: 'nickname', label: 'Nickname' },
  { key: 'id', label: 'ID' },
];
const CLIENT: readonly Column[] = [
  { key: 'client_id', label: 'Client ID' },
  { key: 'audience', label: 'Audience' },
  { key: 'scope', label: 'Scope' },
  { key: 'expires', label: 'Expires' },
];

function clientRow({ clientId, audience, access }: Session): Row {
  return {
    client_id: clientId,
    audience: audience ?? '',
    scope: access.scope.join(' '),
    expires: access.expiresAt === undefined ? '' : timestamp(access.expiresAt),
  };
}

/** The best of what a user is called; never empty. */
function titleOf({ name, email, nickname, id }: User): string {
  return [name, email, nickname].find((text) => text !== undefined && text.trim() !== '') ?? id;
}

/** A sign-in. What was not verified is not in it: a Session takes verified claims or the reason why there are none. */
export function sessionView(session: Session, options: SessionViewOptions): View {
  const document = documentOf(session, options);
  const { user, identity } = session;
  if (user === null) return { columns: CLIENT, rows: [clientRow(session)], document };
  const row = { email: user.email ?? '', nickname: user.nickname ?? '', id: user.id };
  return { title: identity.verified ? titleOf(user) : `${titleOf(user)} (not verified)`, columns: USER, rows: [row], document };
}

const SESSIONS: readonly Column[] = [
  { key: 'current', label: '', name: 'Current' },
  { key: 'profile', label: 'Profile' },
  { key: 'user', label: 'User' },
  { key: 'issuer', label: 'Issuer' },
  { key: 'client_id', label: 'Client ID' },
  { key: 'flow', label: 'Flow' },
  { key: 'expires', label: 'Token expires' },
];

/** What a list shows of a session: where, who and until when, and no claims. */
function listedDocument(session: Session, current: boolean, now: number): JsonObject {
  const { access, audience, clientId, flow, issuer, profile, refreshToken, stored, user } = session;
  return {
    profile: profile ?? null,
    current,
    issuer,
    client_id: clientId,
    flow,
    ...(audience !== undefined && { audience }),
    user: userDocument(user),
    ...expiry(access.expiresAt, now),
    refresh: { present: refreshToken !== undefined },
    stored: stored === undefined ? null : { store: stored.store, ...(stored.key !== undefined && { key: stored.key }) },
  };
}

/** Every session; a star stands before the one that its profile means by default. */
export function sessionsView(
  listed: readonly { readonly session: Session; readonly current: boolean }[],
  { now }: { readonly now: number },
): View {
  const rows = listed.map(({ current, session }) => ({
    current: current ? '*' : '',
    profile: session.profile ?? '',
    user: session.user === null ? '' : titleOf(session.user),
    issuer: session.issuer,
    client_id: session.clientId,
    flow: session.flow,
    expires: session.access.expiresAt === undefined ? '' : timestamp(session.access.expiresAt),
  }));
  const records = listed.map(({ current, session }) => listedDocument(session, current, now));
  const view = listView(undefined, SESSIONS, rows, 'sessions', records);
  return { ...view, document: { ...view.document, warnings: [] } };
}

/** The provider's sign-out page, and whether a browser shows it. */
export interface EndSession {
  readonly url: string;
  readonly opened: boolean;
}

/** A session that was forgotten, and whether the provider was told. */
export interface SignedOut {
  readonly session: Session;
  readonly revoked: boolean;
  readonly endSession?: EndSession | undefined;
}

/** What `logout` did. */
export function signedOutView(done: readonly SignedOut[]): View {
  const records = done.map(({ endSession, revoked, session: { clientId, flow, issuer, profile, user } }) => ({
    profile: profile ?? null,
    issuer,
    client_id: clientId,
    flow,
    user: userDocument(user),
    revoked,
    ...(endSession && { end_session: { url: endSession.url, opened: endSession.opened } }),
  }));
  return { columns: [], rows: [], document: { schema: 'padlock/logout/1', logout: records, warnings: [] } };
}
