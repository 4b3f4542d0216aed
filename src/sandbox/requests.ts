/** What the sandbox was asked, in order of arrival. */
import type { Endpoint } from './behaviour.ts';

export interface RecordedRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed form; a repeated field is a list. */
  readonly form: Readonly<Record<string, string | readonly string[]>>;
  /** When it arrived, by the sandbox's clock: milliseconds since the epoch. */
  readonly at: number;
}

/** A request is in the list before the sandbox begins to handle it. */
export class RequestLog {
  #requests: RecordedRequest[] = [];

  /** All of them, since the start or the last `clear()`. */
  get all(): readonly RecordedRequest[] {
    return [...this.#requests];
  }

  at(endpoint: Endpoint): readonly RecordedRequest[] {
    return this.#requests.filter((request) => request.endpoint === endpoint);
  }

  clear(): void {
    this.#requests = [];
  }

  /** @internal */
  add(request: RecordedRequest): void {
    this.#requests.push(request);
  }
}
