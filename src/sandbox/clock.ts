/** The clock of the sandbox and of its clients: real time plus what the test advanced. */
import type { Clock } from '../core/ports.ts';

export class SandboxClock implements Clock {
  #offset = 0;
  readonly #sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();

  /** Milliseconds ahead of real time. */
  get offset(): number {
    return this.#offset;
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  /** Moves time and wakes whoever should have woken meanwhile. */
  advance(seconds: number): void {
    if (!Number.isFinite(seconds)) throw new TypeError('advance() takes a number of seconds.');
    this.#offset += seconds * 1000;
    for (const sleeper of this.#sleepers) if (sleeper.due <= this.now()) sleeper.wake();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', aborted);
        end();
      };
      const sleeper = { due: this.now() + milliseconds, wake: () => settle(resolve) };
      const aborted = (): void => settle(() => reject(signal?.reason));
      const timer = setTimeout(sleeper.wake, milliseconds);
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}
