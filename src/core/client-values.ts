/** What a client proves itself with, one request after the other. */
import type { Values } from './contracts.ts';

/** Fetches what was issued for one request only, by option key. */
export type Renewal = (signal?: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

export class ClientValues {
  readonly #first: Values;
  readonly #renew: Renewal;
  #sent: Values;
  #repeated: string | undefined;

  /** `first` was fetched to choose the method, and is good for one request. `renew`: for the next ones; without it everything stays as it is. */
  constructor(first: Values, renew: Renewal = async () => ({})) {
    this.#first = first;
    this.#renew = renew;
  }

  /** For the next request. Throws what fetching throws. */
  async next(signal?: AbortSignal): Promise<Values> {
    const before = this.#sent;
    if (before === undefined) {
      this.#sent = this.#first;
      return this.#first;
    }
    const issued = await this.#renew(signal);
    this.#repeated = Object.keys(issued).find((key) => issued[key] === before[key]);
    this.#sent = { ...this.#first, ...issued };
    return this.#sent;
  }

  /** The option of what was issued for an earlier request and went into the last one, too: there was no other. */
  get repeated(): string | undefined {
    return this.#repeated;
  }
}
