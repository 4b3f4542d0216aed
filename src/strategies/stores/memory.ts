import type { Recorded, Store, StoreHost } from '../../core/contracts.ts';
import type { Lease, SessionStore, StoredEntry } from '../../core/store.ts';

/** Entries and leases of one opening; nothing outlives it. */
class MemoryStore implements SessionStore {
  readonly key: Uint8Array = crypto.getRandomValues(new Uint8Array(32));
  readonly keyPlace = undefined;
  readonly notices = [];
  readonly #clock: StoreHost['clock'];
  readonly #entries = new Map<string, StoredEntry>();
  readonly #leases = new Map<string, { until: number }>();

  constructor(clock: StoreHost['clock']) {
    this.#clock = clock;
  }

  async read(name: string): Promise<StoredEntry | undefined> {
    return this.#entries.get(name);
  }

  async replace(name: string, expected: string | null | undefined, next: StoredEntry | null): Promise<boolean> {
    if (expected !== undefined && (this.#entries.get(name)?.tag ?? null) !== expected) return false;
    if (next === null) this.#entries.delete(name);
    else this.#entries.set(name, next);
    return true;
  }

  async names(): Promise<readonly string[]> {
    return [...this.#entries.keys()];
  }

  async lease(name: string, milliseconds: number): Promise<Lease | undefined> {
    const held = this.#leases.get(name);
    if (held !== undefined && held.until > this.#clock.now()) return undefined;
    const own = { until: this.#clock.now() + milliseconds };
    this.#leases.set(name, own);
    const isOurs = (): boolean => this.#leases.get(name) === own;
    return {
      remaining: () => (isOurs() ? Math.max(0, own.until - this.#clock.now()) : 0),
      renew: async () => {
        if (isOurs()) own.until = this.#clock.now() + milliseconds;
        return isOurs();
      },
      release: async () => {
        if (isOurs()) this.#leases.delete(name);
      },
    };
  }

  async probe(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#entries.clear();
  }
}

/** Sessions end with the process. */
export const memory = {
  kind: 'store',
  name: 'memory',
  summary: 'nothing outlives the process',
  reach: 'process',
  open: async (_values, { clock }) => new MemoryStore(clock),
  examine: async () => [{ name: 'store', verdict: 'ok', detail: 'Sessions are kept in memory and end with the process.' }],
} satisfies Recorded<Store>;
