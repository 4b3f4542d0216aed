/** Sessions as items of the system's keyring. Files only keep two processes apart: the locks are those of the file store. */
import { createHash, randomBytes } from 'node:crypto';
import { ClaimedLeases } from './claimed-leases.ts';
import type { StoreHost } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { type Claim, Claims } from './file-claim.ts';
import { entryBytes, entryIn } from './file-entry.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import type { Files, Notice } from './ports.ts';
import type { Lease, SessionStore, StoredEntry } from './store.ts';

/** Milliseconds: how long a write may take, and how long others wait for it. A keyring may take its time. */
const COMMIT = 20_000;
const PATIENCE = 10_000;
const KEY_BYTES = 32;

interface Place {
  readonly files: Files;
  readonly keyring: Keyring;
  readonly claims: () => Promise<Claims>;
  readonly directory: string;
  /** Stands for the directory in the keyring: who has other locks has other items. */
  readonly scope: string;
}

/** Throws `keyring_unavailable`, and `store_io` where there is no place for locks. */
export async function placeOf({ files, host, clock, log }: StoreHost): Promise<Place> {
  if (files === undefined || host.directories === undefined)
    fail('store_io', 'There is no directory of your own to keep locks in: HOME is not set.', {
      hint: 'Use --no-store, or --store memory.',
    });
  const keyring = await openKeyring({ host, log });
  if (keyring === undefined)
    fail('keyring_unavailable', 'There is no system keyring here, or it cannot be reached.', {
      hint: 'Use --store file. On Linux a keyring needs a D-Bus session and a Secret Service such as gnome-keyring.',
    });
  const claims = new Claims({ files, host, clock });
  const directory = `${host.directories.state}/keyring`;
  const scope = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return { files, keyring, claims: async () => claims, directory, scope };
}

const holding = async <T>({ claims, directory }: Place, work: (lock: Claim) => Promise<T>): Promise<T> => {
  const lock = await (await claims()).hold(`${directory}/store.lock`, COMMIT, PATIENCE);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
};
/** The item with the store's own key. */
export const keyAccount = ({ scope }: Place): string => `${scope}/key`;
const indexAccount = ({ scope }: Place): string => `${scope}/index`;
const entryAccount = ({ scope }: Place, name: string): string => `${scope}/entry/${name}`;

/** Why nothing can be kept here, if so. */
export async function noKeyring(host: StoreHost): Promise<string | undefined> {
  return (await openKeyring(host)) === undefined ? 'There is no system keyring here.' : undefined;
}

/** Opens the store of this account, and makes its key where there is none yet. */
export async function openKeyringStore(host: StoreHost): Promise<SessionStore> {
  const place = await placeOf(host);
  const { keyring } = place;
  const known = async (): Promise<Uint8Array | undefined> => keyring.get(keyAccount(place));
  const made = async (): Promise<Uint8Array> => {
    const key = (await known()) ?? randomBytes(KEY_BYTES);
    await keyring.set(keyAccount(place), key);
    return key;
  };
  const key = (await known()) ?? (await holding(place, made));
  if (key.length !== KEY_BYTES) fail('store_decrypt', 'The key of the sessions in the system keyring is none.', { hint: FORGET });
  return new KeyringStore(place, key);
}

const FORGET = 'padlock logout --all forgets them; then sign in again.';

/** Removes everything, also what cannot be opened. */
export async function eraseKeyringStore(host: StoreHost): Promise<void> {
  const place = await placeOf(host);
  await holding(place, async () => {
    for (const name of await namesIn(place).catch(passOver)) await place.keyring.delete(entryAccount(place, name));
    for (const account of [indexAccount(place), keyAccount(place)]) await place.keyring.delete(account);
  });
}

/** An index that is damaged names nothing. */
function passOver(error: unknown): readonly string[] {
  if (!isPadlockError(error) || error.code !== 'store_corrupt') throw error;
  return [];
}

/** Every entry has its name in there; after a process was killed there may be a name without an entry. */
async function namesIn(place: Place): Promise<readonly string[]> {
  const bytes = await place.keyring.get(indexAccount(place));
  return bytes === undefined ? [] : new TextDecoder().decode(bytes).split('\n');
}

async function writeNames(place: Place, names: readonly string[]): Promise<void> {
  if (names.length === 0) await place.keyring.delete(indexAccount(place));
  else await place.keyring.set(indexAccount(place), new TextEncoder().encode(names.join('\n')));
}

class KeyringStore implements SessionStore {
  readonly key: Uint8Array;
  readonly keyPlace = 'keyring';
  readonly notices: Notice[] = [];
  readonly #place: Place;
  readonly #leases: ClaimedLeases;

  constructor(place: Place, key: Uint8Array) {
    this.#place = place;
    this.key = key;
    this.#leases = new ClaimedLeases(place.claims);
  }

  async read(name: string): Promise<StoredEntry | undefined> {
    const bytes = await this.#place.keyring.get(entryAccount(this.#place, name));
    const entry = bytes && entryIn(bytes);
    if (bytes !== undefined && entry === undefined)
      this.notices.push({ code: 'store_corrupt', message: 'A stored session in the system keyring is damaged, and was passed over.' });
    return entry;
  }

  replace(name: string, expected: string | null | undefined, next: StoredEntry | null): Promise<boolean> {
    const place = this.#place;
    return holding(place, async (lock) => {
      if (expected !== undefined && ((await this.read(name))?.tag ?? null) !== expected) return false;
      const names = await namesIn(place);
      if (next !== null && !names.includes(name)) await writeNames(place, [...names, name]);
      if (lock.remaining() === 0) fail('store_locked', 'The system keyring took too long, so that another process may write the session.');
      if (next === null) await place.keyring.delete(entryAccount(place, name));
      else await place.keyring.set(entryAccount(place, name), entryBytes(next));
      if (next === null && names.includes(name))
        await writeNames(
          place,
          names.filter((each) => each !== name),
        );
      return true;
    });
  }

  names(): Promise<readonly string[]> {
    return namesIn(this.#place);
  }

  async lease(name: string, milliseconds: number): Promise<Lease | undefined> {
    return this.#leases.take(`${this.#place.directory}/${name}.lease`, milliseconds);
  }

  async probe(bytes: number): Promise<void> {
    const { keyring, scope } = this.#place;
    await keyring.set(`${scope}/probe`, randomBytes(bytes));
    await keyring.delete(`${scope}/probe`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leases[Symbol.asyncDispose]();
  }
}
