/** Taking turns at one session: one process works, the others wait for what it gets, and nobody waits for ever. */
import { fail, isPadlockError } from './errors.ts';
import { inject, injectable } from './inject.ts';
import { Clock } from './ports.ts';
import { Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import type { Lease } from './store.ts';

export interface TurnRequest<T> {
  /** Of the session. */
  readonly name: string;
  /** A human will be asked: that takes longer, and whoever finds it failed does not ask again at once. */
  readonly human: boolean;
  /** What somebody else may have got meanwhile; `isOurTurn` once nobody else is at it any more. */
  readonly look: (isOurTurn: boolean) => Promise<T | undefined>;
  readonly work: (lease: Lease) => Promise<T>;
  readonly signal: AbortSignal;
}

/** Milliseconds a request may take longer than its own deadline: reading, writing, a slow disk. */
const MARGIN = 5_000;
/** Milliseconds a human may take, and for which nobody is asked again after it failed. */
const HUMAN = 300_000;
const COOLDOWN = 30_000;
/** Milliseconds between two looks. */
const FIRST_LOOK = 20;
const LAST_LOOK = 250;

/** It failed before anybody was asked. */
const NOBODY_ASKED: ReadonlySet<string> = new Set(['usage', 'config']);

@injectable()
export class Turns {
  readonly #sessions: Sessions;
  readonly #settings: Settings;
  readonly #clock: Clock;

  constructor(@inject(Sessions) sessions: Sessions, @inject(Settings) settings: Settings, @inject(Clock) clock: Clock) {
    this.#sessions = sessions;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** The result of this process's work, or of somebody else's. Throws `store_locked` when the holder keeps it for too long. */
  async take<T>({ name, human, look, work, signal }: TurnRequest<T>): Promise<T> {
    const seconds = this.#settings.get('timeout');
    const patience = (typeof seconds === 'number' ? seconds : 30) * 1000 + MARGIN;
    const until = this.#clock.now() + (human ? HUMAN : patience);
    for (let pause = FIRST_LOOK; ; pause = Math.min(LAST_LOOK, pause * 1.5)) {
      signal.throwIfAborted();
      const lease = await this.#sessions.lease(name, patience + MARGIN);
      if (lease !== undefined) return this.#work(lease, patience, { name, human, look, work, signal });
      const found = await look(false);
      if (found !== undefined) return found;
      if (this.#clock.now() > until)
        fail('store_locked', 'Another process is busy with this session and does not finish.', {
          hint: 'Try again, or look for a padlock that hangs.',
        });
      await this.#clock.sleep(pause * (0.5 + Math.random()), signal);
    }
  }

  async #work<T>(lease: Lease, patience: number, { human, look, name, signal, work }: TurnRequest<T>): Promise<T> {
    const done = new AbortController();
    const heart = this.#beat(lease, patience / 3, AbortSignal.any([signal, done.signal]));
    try {
      const found = await look(true); // the second look, under the lease: somebody may have been quicker
      if (found !== undefined) return found;
      if (human) await this.#refuseWhileCooling(name);
      return await work(lease);
    } catch (error) {
      if (human && isPadlockError(error) && !NOBODY_ASKED.has(error.category)) await this.#sessions.markFailed(name, this.#clock.now());
      throw error;
    } finally {
      done.abort();
      await heart;
      await lease.release();
    }
  }

  /** Renews the lease until the work is done or it is lost; then the work finds that out when it writes. */
  async #beat(lease: Lease, every: number, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#clock.sleep(every, signal);
        if (!(await lease.renew())) return;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #refuseWhileCooling(name: string): Promise<void> {
    const since = await this.#sessions.failedAt(name);
    if (since !== undefined && this.#clock.now() - since < COOLDOWN && this.#clock.now() >= since)
      fail('auth_login_required', 'Signing in failed a moment ago; nobody is asked again for half a minute.', {
        hint: 'Sign in with padlock auth.',
      });
  }
}
