/**
 * Refreshing a stored session: one request whoever asks, and no refresh token lost. The order is: probe the store, redeem under the lease,
 * commit the new refresh token, verify, then show the access token.
 */
import { abortReason } from './abort.ts';
import { clientOf } from './client.ts';
import type { Client, Holder } from './client-identity.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import { living } from './freshness.ts';
import { inject, injectable } from './inject.ts';
import { issuerUrl } from './issuer-url.ts';
import type { Request, TokenResponse } from './messages.ts';
import { optional } from './optional.ts';
import { Clock, Log, Notices } from './ports.ts';
import { Provider } from './provider.ts';
import { Registry } from './registry.ts';
import { sessionFrom } from './session-from.ts';
import { accessKey, accessRecord, type SessionRecord } from './session-record.ts';
import { type Held, Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import type { Lease } from './store.ts';
import { readTokenResponse, type TokenSet } from './token-set.ts';
import { Verification } from './verification.ts';

/** Seconds. */
const LONGEST_PAUSE = 5;
const SIGN_IN_AGAIN = 'Sign in again: padlock auth.';

@injectable()
export class Refresher {
  readonly #sessions: Sessions;
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #provider: Provider;
  readonly #verification: Verification;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #notices: Notices;

  constructor(
    @inject(Sessions) sessions: Sessions,
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Provider) provider: Provider,
    @inject(Verification) verification: Verification,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
    @inject(Notices) notices: Notices,
  ) {
    this.#sessions = sessions;
    this.#registry = registry;
    this.#settings = settings;
    this.#provider = provider;
    this.#verification = verification;
    this.#clock = clock;
    this.#log = log;
    this.#notices = notices;
  }

  /** Milliseconds that one request may take. */
  get deadline(): number {
    const seconds = this.#settings.get('timeout');
    return (typeof seconds === 'number' ? seconds : 30) * 1000;
  }

  /**
   * Redeems the refresh token of a session that was read under this lease. Returns what is stored now, or undefined when somebody else
   * signed in or out meanwhile: then the result was dropped.
   */
  async refresh(held: Held, request: Request, lease: Lease, signal: AbortSignal): Promise<Held | undefined> {
    const { record } = held;
    const sent = record.refreshToken ?? fail('auth_login_required', 'The session cannot be refreshed.', { hint: SIGN_IN_AGAIN });
    const grant = await this.#registry.use('grant', record.identity.flow);
    const client = await this.client(record, signal);
    const lasting = new AbortController().signal; // a caller who leaves must not cost the session its new refresh token
    const context = {
      info: client.info,
      grant,
      request,
      asking: { signal },
      signal: lasting,
      warn: (notice: { code: string; message: string }) => this.#notices.warn(notice),
    };
    const check = await this.#verification.prepare({
      ...context,
      client,
      refreshes: record.user?.id ?? null,
      earlierNonce: nonceOf(record),
    });
    await this.#sessions.probe(record);
    if (lease.remaining() < this.deadline && !(await lease.renew())) return undefined;

    if (signal.aborted) throw abortReason(signal);
    const response = await this.#exchange(client, held, sent, request, lease, signal);
    if (response === undefined) return undefined;
    const tokens = readTokenResponse(response, this.#clock.now());
    const committed = await this.#commit(held, tokens, client);
    if (committed === undefined) return undefined;
    const verified = await this.#verified(check, tokens);
    const session = sessionFrom({
      profile: record.identity.profile ?? undefined,
      grant,
      info: client.info,
      request,
      tokens,
      dpop: record.dpop,
      clock: this.#clock,
      verified,
      warnings: [],
      refreshed: true,
      warn: context.warn,
    });
    const now = this.#clock.now();
    const next: SessionRecord = {
      ...committed.record,
      pending: false,
      access: { ...living(committed.record.access, now), [accessKey(request)]: accessRecord(session.access, now) },
      ...(session.identity.verified && isAsGood(session.identity.from, record) && { claims: session.identity.claims, user: session.user }),
      ...(session.idToken && {
        idToken: { value: session.idToken.value, expiresAt: session.idToken.expiresAt.getTime(), verified: session.idToken.verified },
      }),
    };
    return this.#sessions.writeForSure(held.name, committed.tag, next);
  }

  /** The client as it proved itself at the sign-in. Its secret is fetched again: it is never part of a session. */
  async client(
    { clientAuth, dpop, identity }: SessionRecord,
    signal: AbortSignal,
    purpose: 'refresh' | 'revoke' = 'refresh',
  ): Promise<Client> {
    const info = await this.#provider.info(identity.issuer, identity.clientId, signal);
    const auth = await this.#registry.use('client-auth', clientAuth);
    const isElsewhere = this.#isElsewhere(identity);
    const authValues = isElsewhere ? {} : await this.#settings.values(optional(auth.options), 'refreshing the session', { signal });
    const lacking = Object.entries(auth.options ?? {}).filter(
      ([key, { required }]) => required === true && (authValues as Record<string, unknown>)[key] === undefined,
    );
    if (lacking.length > 0)
      fail(
        'config_missing_credential',
        `The session cannot be ${purpose === 'refresh' ? 'refreshed' : 'revoked'} without the ${lacking.map(([, { summary }]) => summary).join(' and the ')}.`,
        {
          hint: `Name where it comes from in the profile, or give it again; the session was ${purpose === 'refresh' ? 'kept' : 'forgotten here all the same'}.`,
        },
      );
    const renew = isElsewhere ? undefined : this.#settings.renewal(auth.options);
    return { ...(await clientOf(this.#registry, info, auth, authValues, renew)), dpop };
  }

  /** Who shows the session's tokens, with the certificate that they may be bound to. No secret is fetched for a client that has none. */
  async holder(record: SessionRecord, signal: AbortSignal): Promise<Holder> {
    const { clientAuth, identity } = record;
    const { tls } = await this.#registry.use('client-auth', clientAuth);
    if (tls !== undefined) return this.client(record, signal);
    return { info: await this.#provider.info(identity.issuer, identity.clientId, signal) };
  }

  /** The settings are another provider's or another client's: their secrets stay home. */
  #isElsewhere({ clientId, issuer }: SessionRecord['identity']): boolean {
    const named = this.#settings.text('issuer');
    const other = named !== undefined && issuerUrl(named, { name: 'The issuer', kind: 'config' }) !== issuer;
    return other || (this.#settings.text('clientId') ?? clientId) !== clientId;
  }

  /** Undefined when somebody wrote a newer session meanwhile: then what was refused is theirs to replace. */
  async #exchange(
    client: Client,
    held: Held,
    sent: string,
    request: Request,
    lease: Lease,
    signal: AbortSignal,
  ): Promise<TokenResponse | undefined> {
    const send = (): Promise<TokenResponse> => this.#provider.exchange(client, 'refresh_token', { refresh_token: sent }, request);
    try {
      return await this.#twice(send, lease, signal);
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      if (error.code === 'auth_invalid_grant') return this.#refused(held, error, { refreshToken: null });
      if (error.oauthError === undefined && [400, 401, 403].includes(error.httpStatus ?? 0))
        return this.#refused(held, error, { suspect: true });
      throw error;
    }
  }

  /** A provider that says it is busy has not redeemed anything: it is asked once more, if it does not want a long wait. */
  async #twice(send: () => Promise<TokenResponse>, lease: Lease, signal: AbortSignal): Promise<TokenResponse> {
    try {
      return await send();
    } catch (error) {
      if (!isPadlockError(error) || error.category !== 'unavailable' || error.httpStatus === 500) throw error;
      const pause = error.retryAfter ?? 1;
      if (pause > LONGEST_PAUSE) throw error;
      await this.#clock.sleep(pause * 1000, signal);
      if (lease.remaining() < this.deadline && !(await lease.renew())) throw error;
      return send();
    }
  }

  /** Drops exactly what was refused, unless somebody wrote something newer. */
  async #refused(held: Held, cause: PadlockError, change: Partial<SessionRecord>): Promise<undefined> {
    if ((await this.#sessions.write(held.name, held.tag, { ...held.record, ...change })) === undefined) return undefined;
    throw new PadlockError('auth_refresh_rejected', {
      message: 'The provider did not take the refresh token.',
      hint: SIGN_IN_AGAIN,
      oauthError: cause.oauthError,
      httpStatus: cause.httpStatus,
      cause,
    });
  }

  /** The new refresh token first: whatever happens next, it is the only one that is still good. */
  async #commit(held: Held, tokens: TokenSet, client: Client): Promise<Held | undefined> {
    if (tokens.refreshToken === undefined || tokens.refreshToken === held.record.refreshToken) return held;
    const committed = await this.#sessions.writeForSure(held.name, held.tag, {
      ...held.record,
      refreshToken: tokens.refreshToken,
      pending: true,
      suspect: false,
    });
    if (committed === undefined) await this.giveBack(client, tokens.refreshToken);
    return committed;
  }

  /** A result that nobody may keep is given back as far as the provider takes it. */
  async giveBack(client: Client, token: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#provider.revoke(client, token, 'refresh_token', signal);
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      this.#log.info('revocation_failed', { code: error.code });
    }
  }

  async #verified(check: Awaited<ReturnType<Verification['prepare']>>, tokens: TokenSet) {
    try {
      return await check(tokens);
    } catch (error) {
      if (isPadlockError(error)) this.#log.info('refreshed_token_refused', { code: error.code });
      throw error;
    }
  }
}

/** What the provider says of an access token does not take the place of an ID token's claims. */
const isAsGood = (from: string, { claims, claimsFrom }: SessionRecord): boolean =>
  from === 'id_token' || claims === null || claimsFrom !== undefined;

const nonceOf = ({ claims }: SessionRecord): string | undefined => (typeof claims?.nonce === 'string' ? claims.nonce : undefined);
