/** The token that a command hands out: stored, refreshed, or new. */
import { fail, type PadlockError } from '../core/errors.ts';
import { providerOptions, requestOptions } from '../core/general-options.ts';
import type { PadlockPipeline } from '../core/padlock.ts';
import type { AccessToken, IdToken, Session } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import type { TokenRequest } from '../core/token-source.ts';
import type { Context } from './command.ts';
import { refuseForeign } from './context.ts';
import { ownFlag } from './everywhere.ts';
import { readOwn } from './own-option.ts';

export type TakenToken = {
  /** Why what was just signed in to could not be stored, if it could not. */
  readonly unsaved?: PadlockError | undefined;
} & ({ readonly kind: 'access'; readonly token: AccessToken } | { readonly kind: 'id'; readonly token: IdToken });

/** The token that this call asks for: stored, refreshed, or new. `preferred`: the kind where the flags do not say. */
export async function takeToken(context: Context, preferred: 'access' | 'id'): Promise<TakenToken> {
  const minTtl = readOwn(context, 'minTtl') as number | undefined;
  const on = (key: 'refresh' | 'idToken' | 'login'): boolean => ownFlag(context.argv, key) === true;
  const request: TokenRequest = {
    ...(minTtl !== undefined && { minTtl }),
    refresh: on('refresh'),
    login: on('login'),
    signal: context.world.signal,
  };
  const padlock = await padlockFor(context, on('login'));
  let unsaved: PadlockError | undefined;
  padlock.on('acquired', (session) => {
    unsaved = session.unsaved;
  });
  if (on('idToken') || preferred === 'id') {
    const token = await idTokenOf(padlock, request, () => context.world.clock.now(), on('idToken'));
    if (token !== undefined) return { kind: 'id', token, unsaved };
  }
  return { kind: 'access', token: await padlock.token(request), unsaved };
}

/** The pipeline. No flow needs to be chosen where a session is stored: it is the session's. */
async function padlockFor(context: Context, login: boolean): Promise<PadlockPipeline> {
  const settings = await context.settings();
  const flow = settings.text('flow');
  if (flow !== undefined) refuseForeign(context, flow, settings.text('provider'));
  const padlock = await context.padlock(settings);
  if (flow !== undefined || !login) return padlock;
  const session = await padlock.session();
  const chosen = session === undefined ? await (await import('./flow.ts')).chooseFlow(context, settings) : likeBefore(settings, session);
  refuseForeign(context, String(chosen.get('flow')), settings.text('provider'));
  return context.padlock(chosen);
}

/** Signing in again as it was done before, as far as nobody says otherwise. */
const likeBefore = (settings: Settings, { clientId, flow, issuer }: Session): Settings =>
  settings
    .choosing('flow', requestOptions.flow, flow)
    .choosing('issuer', providerOptions.issuer, issuer)
    .choosing('clientId', providerOptions.clientId, clientId);

const AGAIN = 'Sign in again: padlock auth.';

/** The session's ID token, refreshed when it is over; undefined where the session has none and nobody insists. */
async function idTokenOf(
  padlock: PadlockPipeline,
  request: TokenRequest,
  now: () => number,
  insisting: boolean,
): Promise<IdToken | undefined> {
  let fresh: Session | undefined;
  const keep = (session: Session): void => {
    fresh = session;
  };
  padlock.on('acquired', keep);
  padlock.on('refreshed', keep);
  const good = ({ idToken }: Session): boolean =>
    idToken !== undefined && idToken.expiresAt.getTime() - now() >= (request.minTtl ?? 10) * 1000;
  let session = await padlock.session();
  const had = session !== undefined;
  if (session === undefined) await padlock.token(request);
  else if (session.idToken !== undefined && (request.refresh || !good(session))) await padlock.token({ ...request, refresh: true });
  session = fresh ?? (await padlock.session()) ?? session;
  if (session?.idToken === undefined) {
    if (!insisting) return undefined;
    fail('auth_login_required', 'The session has no ID token.', { hint: 'Sign in as a user, with the scope openid: padlock auth.' });
  }
  if (good(session)) return session.idToken;
  if (had && request.login === true) return (await padlock.authenticate(request)).idToken;
  fail('auth_login_required', 'The ID token is over, and the provider sends no new one with a refresh.', { hint: AGAIN });
}
