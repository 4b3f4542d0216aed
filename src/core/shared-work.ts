/** Work that several callers want at the same time and that is done once for all of them. */
import { abortReason } from './abort.ts';

interface Running<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Single flight by key. One caller's cancellation ends only its own wait; when the last one leaves, the work is cancelled. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();
  readonly #unsettled = new Set<Promise<T>>();

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

  async run(key: string, work: (signal: AbortSignal) => Promise<T>, ...signals: readonly AbortSignal[]): Promise<T> {
    for (const signal of signals) if (signal.aborted) throw abortReason(signal);
    const running = this.#running.get(key) ?? this.#start(key, work);
    running.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        stay();
        if (--running.waiting === 0) {
          this.#forget(key, running);
          running.controller.abort();
        }
        reject(abortReason(signals.find(({ aborted }) => aborted) ?? running.controller.signal));
      };
      const stay = (): void => {
        for (const signal of signals) signal.removeEventListener('abort', leave);
      };
      for (const signal of signals) signal.addEventListener('abort', leave);
      running.result.then(resolve, reject).finally(stay);
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const running: Running<T> = { result: work(controller.signal), controller, waiting: 0 };
    this.#running.set(key, running);
    this.#unsettled.add(running.result);
    const forget = (): void => {
      this.#unsettled.delete(running.result);
      this.#forget(key, running);
    };
    running.result.then(forget, forget);
    return running;
  }

  #forget(key: string, running: Running<T>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
