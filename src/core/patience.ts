/** How long somebody else's code may do nothing: neither return, nor wait for anything that it asked its host for. */
import { PadlockError } from './errors.ts';

/** Seconds, where nobody set `timeout`. */
export const USUAL_TIMEOUT = 30;

type Run = (...parameters: unknown[]) => unknown;
type Host = Readonly<Record<string, unknown>>;

const isHost = (value: unknown): value is Host =>
  typeof value === 'object' && value !== null && Object.values(value).some((member) => typeof member === 'function');

/** One call of such code. To wait for a human, a request or a sleep is not to do nothing, as long as it is done through the host. */
export class Patience {
  readonly #what: string;
  readonly #seconds: number;
  #waiting = 0;
  #isDone = false;
  #over: PadlockError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #giveUp: (error: PadlockError) => void = () => {};

  constructor(what: string, seconds: number) {
    this.#what = what;
    this.#seconds = seconds;
  }

  /** The parameters of the call; what a host among them is asked for is noticed. */
  watch(parameters: readonly unknown[]): readonly unknown[] {
    return parameters.map((one) => (isHost(one) ? this.#watched(one) : one));
  }

  /** Settles as `work` does, or rejects with `plugin_timeout`; from then on the host does nothing for it any more. */
  over<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      if (this.#waiting === 0) this.#start();
      const done = (): void => {
        this.#isDone = true;
        clearTimeout(this.#timer);
      };
      work.then(resolve, reject).finally(done);
    });
  }

  #watched(host: Host): Host {
    const members = Object.entries(host);
    return Object.freeze(
      Object.fromEntries(members.map(([name, member]) => [name, typeof member === 'function' ? this.#noticed(member as Run) : member])),
    );
  }

  #noticed(run: Run): Run {
    return (...parameters) => {
      if (this.#over !== undefined) throw this.#over; // check: nothing is done after plugin_timeout
      const result = run(...parameters);
      if (typeof (result as { then?: unknown } | undefined)?.then !== 'function') return result;
      this.#waiting += 1;
      clearTimeout(this.#timer);
      const back = (): void => {
        this.#waiting -= 1;
        if (this.#waiting === 0 && !this.#isDone) this.#start();
      };
      return Promise.resolve(result).finally(back);
    };
  }

  /** With a timer of Node's own, as the network door has: a test's clock must not decide how long real code may stay silent. */
  #start(): void {
    this.#timer = setTimeout(() => {
      this.#over = new PadlockError('plugin_timeout', { message: `${this.#what} did nothing for ${this.#seconds} s.` });
      this.#giveUp(this.#over);
    }, this.#seconds * 1000);
  }
}
