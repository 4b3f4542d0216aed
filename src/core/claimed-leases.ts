/** The leases of one opening of a store whose locks are files; what is still held when it is closed is given back. */
import type { Claims } from './file-claim.ts';
import type { Lease } from './store.ts';

export class ClaimedLeases implements AsyncDisposable {
  readonly #claims: () => Promise<Claims>;
  readonly #held = new Set<Lease>();

  constructor(claims: () => Promise<Claims>) {
    this.#claims = claims;
  }

  /** Undefined while another lives that holds it. */
  async take(path: string, milliseconds: number): Promise<Lease | undefined> {
    const claim = await (await this.#claims()).take(path, milliseconds);
    if (claim === undefined) return undefined;
    const lease: Lease = {
      remaining: () => claim.remaining(),
      renew: () => claim.renew(),
      release: async () => {
        this.#held.delete(lease);
        await claim.release();
      },
    };
    this.#held.add(lease);
    return lease;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lease of this.#held) await lease.release();
  }
}
