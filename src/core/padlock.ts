/** What a Padlock is: authenticate = acquire → verify → store; token = stored → refreshed → acquired. */
import { setMaxListeners } from 'node:events';
import { abortReason } from './abort.ts';
import { AllowedOrigins } from './allowed-origins.ts';
import { freshSpan, isFresh, isUsable, MIN_TTL } from './freshness.ts';
import { inject, injectable } from './inject.ts';
import type { Request } from './messages.ts';
import { once } from './once.ts';
import type { Fetch } from './padlock-fetch.ts';
import { Clock, Log } from './ports.ts';
import { Services } from './services.ts';
import type { AccessToken, Session } from './session.ts';
import { type PadlockEvent, SessionEvents, type SessionListener } from './session-events.ts';
import type { SessionKeeper } from './session-keeper.ts';
import { SessionLookup } from './session-lookup.ts';
import { type AccessRecord, accessToken } from './session-record.ts';
import { App, Sessions } from './sessions.ts';
import { SharedWork } from './shared-work.ts';
import { type TokenCredential, tokenCredential } from './token-credential.ts';
import type { TokenRequest } from './token-source.ts';
import { wishesOf } from './wishes.ts';

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
  /**
   * `fetch` with the access token, to the `allowedOrigins` and nowhere else: any other is `usage_bad_value` before a byte is sent. A redirect
   * to another origin loses the token. After a 401 it asks once more with a new one, unless the body is a stream.
   */
  readonly fetch: Fetch;
  /** For the Azure SDKs: a `TokenCredential` of @azure/core-auth. */
  asTokenCredential(): TokenCredential;
  /** Returns what ends the listening. `dropped`: signed out, or the provider took the session back. */
  on(event: PadlockEvent, listener: SessionListener): () => void;
}

interface Recent {
  readonly record: AccessRecord;
  /** One promise for all who get it. */
  readonly answer: Promise<AccessToken>;
  readonly freshFrom: number;
  readonly freshUntil: number;
}

/** No jitter: callers of one process share the request. */
const JITTER = 0.5;

/** Different requests whose tokens are remembered; a program that makes up more has them read from the store. */
const MOST_RECENT = 1000;

@injectable()
export class PadlockPipeline implements Padlock {
  readonly #services: () => Promise<Services>;
  readonly #sessions: Sessions;
  readonly #lookup: SessionLookup;
  readonly #events: SessionEvents;
  readonly #app: string;
  /** Tokens by what callers asked for: the hot path of a program that embeds Padlock. */
  #recent = new Map<string, Recent>();
  readonly #ending = new AbortController();
  readonly #work = new SharedWork<AccessToken>(this.#ending.signal);
  readonly #clock: Clock;
  readonly fetch: Fetch;

  constructor(
    @inject(Services) services: () => Promise<Services>,
    @inject(Sessions) sessions: Sessions,
    @inject(SessionLookup) lookup: SessionLookup,
    @inject(SessionEvents) events: SessionEvents,
    @inject(App) app: string,
    @inject(AllowedOrigins) origins: AllowedOrigins,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
  ) {
    this.#services = services;
    this.#sessions = sessions;
    this.#lookup = lookup;
    this.#events = events;
    this.#app = app;
    this.#clock = clock;
    const authorized = once(async (): Promise<Fetch> => {
      const { AuthorizedFetch } = await import('./padlock-fetch.ts');
      return new AuthorizedFetch(origins, (request) => this.token(request), log).fetch;
    });
    this.fetch = async (input, init) => (await authorized())(input, init);
    setMaxListeners(0, this.#ending.signal); // every call in flight listens
  }

  async authenticate(request: Request = {}): Promise<Session> {
    const signal = this.#signal(request.signal);
    if (signal.aborted) throw abortReason(signal); // before anybody is asked for a password
    return this.#forgetting(async () => (await this.#keeper()).signIn(request, signal));
  }

  token(request: TokenRequest = {}): Promise<AccessToken> {
    const wishes = plainWishes(request);
    const recent = wishes === undefined ? undefined : this.#recent.get(wishes);
    if (recent !== undefined && request.minTtl === undefined && request.refresh !== true) {
      const now = this.#clock.now();
      if (now >= recent.freshFrom && now < recent.freshUntil) return recent.answer;
    }
    return wishes === undefined ? this.#elaborate(request) : this.#decided(wishes, request);
  }

  asTokenCredential(): TokenCredential {
    return tokenCredential((request) => this.token(request), this.#clock);
  }

  async session(): Promise<Session | undefined> {
    const held = await this.#lookup.find();
    return held && (await this.#keeper()).sessionOf(held);
  }

  async sessions(): Promise<readonly ListedSession[]> {
    const listed = await this.#sessions.list(this.#app);
    const keeper = await this.#keeper();
    const shown = await Promise.all(listed.map(async (held) => ({ session: await keeper.sessionOf(held), current: held.current })));
    return shown.filter((one): one is ListedSession => one.session !== undefined);
  }

  async logout(session?: Session, { local = false, signal }: LogoutOptions = {}): Promise<{ readonly revoked: boolean }> {
    return this.#forgetting(async () => ({ revoked: await (await this.#keeper()).logout(session, local, this.#signal(signal)) }));
  }

  /** Forgets every session here, and what cannot be read; the provider is not told. */
  async forgetAll(): Promise<void> {
    await this.#forgetting(() => this.#sessions.removeAll(this.#app));
  }

  on(event: PadlockEvent, listener: SessionListener): () => void {
    return this.#events.on(event, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(this.#work.settled()); // what a refresh got is kept
  }

  /** The end of a process that was told to end: a refresh that was sent has this many milliseconds to be answered and kept. */
  async endWithin(milliseconds: number): Promise<void> {
    const done = new AbortController();
    const late = this.#clock.sleep(milliseconds, done.signal).catch(() => {}); // it is done
    await this.#end(Promise.race([this.#work.settled(), late]));
    done.abort();
  }

  async #end(done: Promise<void>): Promise<void> {
    this.#ending.abort();
    this.#recent = new Map();
    await done;
    await this.#sessions.close();
  }

  /** What has no text of its own. */
  async #elaborate(request: TokenRequest): Promise<AccessToken> {
    return this.#decided(JSON.stringify(wishesOf(request)), request);
  }

  /** Not async: a crowd that comes before there is a token waits for one promise. */
  #decided(wishes: string, request: TokenRequest): Promise<AccessToken> {
    const work = workOf(wishes, request);
    const recent = this.#recent.get(wishes);
    if (recent !== undefined && request.refresh !== true) {
      const need = { now: this.#clock.now(), minTtl: request.minTtl ?? MIN_TTL };
      if (isFresh(recent.record, need, JITTER)) return recent.answer;
      if (this.#work.has(work) && isUsable(recent.record, need)) return recent.answer; // somebody is at it already
    }
    return this.#work.run(work, (signal) => this.#taken(wishes, request, signal), request.signal);
  }

  async #taken(wishes: string, request: TokenRequest, signal: AbortSignal): Promise<AccessToken> {
    if (request.refresh === true) this.#recent.delete(wishes);
    const recent = this.#recent;
    const record = (await this.#stored(request)) ?? (await (await this.#services()).tokens.get(request, signal));
    const token = accessToken(record, this.#clock);
    if (recent.size >= MOST_RECENT) recent.clear();
    const answer = Promise.resolve(token);
    recent.set(wishes, { record, answer, ...freshSpan(record, JITTER) }); // in vain, if somebody signed in or out meanwhile: then this is another session's
    return token;
  }

  /** The stored token, if it is fresh whoever looks; whatever else there is takes more to decide. */
  async #stored(request: TokenRequest): Promise<AccessRecord | undefined> {
    const held = request.refresh === true ? undefined : await this.#lookup.find();
    const stored = held && (await this.#lookup.access(held, request));
    const need = { now: this.#clock.now(), minTtl: request.minTtl ?? MIN_TTL };
    return stored !== undefined && isFresh(stored, need, 1) ? stored : undefined;
  }

  async #keeper(): Promise<SessionKeeper> {
    return (await this.#services()).keeper;
  }

  /** What was remembered before, and what is under way, is of a session that is over. */
  async #forgetting<T>(change: () => Promise<T>): Promise<T> {
    const forget = (): void => {
      this.#recent = new Map();
      this.#work.detach();
    };
    forget();
    try {
      return await change();
    } finally {
      forget();
    }
  }

  #signal(signal?: AbortSignal): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
  }
}

/** Calls with the same wishes get the same token. The plain calls are the frequent ones, and cost no new string: they wish nothing, or one scope that reads like no JSON. */
function plainWishes({ audience, authorizationDetails, dpop, params, resource, scope }: TokenRequest): string | undefined {
  if (audience !== undefined || authorizationDetails !== undefined || dpop !== undefined) return undefined;
  if (params !== undefined || resource !== undefined) return undefined;
  if (scope === undefined) return '';
  const [only] = scope;
  return scope.length === 1 && only !== '' && only?.[0] !== '{' && only?.[0] !== '[' ? only : undefined;
}

/** Calls that may share one piece of work. */
function workOf(wishes: string, { login = false, minTtl, refresh = false }: TokenRequest): string {
  return login || refresh || minTtl !== undefined ? JSON.stringify([wishes, login, minTtl, refresh]) : wishes;
}
