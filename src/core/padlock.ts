/** What a Padlock is: authenticate = acquire → verify → store; token = stored → refreshed → acquired. */
import { setMaxListeners } from 'node:events';
import { abortReason } from './abort.ts';
import type { Request } from './contracts.ts';
import { inject, injectable } from './inject.ts';
import type { AccessToken, Session } from './session.ts';
import { type PadlockEvent, SessionEvents, type SessionListener } from './session-events.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SessionLookup } from './session-lookup.ts';
import { type AccessRecord, accessToken } from './session-record.ts';
import { App, Sessions } from './sessions.ts';
import { SharedWork } from './shared-work.ts';
import { type TokenRequest, TokenSource } from './token-source.ts';

/** A session as a list shows it. */
export interface ListedSession {
  readonly session: Session;
  /** The one its profile means by default. */
  readonly current: boolean;
}

export interface LogoutOptions {
  /** Forget it here and do not tell the provider. */
  readonly local?: boolean;
  readonly signal?: AbortSignal;
}

/** Signing in, and what was signed in to. One object per configuration; what it stores is shared with whoever shares the store. */
export interface Padlock extends AsyncDisposable {
  /** Always signs in. Throws PadlockError. */
  authenticate(request?: Request): Promise<Session>;
  /** The stored token, a refreshed one, or a new one if no human is needed; else `auth_login_required`. */
  token(request?: TokenRequest): Promise<AccessToken>;
  /** The session that `token()` would use, as it is stored; nothing is requested. */
  session(): Promise<Session | undefined>;
  /** Every stored session, the latest sign-in first. */
  sessions(): Promise<readonly ListedSession[]>;
  /** Forgets a session, or the current one, and revokes its refresh token where the provider can (RFC 7009). */
  logout(session?: Session, options?: LogoutOptions): Promise<{ readonly revoked: boolean }>;
  /** Returns what ends the listening. */
  on(event: PadlockEvent, listener: SessionListener): () => void;
}

interface Recent {
  readonly record: AccessRecord;
  readonly token: AccessToken;
}

@injectable()
export class PadlockPipeline implements Padlock {
  readonly #keeper: SessionKeeper;
  readonly #tokens: TokenSource;
  readonly #sessions: Sessions;
  readonly #lookup: SessionLookup;
  readonly #events: SessionEvents;
  readonly #app: string;
  /** Tokens by what callers asked for: the hot path of a program that embeds Padlock. */
  readonly #recent = new Map<string, Recent>();
  readonly #work = new SharedWork<AccessToken>();
  readonly #ending = new AbortController();

  constructor(
    @inject(SessionKeeper) keeper: SessionKeeper,
    @inject(TokenSource) tokens: TokenSource,
    @inject(Sessions) sessions: Sessions,
    @inject(SessionLookup) lookup: SessionLookup,
    @inject(SessionEvents) events: SessionEvents,
    @inject(App) app: string,
  ) {
    this.#keeper = keeper;
    this.#tokens = tokens;
    this.#sessions = sessions;
    this.#lookup = lookup;
    this.#events = events;
    this.#app = app;
    setMaxListeners(0, this.#ending.signal); // every call in flight listens
  }

  async authenticate(request: Request = {}): Promise<Session> {
    const signal = this.#signal(request.signal);
    if (signal.aborted) throw abortReason(signal); // before anybody is asked for a password
    this.#recent.clear();
    return this.#keeper.signIn(request, signal);
  }

  async token(request: TokenRequest = {}): Promise<AccessToken> {
    const key = keyOf(request);
    const recent = this.#recent.get(key);
    if (recent !== undefined && request.refresh !== true && this.#tokens.isFresh(recent.record, request)) return recent.token;
    return this.#work.run(key, (signal) => this.#taken(key, request, signal), this.#signal(request.signal));
  }

  async session(): Promise<Session | undefined> {
    const held = await this.#lookup.find();
    return held && this.#keeper.sessionOf(held);
  }

  async sessions(): Promise<readonly ListedSession[]> {
    const listed = await this.#sessions.list(this.#app);
    const shown = await Promise.all(listed.map(async (held) => ({ session: await this.#keeper.sessionOf(held), current: held.current })));
    return shown.filter((one): one is ListedSession => one.session !== undefined);
  }

  async logout(session?: Session, { local = false, signal }: LogoutOptions = {}): Promise<{ readonly revoked: boolean }> {
    this.#recent.clear();
    return { revoked: await this.#keeper.logout(session, local, this.#signal(signal)) };
  }

  /** Forgets every session here, and what cannot be read; the provider is not told. */
  async forgetAll(): Promise<void> {
    this.#recent.clear();
    await this.#sessions.removeAll(this.#app);
  }

  on(event: PadlockEvent, listener: SessionListener): () => void {
    return this.#events.on(event, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#recent.clear();
    await this.#sessions.close();
  }

  async #taken(key: string, request: TokenRequest, signal: AbortSignal): Promise<AccessToken> {
    const record = await this.#tokens.get(request, signal);
    const token = accessToken(record);
    this.#recent.set(key, { record, token });
    return token;
  }

  #signal(signal?: AbortSignal): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
  }
}

/** Calls with the same key share one piece of work. The plain call, which is the frequent one, needs no text to be made. */
function keyOf({ scope, audience, resource, params, minTtl, refresh, login }: TokenRequest): string {
  const isPlain = scope === undefined && audience === undefined && resource === undefined && params === undefined;
  if (isPlain && minTtl === undefined && refresh !== true && login !== true) return '';
  return JSON.stringify([scope, audience, resource, params, minTtl, refresh, login]);
}
