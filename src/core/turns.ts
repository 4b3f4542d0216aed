/** Taking turns at one session: one process works, the others wait for what it gets, and nobody waits for ever. */
import { type Category, fail, isPadlockError } from './errors.ts';
import { inject, injectable } from './inject.ts';
import { Clock, Log } from './ports.ts';
import { Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import type { Lease } from './store.ts';

export interface TurnRequest<T> {
  /** Of the session. */
  readonly name: string;
  /** A human may be asked, here or in another process: that takes longer. */
  readonly human: boolean;
  /** What somebody else may have got meanwhile; `isOurTurn` once nobody else is at it any more. */
  readonly look: (isOurTurn: boolean) => Promise<T | undefined>;
  /** Undefined when somebody changed the session meanwhile: then all that is known of it is old. */
  readonly work: (lease: Lease, asking: Asking) => Promise<T | undefined>;
  readonly signal: AbortSignal;
}

/** Runs what asks a human. While somebody's attempt failed a moment ago, nobody is asked. */
export type Asking = <R>(ask: () => Promise<R>) => Promise<R>;

/** Milliseconds that others wait longer than one request may take. */
const MARGIN = 5_000;
/** Milliseconds that a lease is longer than one request; less than the others wait, so that they see the end of one whose holder died. */
const BEYOND = 1_000;
/** Milliseconds a human may take, and for which nobody is asked again after it failed. */
const HUMAN = 300_000;
const COOLDOWN = 30_000;
/** Milliseconds between two looks. */
const FIRST_LOOK = 20;
const LAST_LOOK = 250;

/** It failed before anybody was asked. */
const NOBODY_ASKED: ReadonlySet<Category> = new Set(['usage', 'config']);

@injectable()
export class Turns {
  readonly #sessions: Sessions;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    @inject(Sessions) sessions: Sessions,
    @inject(Settings) settings: Settings,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
  ) {
    this.#sessions = sessions;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * The result of this process's work, or of somebody else's; undefined when the work found the session changed.
   * Throws `store_locked` when the holder keeps it for too long.
   */
  async take<T>(turn: TurnRequest<T>): Promise<T | undefined> {
    const { name, human, look, signal } = turn;
    const seconds = this.#settings.get('timeout');
    const request = (typeof seconds === 'number' ? seconds : 30) * 1000;
    const until = this.#clock.now() + (human ? HUMAN : request + MARGIN);
    for (let pause = FIRST_LOOK; ; pause = Math.min(LAST_LOOK, pause * 1.5)) {
      signal.throwIfAborted();
      const lease = await this.#sessions.lease(name, request + BEYOND);
      if (lease !== undefined) return this.#work(lease, (request + BEYOND) / 3, turn);
      const found = await look(false);
      if (found !== undefined) return found;
      if (this.#clock.now() > until)
        fail('store_locked', 'Another process is busy with this session and does not finish.', {
          hint: 'Try again, or look for a padlock that hangs.',
        });
      await this.#clock.sleep(pause * (0.5 + Math.random()), signal);
    }
  }

  async #work<T>(lease: Lease, third: number, { look, name, work }: TurnRequest<T>): Promise<T | undefined> {
    const done = new AbortController();
    const heart = this.#beat(lease, third, done.signal);
    try {
      const found = await look(true); // the second look, under the lease: somebody may have been quicker
      return found ?? (await work(lease, (ask) => this.#ask(name, ask)));
    } finally {
      done.abort();
      await heart;
      await lease.release().catch(this.#noted('lease_not_released')); // it ends by itself, and what the work got must not be lost for it
    }
  }

  /**
   * Renews the lease when a third of it is left, until the work is done or it is lost; then the work finds that out when it writes. Not sooner: what
   * a holder that dies had renewed a moment before would outlast the patience of those who wait.
   */
  async #beat(lease: Lease, third: number, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      const began = performance.now();
      await this.#clock.sleep(Math.max(lease.remaining() - third, third / 4), done).catch(() => undefined); // the work is done
      if (done.aborted || performance.now() - began < 1) return; // or this clock never waits, as those of tests do
      if (lease.remaining() > third) continue; // it was renewed for a request meanwhile
      const held = await lease.renew().catch(this.#noted('lease_not_renewed'));
      if (held === false) return;
    }
  }

  async #ask<R>(name: string, ask: () => Promise<R>): Promise<R> {
    await this.#refuseWhileCooling(name);
    try {
      return await ask();
    } catch (error) {
      if (isPadlockError(error) && !NOBODY_ASKED.has(error.category))
        await this.#sessions.markFailed(name, this.#clock.now()).catch(this.#noted('failure_not_marked'));
      throw error;
    }
  }

  /** For what helps the next caller and must not cost this one its result. */
  #noted(event: string): (error: unknown) => undefined {
    return (error) => {
      this.#log.info(event, { code: isPadlockError(error) ? error.code : 'internal' });
      return undefined;
    };
  }

  async #refuseWhileCooling(name: string): Promise<void> {
    const since = await this.#sessions.failedAt(name);
    if (since !== undefined && this.#clock.now() - since < COOLDOWN && this.#clock.now() >= since)
      fail('auth_login_required', 'Signing in failed a moment ago; nobody is asked again for half a minute.', {
        hint: 'Sign in with padlock auth.',
      });
  }
}
