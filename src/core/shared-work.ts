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

  has(key: string): boolean {
    return this.#running.has(key);
  }

  async run(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw abortReason(signal);
    const running = this.#running.get(key) ?? this.#start(key, work);
    running.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (--running.waiting === 0) {
          this.#forget(key, running);
          running.controller.abort();
        }
        reject(signal && abortReason(signal));
      };
      signal?.addEventListener('abort', leave, { once: true });
      running.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const running: Running<T> = { result: work(controller.signal), controller, waiting: 0 };
    this.#running.set(key, running);
    const forget = (): void => this.#forget(key, running);
    running.result.then(forget, forget);
    return running;
  }

  #forget(key: string, running: Running<T>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
