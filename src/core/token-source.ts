/** An access token: the stored one, else a refreshed one, else a new one; one process at a time makes it, the others take it. */

import type { Request } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { isFresh, isUsable, type Need } from './freshness.ts';
import { inject, injectable } from './inject.ts';
import { Clock, Log } from './ports.ts';
import { Refresher } from './refresher.ts';
import { SessionEvents } from './session-events.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SessionLookup } from './session-lookup.ts';
import { type AccessRecord, accessKey, accessRecord } from './session-record.ts';
import { type Held, Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import { SignIn } from './sign-in.ts';
import type { Lease } from './store.ts';
import { Turns } from './turns.ts';

/** What `token()` is asked for. */
export interface TokenRequest extends Request {
  /** Seconds the token must still live. Default: 10, so that it survives the request it is for. */
  readonly minTtl?: number;
  /** A new one, even if the stored one is good. */
  readonly refresh?: boolean;
  /** Signing in, and asking for what that needs, is allowed. */
  readonly login?: boolean;
}

@injectable()
export class TokenSource {
  readonly #settings: Settings;
  readonly #signIn: SignIn;
  readonly #sessions: Sessions;
  readonly #lookup: SessionLookup;
  readonly #keeper: SessionKeeper;
  readonly #refresher: Refresher;
  readonly #turns: Turns;
  readonly #events: SessionEvents;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    @inject(Settings) settings: Settings,
    @inject(SignIn) signIn: SignIn,
    @inject(Sessions) sessions: Sessions,
    @inject(SessionLookup) lookup: SessionLookup,
    @inject(SessionKeeper) keeper: SessionKeeper,
    @inject(Refresher) refresher: Refresher,
    @inject(Turns) turns: Turns,
    @inject(SessionEvents) events: SessionEvents,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
  ) {
    this.#settings = settings;
    this.#signIn = signIn;
    this.#sessions = sessions;
    this.#lookup = lookup;
    this.#keeper = keeper;
    this.#refresher = refresher;
    this.#turns = turns;
    this.#events = events;
    this.#clock = clock;
    this.#log = log;
  }

  /** Is this token still good enough to be handed out without a look at the store? */
  isFresh(access: AccessRecord, request: TokenRequest): boolean {
    return isFresh(access, this.#need(request), 0.5);
  }

  async get(request: TokenRequest, signal: AbortSignal): Promise<AccessRecord> {
    const held = await this.#lookup.find();
    const stored = held && (await this.#lookup.access(held, request));
    if (stored !== undefined && request.refresh !== true && isFresh(stored, this.#need(request), Math.random())) return stored;
    try {
      return await this.#renewed(held, stored, request, signal);
    } catch (error) {
      // it was early: what is there is good for what the caller needs
      if (
        !isPadlockError(error) ||
        !error.retryable ||
        request.refresh === true ||
        stored === undefined ||
        !isUsable(stored, this.#need(request))
      )
        throw error;
      this.#log.info('early_refresh_failed', { code: error.code });
      return stored;
    }
  }

  async #renewed(
    held: Held | undefined,
    spent: AccessRecord | undefined,
    request: TokenRequest,
    signal: AbortSignal,
  ): Promise<AccessRecord> {
    const name = held?.name ?? (await this.#lookup.expectedName());
    const human = (held === undefined || held.record.refreshToken === null || held.record.suspect) && (await this.#needsHuman());
    if (human && request.login !== true) loginRequired();
    const look = async (isOurTurn: boolean): Promise<AccessRecord | undefined> => {
      const now = await (held === undefined ? this.#lookup.find() : this.#sessions.read(name));
      const access = now && (await this.#lookup.access(now, request));
      if (access === undefined || !isUsable(access, this.#need(request))) return undefined;
      // while somebody else is at it, what still works will do; in our own turn only what somebody else just got
      return access.value !== spent?.value || (!isOurTurn && request.refresh !== true) ? access : undefined;
    };
    return this.#turns.take({ name, human, look, signal, work: (lease) => this.#renew(name, request, lease, signal) });
  }

  async #renew(name: string, request: TokenRequest, lease: Lease, signal: AbortSignal): Promise<AccessRecord> {
    const held = await this.#sessions.read(name);
    if (held !== undefined && held.record.refreshToken !== null && !held.record.suspect) {
      const refreshed = await this.#refresh(held, request, lease, signal);
      if (refreshed !== undefined) return refreshed;
    }
    if (request.login !== true && (await this.#needsHuman())) loginRequired();
    const session = await this.#keeper.signIn(request, signal);
    return accessRecord(session.access, this.#clock.now());
  }

  async #refresh(held: Held, request: TokenRequest, lease: Lease, signal: AbortSignal): Promise<AccessRecord | undefined> {
    const asked = await this.#lookup.asked(held, request);
    try {
      const refreshed = await this.#refresher.refresh(held, asked, lease, signal);
      const now = refreshed ?? (await this.#sessions.read(held.name)); // somebody signed in or out meanwhile: theirs is the newer word
      const session = refreshed && (await this.#keeper.sessionOf(refreshed, accessKey(asked)));
      if (session !== undefined) this.#events.emit('refreshed', session);
      return now && this.#lookup.access(now, request);
    } catch (error) {
      const rejected = isPadlockError(error) && error.code === 'auth_refresh_rejected';
      if (!rejected || (request.login !== true && (await this.#needsHuman()))) throw error;
      return undefined; // the flow can sign in again
    }
  }

  async #needsHuman(): Promise<boolean> {
    return !this.#settings.has('flow') || this.#signIn.needsHuman(await this.#signIn.grant());
  }

  #need({ minTtl = 10 }: TokenRequest): Need {
    return { now: this.#clock.now(), minTtl };
  }
}

function loginRequired(): never {
  fail('auth_login_required', 'Nobody is signed in, or the session is over.', {
    hint: 'Sign in with padlock auth, or allow this command to ask with --login.',
  });
}
