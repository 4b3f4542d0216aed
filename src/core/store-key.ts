/** The key of a file store: made once, kept in one place, and the store's header says in which. */
import { createHmac, randomBytes } from 'node:crypto';
import { fail, isPadlockError } from './errors.ts';
import type { Claims } from './file-claim.ts';
import { newer } from './file-entry.ts';
import { objectOf, parseJson } from './json.ts';
import type { Clock, Files, Log, Notice } from './ports.ts';
import { isOpenToOthers, ownFacts, readOwn } from './private-file.ts';
import { setAside } from './set-aside.ts';

/** Somewhere a key can be kept. */
export interface KeyPlace {
  /** Undefined when it holds none for this store. Throws `keyring_unavailable`, `store_*`. */
  read(id: string): Promise<Uint8Array | undefined>;
  /** Keeps a key unless there is one; resolves with the one that is there then. */
  keep(id: string, key: Uint8Array): Promise<Uint8Array>;
  /** No error when it held none. */
  remove(id: string): Promise<void>;
}

/** What the header calls a place, in the order of preference. */
export const KEY_PLACES = ['keyring', 'file'] as const;
export type KeyPlaceName = (typeof KEY_PLACES)[number];
/** How each place is opened; undefined where there is no such thing. */
export type KeyPlaces = Readonly<Record<KeyPlaceName, () => Promise<KeyPlace | undefined>>>;

const VERSION = 1;
const SCHEMA = /^padlock\/store\/([1-9]\d{0,8})$/;
const KEY_BYTES = 32;
/** Milliseconds. A keyring may ask its user. */
const CREATION = 60_000;
const PATIENCE = 5000;

interface Header {
  /** Of this store, where one place keeps the keys of many. */
  readonly id: string;
  readonly key: KeyPlaceName;
  /** Tells the right key from another, and nothing about it. */
  readonly check: string;
}

export interface StoreKey {
  readonly key: Uint8Array;
  readonly place: KeyPlaceName;
}

/** The directory of a store and what is needed to work in it. */
export interface StoreWorld {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  /** Whoever only reads needs none. */
  readonly claims: () => Promise<Claims>;
  readonly directory: string;
  /** What the user should hear; added to. */
  readonly notices: Notice[];
}

const headerPath = (directory: string): string => `${directory}/store.json`;
const checkOf = (key: Uint8Array): string => createHmac('sha256', key).update('padlock/1 check').digest('base64url').slice(0, 22);

/** Throws `store_decrypt` when the key is gone or another one, `keyring_unavailable`, `store_version`, `store_*`. */
export async function openKey(world: StoreWorld, places: KeyPlaces): Promise<StoreKey> {
  const { directory, files } = world;
  const known = await readHeader(files, directory);
  if (known !== undefined && known !== 'damaged') return keyOf(known, places);
  const lock = await (await world.claims()).hold(`${directory}/store.lock`, CREATION, PATIENCE);
  try {
    const header = await readHeader(files, directory);
    if (header !== undefined && header !== 'damaged') return await keyOf(header, places);
    if (header === 'damaged') world.notices.push(await setAside(files, headerPath(directory), world.clock.now()));
    const made = await makeKey(world, places);
    const { key, place, id } = made;
    await files.create(lock.scratch, JSON.stringify({ schema: `padlock/store/${VERSION}`, id, key: place, check: checkOf(key) }));
    await files.move(lock.scratch, headerPath(directory));
    return made;
  } finally {
    await lock.release();
  }
}

/** The key of a store that is there; undefined where none was made yet, or what says where it is is damaged. Throws as {@link openKey} does. */
export async function knownKey({ directory, files }: StoreWorld, places: KeyPlaces): Promise<StoreKey | undefined> {
  const header = await readHeader(files, directory);
  return header === undefined || header === 'damaged' ? undefined : keyOf(header, places);
}

/** Forgets where the key is, and the key. For a store that is given up. */
export async function removeKey(world: StoreWorld, places: KeyPlaces): Promise<void> {
  const header = await readHeader(world.files, world.directory).catch(passOver);
  if (header === undefined || header === 'damaged') return;
  await (await places[header.key]())?.remove(header.id).catch(passOver);
}

/** What cannot be read cannot be kept either: the files go in any case. */
function passOver(error: unknown): undefined {
  if (!isPadlockError(error)) throw error;
}

async function makeKey({ notices }: StoreWorld, places: KeyPlaces): Promise<StoreKey & { readonly id: string }> {
  const id = crypto.randomUUID();
  for (const name of KEY_PLACES) {
    try {
      const place = await places[name]();
      if (place !== undefined) return { id, place: name, key: await place.keep(id, randomBytes(KEY_BYTES)) };
    } catch (error) {
      if (!isPadlockError(error) || error.code !== 'keyring_unavailable') throw error;
      notices.push({
        code: 'keyring_unavailable',
        message: `${error.message} The key of the stored sessions is in a file beside them, then.`,
      });
    }
  }
  fail('store_io', 'There is no place to keep the key of the sessions in.');
}

async function keyOf({ id, key: name, check }: Header, places: KeyPlaces): Promise<StoreKey> {
  const place = await places[name]();
  if (place === undefined)
    fail('keyring_unavailable', 'The key of the stored sessions is in the system keyring, which cannot be reached.', {
      hint: 'Unlock the keyring, or sign in with another --store.',
    });
  const key = await place.read(id);
  if (key === undefined) fail('store_decrypt', 'The key of the stored sessions is gone.', { hint: FORGET });
  if (key.length !== KEY_BYTES || checkOf(key) !== check)
    fail('store_decrypt', 'The key of the stored sessions is another one than they were sealed with.', { hint: FORGET });
  return { key, place: name };
}

const FORGET = 'padlock logout --all forgets them; then sign in again.';

async function readHeader(files: Files, directory: string): Promise<Header | 'damaged' | undefined> {
  const bytes = await readOwn(files, headerPath(directory));
  if (bytes === undefined) return undefined;
  let schema: unknown;
  let members: { readonly [name: string]: unknown };
  try {
    members = objectOf(parseJson(bytes));
    schema = members.schema;
  } catch {
    return 'damaged'; // whatever it is, it is no header
  }
  const version = Number(SCHEMA.exec(String(schema))?.[1]);
  if (version > VERSION) newer();
  const { id, key, check } = members;
  const place = KEY_PLACES.find((name) => name === key);
  return version === VERSION && typeof id === 'string' && place !== undefined && typeof check === 'string'
    ? { id, key: place, check }
    : 'damaged';
}

/** A key in a file beside the store: keeps sessions out of backups of single files and from a passing look, not from this account's programs. */
export function fileKeyPlace({ clock, directory, files, notices }: StoreWorld): KeyPlace {
  const path = `${directory}/store.key`;
  const read = async (): Promise<Uint8Array | undefined> => {
    const facts = await ownFacts(files, path, 'file');
    if (facts === undefined) return undefined;
    if (isOpenToOthers(facts)) await files.restrict(path);
    const bytes = await files.read(path);
    return bytes?.length === 0 ? undefined : bytes;
  };
  return {
    read,
    async keep(_id, key) {
      const there = await read();
      if (there?.length === KEY_BYTES) return there; // of one who was killed before the header was written, or whose header was lost
      if (await files.facts(path)) notices.push(await setAside(files, path, clock.now()));
      if (await files.create(path, key)) return key;
      return (await read()) ?? key;
    },
    remove: () => files.remove(path),
  };
}
