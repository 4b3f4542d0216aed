/** Signing in and keeping what came of it; and forgetting it. */

import { isAuto } from './auto.ts';
import { Chain } from './chain.ts';
import { isPadlockError, PadlockError } from './errors.ts';
import { living } from './freshness.ts';
import { inject, injectable } from './inject.ts';
import type { Request } from './messages.ts';
import { Clock, Notices } from './ports.ts';
import { Provider } from './provider.ts';
import { Refresher } from './refresher.ts';
import { type Session, withHidden } from './session.ts';
import { SessionEvents } from './session-events.ts';
import { SessionLookup } from './session-lookup.ts';
import { accessKey, recordOf, type SessionIdentity, type SessionRecord, sessionOf } from './session-record.ts';
import { App, type Held, isUnreadable, Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import { SignIn } from './sign-in.ts';

/** What there was before a sign-in that nobody asked for by name. */
export interface Found {
  /** What is replaced, if that is the session's name: the tag it had, null for nothing. */
  readonly name: string;
  readonly tag: string | null;
  /** What a later call without wishes asks for. */
  readonly request: Request;
}

@injectable()
export class SessionKeeper {
  readonly #signIn: SignIn;
  readonly #chain: Chain;
  readonly #settings: Settings;
  readonly #sessions: Sessions;
  readonly #lookup: SessionLookup;
  readonly #refresher: Refresher;
  readonly #provider: Provider;
  readonly #events: SessionEvents;
  readonly #clock: Clock;
  readonly #notices: Notices;
  readonly #app: string;
  /** Which stored session a session is, for `logout(session)`. */
  readonly #names = new WeakMap<Session, string>();

  constructor(
    @inject(SignIn) signIn: SignIn,
    @inject(Chain) chain: Chain,
    @inject(Settings) settings: Settings,
    @inject(Sessions) sessions: Sessions,
    @inject(SessionLookup) lookup: SessionLookup,
    @inject(Refresher) refresher: Refresher,
    @inject(Provider) provider: Provider,
    @inject(SessionEvents) events: SessionEvents,
    @inject(Clock) clock: Clock,
    @inject(Notices) notices: Notices,
    @inject(App) app: string,
  ) {
    this.#signIn = signIn;
    this.#chain = chain;
    this.#settings = settings;
    this.#sessions = sessions;
    this.#lookup = lookup;
    this.#refresher = refresher;
    this.#provider = provider;
    this.#events = events;
    this.#clock = clock;
    this.#notices = notices;
    this.#app = app;
  }

  /** Signs in and stores the session. Where storing fails afterwards, the session says so: the answer is not lost. */
  async signIn(request: Request, signal: AbortSignal): Promise<Session> {
    return (await this.#signedIn(request, signal, true)) as Session; // nothing is compared, so it is kept
  }

  /**
   * Signs in because a token is needed, in place of what was found. Undefined when somebody signed in or out meanwhile: then the result was
   * dropped, and its refresh token given back.
   */
  acquire(request: Request, found: Found, signal: AbortSignal, human: boolean): Promise<Session | undefined> {
    return this.#signedIn(request, signal, human, found);
  }

  async #signedIn(request: Request, signal: AbortSignal, human: boolean, found?: Found): Promise<Session | undefined> {
    const place = await this.#sessions.place(); // first: where nothing can be kept, nobody should have typed a password
    const last = await this.#lastFlow();
    if (last !== undefined) this.#chain.won(last);
    const { client, grant, outcome, request: asked, resources, session, who } = await this.#signIn.run(request, signal, human);
    const { clientId, issuer, profile } = session;
    const identity: SessionIdentity = { app: this.#app, profile: profile ?? null, issuer, clientId, flow: grant.name, who };
    const made = recordOf(session, identity, client.auth.name, asked, this.#clock.now());
    const record = { ...made, resources, ...(found && { request: found.request }) };
    const storable = grant.storable !== false;
    const isClient = grant.subject === 'client';
    const unsaved = storable ? await outcome.part(() => this.#store(identity, record, isClient, found)) : undefined;
    await outcome.end(unsaved === 'outdated' ? outdated() : unsaved);
    if (unsaved === 'outdated') {
      if (session.refreshToken !== undefined) await this.#refresher.giveBack(client, session.refreshToken, signal);
      return undefined;
    }
    const stored = storable && unsaved === undefined ? place : undefined;
    const kept = sessionOf(record, this.#clock, stored, accessKey(asked), session.warnings) ?? session;
    const told = withHidden({ ...kept }, { refreshToken: session.refreshToken, unsaved }) as Session;
    this.#names.set(told, await this.#sessions.nameOf(identity));
    this.#events.emit('acquired', told);
    return told;
  }

  /** What the chain found the last time, as the stored session has it. */
  async #lastFlow(): Promise<string | undefined> {
    if (!isAuto(this.#settings)) return undefined;
    try {
      return (await this.#lookup.find())?.record.identity.flow;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return undefined; // it is about to be replaced
    }
  }

  /** Forgets a session here first, then tells the provider (RFC 7009) unless `local`. Returns whether the provider took it. */
  async logout(session: Session | undefined, local: boolean, signal: AbortSignal): Promise<boolean> {
    const held = await this.#find(session);
    if (held === undefined) return false;
    await this.#sessions.remove(held.name);
    const dropped = await this.sessionOf(held);
    if (dropped !== undefined) this.#events.emit('dropped', dropped);
    if (local || held.record.refreshToken === null) return false;
    const client = await this.#refresher.client(held.record, signal, 'revoke');
    return this.#provider.revoke(client, held.record.refreshToken, 'refresh_token', signal);
  }

  /** A stored session as callers get it. */
  async sessionOf(held: Held, key?: string): Promise<Session | undefined> {
    const session = sessionOf(held.record, this.#clock, await this.#sessions.place(), key);
    if (session !== undefined) this.#names.set(session, held.name);
    return session;
  }

  /** What is to be forgotten. What cannot be read is removed on the spot: nobody can revoke what nobody can read. */
  async #find(session: Session | undefined): Promise<Held | undefined> {
    const name = session && (this.#names.get(session) ?? (await this.#nameOf(session)));
    if (session !== undefined && name === undefined) return undefined;
    try {
      const held = await (name === undefined ? this.#lookup.find() : this.#sessions.read(name));
      if (held === undefined) await this.#clear(name); // what was set aside goes, too
      return held;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await this.#clear(name);
      this.#notices.warn({
        code: error.code,
        message: 'A stored session could not be read; it was forgotten here, and the provider was not told.',
      });
      return undefined;
    }
  }

  /** Which stored session a session from elsewhere is: another Padlock over the same store gave it, or it was copied. */
  async #nameOf({ clientId, flow, issuer, profile, user }: Session): Promise<string | undefined> {
    const isSame = ({ record: { identity, user: owner } }: Held): boolean =>
      identity.issuer === issuer &&
      identity.clientId === clientId &&
      identity.flow === flow &&
      identity.profile === (profile ?? null) &&
      owner?.id === user?.id;
    const [found, second] = (await this.#sessions.list(this.#app)).filter(isSame);
    return second === undefined ? found?.name : undefined; // nobody's session is ended by a guess
  }

  async #clear(name: string | undefined): Promise<void> {
    if (name === undefined) await this.#lookup.forget();
    else await this.#sessions.remove(name);
  }

  /** Returns why it is not stored, if it is not. */
  async #store(identity: SessionIdentity, record: SessionRecord, isClient: boolean, found: Found | undefined) {
    try {
      const name = await this.#sessions.nameOf(identity);
      const tag = found?.name === name ? found.tag : undefined;
      const written = await this.#sessions.write(name, tag, isClient ? await this.#withOthers(name, record) : record);
      if (written === undefined) return 'outdated';
      await this.#sessions.makeCurrent(identity, name);
      return undefined;
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      return error;
    }
  }

  /** A client signs in again for each audience: what it still has for the others stays. */
  async #withOthers(name: string, record: SessionRecord): Promise<SessionRecord> {
    const before = await this.#sessions.read(name).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return undefined; // it is replaced by what can be read
    });
    return { ...record, access: { ...living(before?.record.access ?? {}, this.#clock.now()), ...record.access } };
  }
}

const outdated = (): PadlockError => new PadlockError('store_locked', { message: 'Somebody signed in or out meanwhile.' });
