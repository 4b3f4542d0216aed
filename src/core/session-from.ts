/** Tokens and what was verified of them → the session they make, with a warning where it is not what was asked for. */
import { grantedDetails } from './authorization-details.ts';
import type { Grant } from './contracts.ts';
import { boundTo, type DpopKey } from './dpop.ts';
import type { JsonObject } from './json-value.ts';
import type { ProviderInfo, Request } from './messages.ts';
import type { Clock, Notice } from './ports.ts';
import { type AccessToken, type IdToken, type Session, type User, withHidden } from './session.ts';
import type { TokenSet } from './token-set.ts';
import type { Verified } from './verification.ts';

export interface SignIn {
  readonly profile: string | undefined;
  readonly grant: Grant;
  readonly info: ProviderInfo;
  readonly request: Request;
  readonly tokens: TokenSet;
  /** What the tokens are bound to. */
  readonly dpop: DpopKey | undefined;
  readonly clock: Clock;
  readonly verified: Verified;
  /** Warnings of the sign-in so far; the session keeps the list. */
  readonly warnings: readonly Notice[];
  readonly warn: (notice: Notice) => void;
  /** A refresh need not bring another refresh token. */
  readonly refreshed?: boolean;
}

export function sessionFrom({ refreshed, clock, dpop, profile, grant, info, request, tokens, verified, warnings, warn }: SignIn): Session {
  const scope = grantedScope(tokens, request, warn);
  const { idToken } = verified;
  const known = idToken ? { claims: idToken.claims, from: 'id_token' } : grant.subject === 'client' ? undefined : verified.told;
  if (refreshed !== true && tokens.refreshToken === undefined && (request.scope ?? []).includes('offline_access'))
    warn({
      code: 'no_refresh_token',
      message: `The provider sent no refresh token, so signing in again will be needed. ${info.preset?.refreshSetting ?? ''}`.trim(),
    });
  const expiresAt = tokens.expiresAt === undefined ? {} : { expiresAt: new Date(tokens.expiresAt) };
  const details = grantedDetails(tokens.response.authorization_details);
  const access: AccessToken = withHidden(
    { type: tokens.type, ...expiresAt, scope, verified: verified.accessToken, ...(details && { authorizationDetails: details }) },
    { value: tokens.accessToken, ...boundTo(dpop, tokens.accessToken, clock) },
  );
  const id: IdToken | undefined =
    idToken && withHidden({ expiresAt: new Date(idToken.claims.exp * 1000), verified: idToken.verdict }, { value: tokens.idToken ?? '' });
  const session: Omit<Session, 'refreshToken'> = {
    ...(profile !== undefined && { profile }),
    issuer: info.issuer,
    clientId: info.clientId,
    flow: grant.name,
    user: known ? userOf(known.claims) : null,
    identity: known ? { verified: true, ...known } : { verified: false, reason: grant.subject === 'client' ? 'client' : 'no_id_token' },
    access,
    ...(id && { idToken: id }),
    ...(request.audience !== undefined && { audience: request.audience }),
    warnings: Object.freeze([...warnings]),
  };
  return withHidden(session, { refreshToken: tokens.refreshToken }) as Session;
}

/** What was granted: what the provider says, else what was asked (RFC 6749 §5.1). */
function grantedScope(tokens: TokenSet, { scope: asked = [] }: Request, warn: (notice: Notice) => void): readonly string[] {
  const granted = tokens.scope;
  if (granted === undefined || granted.length === 0) return asked;
  const lacking = asked.filter((one) => !granted.includes(one));
  const surplus = granted.filter((one) => !asked.includes(one));
  if (lacking.length > 0) warn({ code: 'scope_narrowed', message: `The provider did not grant ${lacking.join(', ')}.` });
  if (asked.length > 0 && surplus.length > 0)
    warn({ code: 'scope_widened', message: `The provider granted more than was asked for: ${surplus.join(', ')}.` });
  return granted;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What is shown of a user, of the claims of an ID token or of the userinfo endpoint. */
export function userOf({ sub, name, email, nickname }: JsonObject): User {
  const known = { name: text(name), email: text(email), nickname: text(nickname) };
  return Object.freeze({ id: String(sub), ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) });
}
