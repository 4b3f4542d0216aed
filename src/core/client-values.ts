/** What a client proves itself with, one request after the other. */
import type { Values } from './contracts.ts';
import type { Clock } from './ports.ts';

/** Fetches what was issued for one request only, by option key. */
export type Renewal = (signal?: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

/** Milliseconds. What was issued for one request may be good for a minute; a human at a browser takes longer. */
const FRESH = 30_000;

export class ClientValues {
  readonly #first: Values;
  readonly #renew: Renewal;
  readonly #isFresh: () => boolean;
  #sent: Values;
  #repeated: string | undefined;

  /**
   * `first` was fetched just now, to choose the method, and is good for one request. `renew`: for the next ones, and for a first one that comes late
   * by the clock; without it everything stays as it is.
   */
  constructor(first: Values, renew: Renewal = async () => ({}), clock?: Pick<Clock, 'now'>) {
    const since = clock?.now() ?? 0;
    this.#first = first;
    this.#renew = renew;
    this.#isFresh = () => clock === undefined || Math.abs(clock.now() - since) <= FRESH;
  }

  /** For the next request. Throws what fetching throws. */
  async next(signal?: AbortSignal): Promise<Values> {
    const before = this.#sent;
    if (before === undefined && this.#isFresh()) {
      this.#sent = this.#first;
      return this.#first;
    }
    const issued = await this.#renew(signal);
    this.#repeated = before && Object.keys(issued).find((key) => issued[key] === before[key]);
    this.#sent = { ...this.#first, ...issued };
    return this.#sent;
  }

  /** The option of what was issued for an earlier request and went into the last one, too: there was no other. */
  get repeated(): string | undefined {
    return this.#repeated;
  }
}
