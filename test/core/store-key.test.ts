/** Where the key of a store is, step by step: places that hold it, are closed, or hold another one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { Claims } from '../../src/core/file-claim.ts';
import { noHost, realClock, silentLog } from '../../src/core/headless.ts';
import { fileKeyPlace, type KeyPlace, type KeyPlaces, knownKey, openKey, removeKey, type StoreWorld } from '../../src/core/store-key.ts';

let directory: string;
let world: StoreWorld;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'padlock-key-'));
  const files = new NodeFiles();
  const claims = new Claims({ files, host: noHost, clock: realClock });
  world = { files, clock: realClock, log: silentLog, claims: async () => claims, directory, notices: [] };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A keyring that does as it is told. */
class Keyring implements KeyPlace {
  readonly keys = new Map<string, Uint8Array>();
  failure: Error | undefined;

  #open(): void {
    if (this.failure !== undefined) throw this.failure;
  }
  async read(id: string): Promise<Uint8Array | undefined> {
    this.#open();
    return this.keys.get(id);
  }
  async keep(id: string, key: Uint8Array): Promise<Uint8Array> {
    this.#open();
    this.keys.set(id, this.keys.get(id) ?? key);
    return this.keys.get(id) ?? key;
  }
  async remove(id: string): Promise<void> {
    this.#open();
    this.keys.delete(id);
  }
}

let keyring: Keyring;
let places: KeyPlaces;
beforeEach(() => {
  keyring = new Keyring();
  places = { keyring: async () => keyring, file: async () => fileKeyPlace(world) };
});
const noKeyring = (): KeyPlaces => ({ ...places, keyring: async () => undefined });
const closed = new PadlockError('keyring_unavailable', { message: 'The keyring is locked.' });
const broken = new TypeError('broken');

const header = (): string => join(directory, 'store.json');
const said = (): Record<string, unknown> => JSON.parse(readFileSync(header(), 'utf8')) as Record<string, unknown>;
const say = (members: object): void => writeFileSync(header(), JSON.stringify({ ...said(), ...members }), { mode: 0o600 });
const listed = (): readonly string[] => readdirSync(directory).sort();

describe('a key', () => {
  test('is made once, in the keyring where there is one', async () => {
    const { key, place } = await openKey(world, places);
    expect([key.length, place, listed()]).toEqual([32, 'keyring', ['store.json']]);
    expect([...keyring.keys]).toEqual([[said().id, key]]);
    expect(await openKey(world, places)).toMatchObject({ key, place: 'keyring' });
    expect(await knownKey(world, places)).toEqual({ key, place: 'keyring' });
    expect(world.notices).toEqual([]);
  });

  test('is in a file where there is none, and says nothing of it', async () => {
    const { key, place } = await openKey(world, noKeyring());
    expect([place, listed(), new Uint8Array(readFileSync(join(directory, 'store.key')))]).toEqual([
      'file',
      ['store.json', 'store.key'],
      new Uint8Array(key),
    ]);
    expect([await knownKey(world, places), world.notices]).toEqual([{ key, place: 'file' }, []]);
  });

  test('is in a file where the keyring is closed, and the user hears of it', async () => {
    keyring.failure = closed;
    expect(await openKey(world, places)).toMatchObject({ place: 'file' });
    expect(world.notices).toEqual([
      {
        code: 'keyring_unavailable',
        message: 'The keyring is locked. The key of the stored sessions is in a file beside them, then.',
      },
    ]);
  });

  test.each([
    ['an error of a store', new PadlockError('store_io', { message: 'No.' })],
    ['something else', broken],
  ])('is nowhere when the keyring fails with %s', async (_, failure) => {
    keyring.failure = failure;
    await expect(openKey(world, places)).rejects.toBe(failure);
    expect(listed()).toEqual([]);
  });

  test('is nowhere where there is no place', async () => {
    const nowhere: KeyPlaces = { keyring: async () => undefined, file: async () => undefined };
    await expect(openKey(world, nowhere)).rejects.toMatchObject({ code: 'store_io' });
    expect(listed()).toEqual([]);
  });

  test('is never asked for before there is one', async () => {
    expect(await knownKey(world, places)).toBeUndefined();
    writeFileSync(header(), 'x', { mode: 0o600 });
    expect(await knownKey(world, places)).toBeUndefined();
    expect([listed(), keyring.keys.size]).toEqual([['store.json'], 0]);
  });
});

describe('a key that is known', () => {
  beforeEach(async () => {
    await openKey(world, places);
  });

  test.each([
    ['is gone', () => keyring.keys.clear(), 'gone'],
    ['is another', () => keyring.keys.set(String(said().id), new Uint8Array(32)), 'another one'],
    [
      'is longer',
      () => keyring.keys.set(String(said().id), new Uint8Array([...(keyring.keys.get(String(said().id)) ?? []), 0])),
      'another one',
    ],
  ])('and %s opens nothing', async (_, change, message) => {
    change();
    for (const opened of [openKey(world, places), knownKey(world, places)])
      await expect(opened).rejects.toMatchObject({
        code: 'store_decrypt',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('logout --all'),
      });
    expect(listed()).toEqual(['store.json']);
  });

  test('is not looked for anywhere else', async () => {
    await expect(openKey(world, noKeyring())).rejects.toMatchObject({
      code: 'keyring_unavailable',
      hint: expect.stringContaining('Unlock'),
    });
    keyring.failure = closed;
    await expect(openKey(world, places)).rejects.toBe(closed);
    expect([listed(), world.notices]).toEqual([['store.json'], []]);
  });

  test('goes when the store is given up, also where its place fails', async () => {
    await removeKey(world, noKeyring());
    expect(keyring.keys.size).toBe(1);
    keyring.failure = closed;
    await removeKey(world, places);
    keyring.failure = broken;
    await expect(removeKey(world, places)).rejects.toBe(broken);
    keyring.failure = undefined;
    await removeKey(world, places);
    expect(keyring.keys.size).toBe(0);
  });

  test('stays when nobody can say which it is', async () => {
    say({ schema: 'padlock/store/2' });
    await removeKey(world, places);
    writeFileSync(header(), 'x', { mode: 0o600 });
    await removeKey(world, places);
    rmSync(header());
    await removeKey(world, places);
    expect(keyring.keys.size).toBe(1);
  });
});

describe('a header', () => {
  test.each<[string, object]>([
    ['no schema', { schema: undefined }],
    ['a schema of something else', { schema: 'padlock/entry/1' }],
    ['a schema with something before it', { schema: 'a padlock/store/1' }],
    ['a schema with something behind it', { schema: 'padlock/store/1.5' }],
    ['a schema without a number', { schema: 'padlock/store/x' }],
    ['version zero', { schema: 'padlock/store/0' }],
    ['no id', { id: undefined }],
    ['an id that is a number', { id: 1 }],
    ['no place', { key: undefined }],
    ['a place that nobody knows', { key: 'cloud' }],
    ['no check', { check: undefined }],
    ['a check that is a number', { check: 1 }],
  ])('with %s is set aside, and another is made', async (_, members) => {
    await openKey(world, noKeyring());
    const before = said();
    say(members);
    expect(await knownKey(world, noKeyring())).toBeUndefined();
    await openKey(world, noKeyring());
    expect(world.notices).toMatchObject([{ code: 'store_corrupt' }]);
    expect(said()).toEqual({ ...before, id: expect.any(String) });
    expect(listed()).toHaveLength(3);
  });

  test.each(['padlock/store/2', 'padlock/store/12'])('with %s is of a newer Padlock', async (schema) => {
    await openKey(world, places);
    say({ schema });
    for (const opened of [openKey(world, places), knownKey(world, places)])
      await expect(opened).rejects.toMatchObject({ code: 'store_version' });
  });

  test('that another made meanwhile is the one', async () => {
    const claims = await world.claims();
    const first = openKey(world, places);
    const waiting: StoreWorld = {
      ...world,
      claims: async () => {
        await first;
        return claims;
      },
    };
    expect(await openKey(waiting, places)).toEqual(expect.objectContaining({ key: (await first).key }));
    expect(keyring.keys.size).toBe(1);
  });
});
