/** Work that several callers want at the same time and that is done once for all of them. */
import { abortReason } from './abort.ts';

interface Running<T> {
  readonly result: Promise<T>;
  /** The result, or the end of everything: one promise for all who do not leave before. */
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Single flight by key. One caller's cancellation ends only its own wait; when the last one leaves, the work is cancelled. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();
  readonly #unsettled = new Set<Promise<T>>();
  readonly #ending: AbortSignal | undefined;

  /** `ending` ends every wait, and the work with it. */
  constructor(ending?: AbortSignal) {
    this.#ending = ending;
  }

  has(key: string): boolean {
    return this.#running.has(key);
  }

  /** Later callers start anew, whatever runs. */
  detach(): void {
    this.#running.clear();
  }

  /** Ends when everything that runs now has ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#unsettled);
  }

  run(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (const each of [signal, this.#ending]) if (each?.aborted) return Promise.reject(abortReason(each));
    const running = this.#running.get(key) ?? this.#start(key, work);
    running.waiting++;
    if (signal === undefined) return running.outcome.then((result) => result); // one of its own: who ignores it hears of a failure. Ten thousand are hardly more work than one
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (--running.waiting === 0) this.#cancel(key, running);
        reject(abortReason(signal));
      };
      signal.addEventListener('abort', leave, { once: true });
      running.outcome.finally(() => signal.removeEventListener('abort', leave)).then(resolve, reject);
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const result = work(controller.signal);
    const running: Running<T> = { result, outcome: this.#outcome(result, () => this.#cancel(key, running)), controller, waiting: 0 };
    this.#running.set(key, running);
    this.#unsettled.add(result);
    const forget = (): void => {
      this.#unsettled.delete(result);
      this.#forget(key, running);
    };
    result.then(forget, forget);
    return running;
  }

  #outcome(result: Promise<T>, cancel: () => void): Promise<T> {
    const ending = this.#ending;
    if (ending === undefined) return result;
    const outcome = new Promise<T>((resolve, reject) => {
      const end = (): void => {
        cancel();
        reject(abortReason(ending));
      };
      ending.addEventListener('abort', end, { once: true });
      result.then(resolve, reject).finally(() => ending.removeEventListener('abort', end));
    });
    outcome.catch(() => {}); // who waits hears of it; everybody may have left
    return outcome;
  }

  #cancel(key: string, running: Running<T>): void {
    this.#forget(key, running);
    running.controller.abort();
  }

  #forget(key: string, running: Running<T>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
