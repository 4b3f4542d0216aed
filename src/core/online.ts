/** Who the provider says is signed in: the session's access token, shown to the userinfo endpoint. */
import { fail, isPadlockError } from './errors.ts';
import { inject, injectable } from './inject.ts';
import type { JsonObject } from './json-value.ts';
import { Clock } from './ports.ts';
import { Provider } from './provider.ts';
import { Refresher } from './refresher.ts';
import { type Session, withHidden } from './session.ts';
import { userOf } from './session-from.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SessionLookup } from './session-lookup.ts';
import { accessToken } from './session-record.ts';
import type { Held } from './sessions.ts';
import { TokenSource } from './token-source.ts';
import { Verification } from './verification.ts';

export interface Confirmed {
  /** The stored session, its user as the provider describes them now. */
  readonly session: Session;
  /** The whole answer. */
  readonly userinfo: JsonObject;
}

@injectable()
export class Online {
  readonly #lookup: SessionLookup;
  readonly #keeper: SessionKeeper;
  readonly #tokens: TokenSource;
  readonly #provider: Provider;
  readonly #refresher: Refresher;
  readonly #verification: Verification;
  readonly #clock: Clock;

  constructor(
    @inject(SessionLookup) lookup: SessionLookup,
    @inject(SessionKeeper) keeper: SessionKeeper,
    @inject(TokenSource) tokens: TokenSource,
    @inject(Provider) provider: Provider,
    @inject(Refresher) refresher: Refresher,
    @inject(Verification) verification: Verification,
    @inject(Clock) clock: Clock,
  ) {
    this.#lookup = lookup;
    this.#keeper = keeper;
    this.#tokens = tokens;
    this.#provider = provider;
    this.#refresher = refresher;
    this.#verification = verification;
    this.#clock = clock;
  }

  /** Undefined when nobody is signed in. Throws `auth_login_required` when the provider takes no token of the session, `token_sub_mismatch`. */
  async confirm(signal: AbortSignal): Promise<Confirmed | undefined> {
    const held = await this.#lookup.find();
    if (held === undefined) return undefined;
    if (held.record.absent === 'client')
      fail('auth_login_required', "The session is the client's own: there is no user to ask the provider about.", {
        hint: 'Sign in as a user: padlock auth.',
      });
    const userinfo = await this.#userinfo(held, signal);
    const session = await this.#keeper.sessionOf((await this.#lookup.find()) ?? held);
    if (session === undefined) return undefined;
    const user = { ...session.user, ...userOf(userinfo) };
    return { userinfo, session: withHidden({ ...session, user }, { refreshToken: session.refreshToken }) as Session };
  }

  /** A token that was taken back before its time is made good by another one, once. */
  async #userinfo(held: Held, signal: AbortSignal): Promise<JsonObject> {
    try {
      return await this.#ask(held, false, signal);
    } catch (error) {
      if (!isPadlockError(error) || error.code !== 'token_inactive' || error.httpStatus !== 401) throw error;
    }
    try {
      return await this.#ask(held, true, signal);
    } catch (error) {
      if (!isPadlockError(error) || error.code !== 'token_inactive') throw error;
      const { hint, httpStatus, oauthError } = error;
      fail('auth_login_required', 'The provider takes no access token of this session any more.', {
        hint,
        httpStatus,
        oauthError,
        cause: error,
      });
    }
  }

  async #ask({ record }: Held, refresh: boolean, signal: AbortSignal): Promise<JsonObject> {
    const token = accessToken(await this.#tokens.get({ refresh }, signal), this.#clock);
    const holder = await this.#refresher.holder(record, signal);
    const { skew } = this.#verification.expectation(holder.info);
    return this.#provider.userinfo(holder, token, { subject: record.user?.id, skew }, signal);
  }
}
