/** Sessions in files of one directory: a sealed file per entry, replaced in one step, under locks that outlive no process. */
import type { StoreHost } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { type Claim, Claims } from './file-claim.ts';
import { entryBytes, entryIn } from './file-entry.ts';
import { FileSweeper } from './file-sweep.ts';
import type { Files, Log, Notice } from './ports.ts';
import { isOpenToOthers, ownFacts, readOwn } from './private-file.ts';
import { asideOf, setAside } from './set-aside.ts';
import type { Lease, SessionStore, StoredEntry } from './store.ts';
import { fileKeyPlace, type KeyPlaces, type KeyWorld, openKey, removeKey, type StoreKey } from './store-key.ts';

/** Milliseconds: how long a write may take, and how long others wait for it. */
const COMMIT = 3000;
const PATIENCE = 5000;
const NAME = /^[\w-]{1,128}$/;

const NO_PLACE = 'There is no directory of your own to keep sessions in: HOME is not set.';
const WITHOUT = 'Use --no-store, or --store memory.';

/** Why nothing can be kept here, if so. */
export const noPlace = ({ files, host }: StoreHost): string | undefined =>
  files === undefined || host.directories === undefined ? NO_PLACE : undefined;

function placeOf({ files, host, clock }: StoreHost): Pick<KeyWorld, 'files' | 'directory' | 'claims'> {
  if (files === undefined || host.directories === undefined) fail('store_io', NO_PLACE, { hint: WITHOUT });
  return { files, directory: `${host.directories.state}/sessions`, claims: new Claims({ files, host, clock }) };
}

const keysOf = (files: Files, directory: string, notices: Notice[]): KeyPlaces => ({
  keyring: async () => undefined,
  file: async () => fileKeyPlace(files, directory, notices),
});

/** Opens the store of this account, and makes it where there is none yet. */
export async function openFileStore(host: StoreHost): Promise<SessionStore> {
  const { files, directory, claims } = placeOf(host);
  const notices: Notice[] = [];
  const facts = await ownFacts(files, directory, 'directory');
  if (facts !== undefined && isOpenToOthers(facts)) {
    await files.restrict(directory);
    notices.push({
      code: 'store_permissions',
      message: 'The directory of the stored sessions was open to other users; it is private now.',
    });
  }
  const key = await openKey({ files, directory, claims, notices, places: keysOf(files, directory, notices) });
  return new FileStore(files, directory, claims, key, notices, host.log);
}

/** Removes everything, also what cannot be opened. */
export async function eraseFileStore(host: StoreHost): Promise<void> {
  const { files, directory, claims } = placeOf(host);
  if ((await ownFacts(files, directory, 'directory')) === undefined) return;
  await removeKey({ files, directory, claims, notices: [], places: keysOf(files, directory, []) });
  for (const name of await files.list(directory)) await files.remove(`${directory}/${name}`);
}

class FileStore implements SessionStore {
  readonly key: Uint8Array;
  readonly keyPlace: string;
  readonly notices: readonly Notice[];
  readonly #files: Files;
  readonly #directory: string;
  readonly #claims: Claims;
  readonly #notices: Notice[];
  readonly #sweeper: FileSweeper;
  readonly #leases = new Set<Lease>();

  constructor(files: Files, directory: string, claims: Claims, { key, place }: StoreKey, notices: Notice[], log: Log) {
    this.key = key;
    this.keyPlace = place;
    this.notices = notices;
    this.#notices = notices;
    this.#files = files;
    this.#directory = directory;
    this.#claims = claims;
    this.#sweeper = new FileSweeper(files, claims, directory, log);
  }

  async read(name: string): Promise<StoredEntry | undefined> {
    const path = this.#path(name);
    const bytes = await readOwn(this.#files, path);
    const entry = bytes && entryIn(bytes);
    if (bytes === undefined || entry !== undefined) return entry;
    return this.#locked(path, false, () => this.#current(path)); // somebody may have written it anew since
  }

  async replace(name: string, expected: string | null | undefined, next: StoredEntry | null): Promise<boolean> {
    const path = this.#path(name);
    const done = await this.#locked(path, next === null, async (lock) => {
      // Forgetting whatever is there needs no understanding of it.
      const there = next === null && expected === undefined ? undefined : await this.#current(path);
      if (expected !== undefined && (there?.tag ?? null) !== expected) return false;
      if (next === null) await this.#remove(name);
      else await this.#write(path, next, lock);
      return true;
    });
    if (done && next !== null) await this.#sweeper.after(path);
    return done;
  }

  async names(): Promise<readonly string[]> {
    return (await this.#files.list(this.#directory)).filter((name) => NAME.test(name));
  }

  async lease(name: string, milliseconds: number): Promise<Lease | undefined> {
    const claim = await this.#claims.take(`${this.#path(name)}.lease`, milliseconds);
    if (claim === undefined) return undefined;
    const lease: Lease = {
      remaining: () => claim.remaining(),
      renew: () => claim.renew(),
      release: async () => {
        this.#leases.delete(lease);
        await claim.release();
      },
    };
    this.#leases.add(lease);
    return lease;
  }

  async probe(bytes: number): Promise<void> {
    const { randomBytes } = await import('node:crypto');
    const path = `${this.#directory}/probe.${crypto.randomUUID()}.tmp`;
    await this.#files.create(path, randomBytes(bytes)); // not zeros, which some file systems do not store
    await this.#files.remove(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lease of this.#leases) await lease.release();
  }

  #path(name: string): string {
    if (!NAME.test(name)) fail('internal', 'That is no name of a stored session.');
    return `${this.#directory}/${name}`;
  }

  /** Under the lock of an entry. To remove one it is not needed on a full disk, where nobody can write one either. */
  async #locked<T>(path: string, removing: boolean, work: (lock: Claim | undefined) => Promise<T>): Promise<T> {
    let lock: Claim | undefined;
    try {
      lock = await this.#claims.hold(`${path}.lock`, COMMIT, PATIENCE);
    } catch (error) {
      if (!removing || !isPadlockError(error) || error.code !== 'store_no_space') throw error;
    }
    try {
      return await work(lock);
    } finally {
      await lock?.release();
    }
  }

  /** What is there, under the lock. What cannot be understood is set aside. */
  async #current(path: string): Promise<StoredEntry | undefined> {
    const bytes = await readOwn(this.#files, path);
    const entry = bytes && entryIn(bytes);
    if (bytes !== undefined && entry === undefined) this.#notices.push(await setAside(this.#files, path));
    return entry;
  }

  async #write(path: string, entry: StoredEntry, lock: Claim | undefined): Promise<void> {
    if (lock === undefined) return;
    await this.#files.create(lock.scratch, entryBytes(entry));
    try {
      if (lock.remaining() === 0) fail('store_locked', 'Writing a stored session took too long, so that another process may write it.');
      await this.#files.move(lock.scratch, path);
    } catch (error) {
      await this.#files.remove(lock.scratch);
      throw error;
    }
  }

  async #remove(name: string): Promise<void> {
    await this.#files.remove(this.#path(name));
    for (const aside of asideOf(await this.#files.list(this.#directory), name)) await this.#files.remove(`${this.#directory}/${aside}`);
  }
}
