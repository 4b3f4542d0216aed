/** Where sessions live. A store keeps small sealed entries under opaque names; what is in them is Padlock's own business. */

/** Who shares what is stored: nobody else, the processes of one account on one machine, or whoever reaches the same server. */
export const REACHES = ['process', 'machine', 'network'] as const;
export type Reach = (typeof REACHES)[number];

export interface StoredEntry {
  /** Changes with every write; a writer says which one it read. */
  readonly tag: string;
  /** Sealed: a store never sees what it keeps. At most 256 KiB. */
  readonly data: Uint8Array;
}

/** The right to talk to the provider about one session. It ends by itself when its holder is gone. */
export interface Lease {
  /** Milliseconds for which it is certainly still ours. */
  remaining(): number;
  /** False when it was lost; then nothing may be sent any more. Called when a third of it is left, and before a request that must not be sent twice. */
  renew(): Promise<boolean>;
  /** No error when it was lost meanwhile. */
  release(): Promise<void>;
}

/** An open store. Every method throws `store_*`, `keyring_unavailable`; none blocks for longer than its work takes. */
export interface SessionStore extends AsyncDisposable {
  /** 32 bytes that only this store's users hold; names are derived from it and entries are sealed with it. */
  readonly key: Uint8Array;
  /** Where that key is kept, in one word for people: `keyring`, `file`, `environment`; undefined where it lives in memory. */
  readonly keyPlace: string | undefined;
  /** Things a user should hear once: an announced fall-back, a corrupt entry that was set aside. */
  readonly notices: readonly { readonly code: string; readonly message: string }[];
  read(name: string): Promise<StoredEntry | undefined>;
  /**
   * Writes, or removes with `next` null, if the entry is what the writer read: its tag, null for none, undefined for whatever is there.
   * One step for every reader. False when it was not.
   */
  replace(name: string, expected: string | null | undefined, next: StoredEntry | null): Promise<boolean>;
  /**
   * Keeps a write that `replace` failed at, on this machine, until the store can be reached again; for what cannot be had twice.
   * False where that is not possible. Absent where a store that fails has nowhere else to write.
   */
  spill?(name: string, expected: string | null, next: StoredEntry): Promise<boolean>;
  /** Names of all entries. */
  names(): Promise<readonly string[]>;
  /** Takes the lease of a name for `milliseconds`; undefined while another lives that holds it. */
  lease(name: string, milliseconds: number): Promise<Lease | undefined>;
  /** Would a write of `bytes` go through now? Throws what the write would. */
  probe(bytes: number): Promise<void>;
}
