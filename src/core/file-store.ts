/** Sessions in files of one directory: a sealed file per entry, replaced in one step, under locks that outlive no process. */
import { ClaimedLeases } from './claimed-leases.ts';
import type { StoreHost } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import type { Claim } from './file-claim.ts';
import { entryBytes, entryIn } from './file-entry.ts';
import { once } from './once.ts';
import type { Notice } from './ports.ts';
import { isOpenToOthers, ownFacts, readOwn } from './private-file.ts';
import { asideOf, originalName, setAside } from './set-aside.ts';
import type { Lease, SessionStore, StoredEntry } from './store.ts';
import { fileKeyPlace, type KeyPlaces, openKey, removeKey, type StoreKey, type StoreWorld } from './store-key.ts';

/** Milliseconds: how long a write may take, and how long others wait for it. */
const COMMIT = 3000;
const PATIENCE = 5000;
const TRIES = 3;
const NAME = /^[\w-]{1,128}$/;
/** What somebody was writing who was killed, or will find that it is gone: behind the name of the entry. */
const SCRATCH = /^\.lock\.[\w-]+\.tmp$/;

const NO_PLACE = 'There is no directory of your own to keep sessions in: HOME is not set.';
const WITHOUT = 'Use --no-store, or --store memory.';

/** Why nothing can be kept here, if so. */
export const noPlace = ({ files, host }: StoreHost): string | undefined =>
  files === undefined || host.directories === undefined ? NO_PLACE : undefined;

/** Throws `store_io` where there is no place for files. */
export function worldOf({ files, host, clock, log }: StoreHost): StoreWorld {
  if (files === undefined || host.directories === undefined) fail('store_io', NO_PLACE, { hint: WITHOUT });
  const claims = once(async () => new (await import('./file-claim.ts')).Claims({ files, host, clock }));
  return { files, clock, log, claims, directory: `${host.directories.state}/sessions`, notices: [] };
}

/** Where the key of a store may be kept. */
export const placesOf = (world: StoreWorld, host: StoreHost): KeyPlaces => ({
  keyring: async () => (await import('./keyring-place.ts')).keyringKeyPlace(host),
  file: async () => fileKeyPlace(world),
});

/** Opens the store of this account, and makes it where there is none yet. */
export async function openFileStore(host: StoreHost): Promise<SessionStore> {
  const world = worldOf(host);
  const { directory, files, notices } = world;
  const facts = await ownFacts(files, directory, 'directory');
  if (facts !== undefined && isOpenToOthers(facts)) {
    await files.restrict(directory);
    notices.push({
      code: 'store_permissions',
      message: 'The directory of the stored sessions was open to other users; it is private now.',
    });
  }
  return new FileStore(world, await openKey(world, placesOf(world, host)));
}

/** Removes everything, also what cannot be opened. */
export async function eraseFileStore(host: StoreHost): Promise<void> {
  const world = worldOf(host);
  const { directory, files } = world;
  if ((await ownFacts(files, directory, 'directory')) === undefined) return;
  await removeKey(world, placesOf(world, host)); // first: what is left without it says nothing to anybody
  for (const name of await files.list(directory)) await files.remove(`${directory}/${name}`);
}

class FileStore implements SessionStore {
  readonly key: Uint8Array;
  readonly keyPlace: string;
  readonly notices: readonly Notice[];
  readonly #world: StoreWorld;
  readonly #leases: ClaimedLeases;

  constructor(world: StoreWorld, { key, place }: StoreKey) {
    this.key = key;
    this.keyPlace = place;
    this.notices = world.notices;
    this.#world = world;
    this.#leases = new ClaimedLeases(world.claims);
  }

  async read(name: string): Promise<StoredEntry | undefined> {
    const path = this.#path(name);
    const bytes = await readOwn(this.#world.files, path);
    const entry = bytes && entryIn(bytes);
    if (bytes === undefined || entry !== undefined) return entry;
    return this.#locked(path, false, () => this.#current(path)); // somebody may have written it anew since
  }

  async replace(name: string, expected: string | null | undefined, next: StoredEntry | null): Promise<boolean> {
    const path = this.#path(name);
    for (let tries = 0; tries < TRIES; tries++) {
      const done = await this.#locked(path, next === null, async (lock) => {
        // Forgetting whatever is there needs no understanding of it.
        const there = next === null && expected === undefined ? undefined : await this.#current(path);
        if (expected !== undefined && (there?.tag ?? null) !== expected) return false;
        return next === null ? this.#remove(name) : this.#write(path, next, lock);
      });
      if (done === 'late') continue;
      if (done && next !== null) await (await import('./file-sweep.ts')).sweepAfter(this.#world, path);
      return done;
    }
    fail('store_locked', 'Writing a stored session takes too long, again and again.', { hint: 'Is the disk overloaded?' });
  }

  async names(): Promise<readonly string[]> {
    const there = (await this.#world.files.list(this.#world.directory)).map(originalName); // what was set aside can be removed by its name
    return [...new Set(there)].filter((name) => NAME.test(name));
  }

  async lease(name: string, milliseconds: number): Promise<Lease | undefined> {
    return this.#leases.take(`${this.#path(name)}.lease`, milliseconds);
  }

  async probe(bytes: number): Promise<void> {
    const { randomBytes } = await import('node:crypto');
    const path = `${this.#world.directory}/probe.${crypto.randomUUID()}.tmp`;
    await this.#world.files.create(path, randomBytes(bytes)); // not zeros, which some file systems do not store
    await this.#world.files.remove(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leases[Symbol.asyncDispose]();
  }

  #path(name: string): string {
    if (!NAME.test(name)) fail('internal', 'That is no name of a stored session.');
    return `${this.#world.directory}/${name}`;
  }

  /** Under the lock of an entry. To remove one it is not needed on a full disk, where nobody can write one either. */
  async #locked<T>(path: string, removing: boolean, work: (lock: Claim | undefined) => Promise<T>): Promise<T> {
    let lock: Claim | undefined;
    try {
      lock = await (await this.#world.claims()).hold(`${path}.lock`, COMMIT, PATIENCE);
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
    const bytes = await readOwn(this.#world.files, path);
    const entry = bytes && entryIn(bytes);
    if (bytes !== undefined && entry === undefined)
      this.#world.notices.push(await setAside(this.#world.files, path, this.#world.clock.now()));
    return entry;
  }

  /** `late` when the machine slept or the disk took so long that another process may be writing by now. */
  async #write(path: string, entry: StoredEntry, lock: Claim | undefined): Promise<true | 'late'> {
    const { files } = this.#world;
    if (lock === undefined) return 'late';
    await files.create(lock.scratch, entryBytes(entry));
    try {
      if (lock.remaining() > 0 && (await files.move(lock.scratch, path))) return true;
      await files.remove(lock.scratch);
      return 'late';
    } catch (error) {
      await files.remove(lock.scratch);
      throw error;
    }
  }

  async #remove(name: string): Promise<true> {
    const { directory, files } = this.#world;
    await files.remove(this.#path(name));
    const there = await files.list(directory);
    const half = there.filter((each) => each.startsWith(`${name}.lock.`) && SCRATCH.test(each.slice(name.length)));
    for (const each of [...asideOf(there, name), ...half]) await files.remove(`${directory}/${each}`);
    return true;
  }
}
