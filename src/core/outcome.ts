/** How a sign-in ended, for whoever was waiting to hear it: a browser shows nothing before that is known. */
import { isPadlockError } from './errors.ts';
import { type Guarded, guarded } from './guard.ts';
import type { Redactor } from './secret.ts';

/** `why` is undefined where somebody is signed in, else a sentence for people, without secrets. */
type Told = (why: string | undefined) => unknown;

export class Outcome {
  readonly #redactor: Redactor;
  readonly #signal: AbortSignal;
  readonly #origin: Guarded;
  #waiting: Told[] = [];

  /** `origin` is whose flow it is: what it does when it is told is its own. */
  constructor(redactor: Redactor, signal: AbortSignal, origin: Guarded) {
    this.#redactor = redactor;
    this.#signal = signal;
    this.#origin = origin;
  }

  /** `tell` is told once. */
  to(tell: Told): void {
    this.#waiting.push(tell);
  }

  /** Does a part of the sign-in; where that fails, it is the end. */
  async part<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.end(error);
      throw error;
    }
  }

  /** Resolves when everybody was told; `failure` is what it came to. */
  async end(failure?: unknown): Promise<void> {
    const why = failure === undefined ? undefined : this.#why(failure);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting)
      await guarded(
        this.#origin,
        () => tell(why),
        () => true,
      );
  }

  #why(failure: unknown): string {
    if (this.#signal.aborted) return 'The sign-in was cancelled.';
    return isPadlockError(failure) ? this.#redactor.mask(failure.message) : 'The sign-in failed.'; // check: no secret on a page
  }
}
