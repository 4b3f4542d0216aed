/** An access token: the stored one, else a refreshed one, else a new one; one process at a time makes it, the others take it. */

import { type Category, fail, isPadlockError, type PadlockError } from './errors.ts';
import { isFresh, isUsable, MIN_TTL, type Need } from './freshness.ts';
import { inject, injectable } from './inject.ts';
import type { Request } from './messages.ts';
import { Clock, Log, Notices } from './ports.ts';
import { type Obstacle, OVER, obstacle } from './refreshable.ts';
import { Refresher } from './refresher.ts';
import type { Session } from './session.ts';
import { type PadlockEvent, SessionEvents } from './session-events.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SessionLookup } from './session-lookup.ts';
import { type AccessRecord, accessKey, accessRecord } from './session-record.ts';
import { type Held, Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import type { Lease } from './store.ts';
import { type Asking, Turns } from './turns.ts';

/** What `token()` is asked for. */
export interface TokenRequest extends Request {
  /** Seconds the token must still live. Default: 10, so that it survives the request it is for. */
  readonly minTtl?: number;
  /** A new one, even if the stored one is good. */
  readonly refresh?: boolean;
  /** Signing in, and asking for what that needs, is allowed. */
  readonly login?: boolean;
}

/** What is known of the session when a call looks at it. */
interface Known {
  readonly held: Held | undefined;
  /** Its token for the request. */
  readonly stored: AccessRecord | undefined;
  /** The token that the call found first; any other one is news. */
  readonly spent: AccessRecord | undefined;
}

interface Turn {
  readonly lease: Lease;
  readonly asking: Asking;
  readonly signal: AbortSignal;
}

/** How often a session may change under a call before it gives up. */
const ROUNDS = 5;
/** Failures that a token which still lives does not make good. */
const BINDING: ReadonlySet<Category> = new Set(['internal', 'usage', 'verification', 'cancelled']);

@injectable()
export class TokenSource {
  readonly #signIn: SignIn;
  readonly #sessions: Sessions;
  readonly #lookup: SessionLookup;
  readonly #keeper: SessionKeeper;
  readonly #refresher: Refresher;
  readonly #turns: Turns;
  readonly #events: SessionEvents;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #notices: Notices;

  constructor(
    @inject(SignIn) signIn: SignIn,
    @inject(Sessions) sessions: Sessions,
    @inject(SessionLookup) lookup: SessionLookup,
    @inject(SessionKeeper) keeper: SessionKeeper,
    @inject(Refresher) refresher: Refresher,
    @inject(Turns) turns: Turns,
    @inject(SessionEvents) events: SessionEvents,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
    @inject(Notices) notices: Notices,
  ) {
    this.#signIn = signIn;
    this.#sessions = sessions;
    this.#lookup = lookup;
    this.#keeper = keeper;
    this.#refresher = refresher;
    this.#turns = turns;
    this.#events = events;
    this.#clock = clock;
    this.#log = log;
    this.#notices = notices;
  }

  async get(request: TokenRequest, signal: AbortSignal): Promise<AccessRecord> {
    let seen: Known | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const held = await this.#lookup.find();
      if (held === undefined && seen?.held !== undefined) refuse(); // signed out meanwhile, and so it stays
      const stored = held && (await this.#lookup.access(held, request));
      seen = { held, stored, spent: seen?.held === undefined ? stored : seen.spent };
      const access = await this.#answer(seen, request, signal);
      if (access !== undefined) return access;
    }
    fail('store_locked', 'Others change the session all the time.', { hint: 'Try again.' });
  }

  /** The stored token while it is fresh, else another; undefined when the session was changed meanwhile. */
  async #answer(known: Known, request: TokenRequest, signal: AbortSignal): Promise<AccessRecord | undefined> {
    const { held, spent, stored } = known;
    const need = this.#need(request);
    const mayStay = request.refresh !== true || stored?.value !== spent?.value;
    if (stored !== undefined && mayStay && isFresh(stored, need, Math.random())) return stored;
    const fallback = stored !== undefined && mayStay && isUsable(stored, need) ? stored : undefined;
    const inTheWay = await this.#obstacle(held, request);
    if (inTheWay !== undefined && (await this.#needsHuman())) {
      if (fallback !== undefined) return fallback; // early: nobody need be asked yet
      if (stored !== undefined && mayStay && stored.expiresAt === null) return stored; // nobody knows that it is over
      if (request.login !== true) refuse(inTheWay);
    }
    try {
      return await this.#another(known, request, signal);
    } catch (error) {
      if (fallback === undefined || !isPadlockError(error) || BINDING.has(error.category)) throw error;
      this.#log.info('early_refresh_failed', { code: error.code });
      return fallback;
    }
  }

  async #another({ held, spent }: Known, request: TokenRequest, signal: AbortSignal): Promise<AccessRecord | undefined> {
    const name = held?.name ?? (await this.#lookup.expectedName());
    const look = async (isOurTurn: boolean): Promise<AccessRecord | undefined> => {
      const now = await (held === undefined ? this.#lookup.find() : this.#sessions.read(name));
      const access = now && (await this.#lookup.access(now, request));
      if (access === undefined || !isUsable(access, this.#need(request))) return undefined;
      // while somebody else is at it, what still works will do; in our own turn only what somebody else just got
      return access.value !== spent?.value || (!isOurTurn && request.refresh !== true) ? access : undefined;
    };
    const human = request.login === true && (await this.#needsHuman());
    return this.#turns.take({
      name,
      human,
      look,
      signal,
      work: async (lease, asking) => {
        const now = await (held === undefined ? this.#lookup.find() : this.#sessions.read(name));
        if ((now === undefined) !== (held === undefined)) return undefined;
        return this.#renew(now, name, request, { lease, asking, signal });
      },
    });
  }

  /** Refreshes what is stored, else signs in. */
  async #renew(held: Held | undefined, name: string, request: TokenRequest, { asking, lease, signal }: Turn) {
    let found = held;
    const inTheWay = await this.#obstacle(held, request);
    if (held !== undefined && inTheWay === undefined) {
      const rejected = await this.#refreshed(held, request, lease, signal);
      if (!isPadlockError(rejected)) return rejected;
      if (request.login !== true && (await this.#needsHuman())) throw rejected;
      found = await this.#sessions.read(name); // as the refusal left it
    }
    const human = await this.#needsHuman();
    if (human && request.login !== true) refuse(inTheWay);
    const asked = found === undefined ? request : await this.#lookup.again(found, request);
    const usual = found?.record.request ?? (await this.#lookup.usual());
    const before = { name: human ? '' : name, tag: found?.tag ?? null, request: usual }; // what a human typed for is kept
    const acquire = (): Promise<Session | undefined> => this.#keeper.acquire(asked, before, signal, request.login === true);
    const session = await (human ? asking(acquire) : acquire());
    if (session?.unsaved !== undefined)
      this.#notices.warn({ code: session.unsaved.code, message: `The session is not kept: ${session.unsaved.message}` });
    return session && accessRecord(session.access, this.#clock.now());
  }

  /** Undefined when somebody changed the session meanwhile; the error when the provider refused the refresh token. */
  async #refreshed(held: Held, request: TokenRequest, lease: Lease, signal: AbortSignal): Promise<AccessRecord | PadlockError | undefined> {
    const asked = await this.#lookup.asked(held, request);
    try {
      const refreshed = await this.#refresher.refresh(held, asked, lease, signal);
      await this.#tell('refreshed', refreshed, asked);
      return refreshed?.record.access[accessKey(asked)];
    } catch (error) {
      if (!isPadlockError(error) || error.code !== 'auth_refresh_rejected') throw error;
      await this.#tell('dropped', held, asked);
      return error;
    }
  }

  async #tell(event: PadlockEvent, held: Held | undefined, asked: Request): Promise<void> {
    const session = held && (await this.#keeper.sessionOf(held, accessKey(asked)));
    if (session !== undefined) this.#events.emit(event, session);
  }

  /** Why a refresh cannot bring what is asked for. */
  async #obstacle(held: Held | undefined, request: TokenRequest): Promise<Obstacle | undefined> {
    return obstacle(held?.record, held === undefined ? {} : await this.#lookup.asked(held, request));
  }

  async #needsHuman(): Promise<boolean> {
    return this.#signIn.needsHuman();
  }

  #need({ minTtl = MIN_TTL }: TokenRequest): Need {
    return { now: this.#clock.now(), minTtl };
  }
}

/** A refresh token that was refused meanwhile is one that is over. */
function refuse({ code, message, hint }: Obstacle = OVER): never {
  fail(code, message, { hint });
}
