import type { Store, StoreHost } from '../contracts.ts';
import { PadlockError } from '../errors.ts';
import { noHost, realClock, silentLog } from '../headless.ts';
import type { SessionStore, StoredEntry } from '../store.ts';
import { type Check, must, refusal, settled, skip } from './check.ts';

/** A world without a disk; what cannot be opened there is skipped. */
const headless: StoreHost = {
  files: undefined,
  host: noHost,
  clock: realClock,
  log: silentLog,
  fail(code, about): never {
    throw new PadlockError(code, about);
  },
};

const entry = (text: string): StoredEntry => ({ tag: `tag-${text}`, data: new TextEncoder().encode(text) });
const textOf = (found: StoredEntry | undefined): string | undefined => found && new TextDecoder().decode(found.data);
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);
const NAME = 'contract-checks';
const OTHER = 'contract-checks-too';
/** Bytes. */
const LARGEST = 256 * 1024;

type Open = (store: Store, run: (sessions: SessionStore, again: () => Promise<SessionStore>) => Promise<void>) => Promise<void>;

/** Runs with an open store, and the means to open it again as another process would; skips where it cannot be opened here. */
const openedIn =
  (host: StoreHost): Open =>
  async (store, run) => {
    const end = await settled(() => store.open({}, host));
    if ('error' in end) {
      await refusal(() => Promise.reject(end.error), 'an unusable place');
      return skip('it cannot be opened here');
    }
    const open = [end.value];
    const again = async (): Promise<SessionStore> => {
      const other = await store.open({}, host);
      open.push(other);
      return other;
    };
    try {
      await run(end.value, again);
    } finally {
      for (const sessions of open) {
        for (const name of [NAME, OTHER]) await sessions.replace(name, undefined, null);
        await sessions[Symbol.asyncDispose]();
      }
    }
  };

/** A store keeps what it is given, writes only over what was read, and gives a lease to one at a time. */
export const storeChecks = (given: Partial<StoreHost> = {}): readonly Check<Store>[] => checksWith(openedIn({ ...headless, ...given }));

const checksWith = (opened: Open): readonly Check<Store>[] => [
  {
    name: 'has a key of 32 bytes',
    run: (store) => opened(store, async ({ key }) => must(key.length === 32, `its key has ${key.length} bytes`)),
  },
  {
    name: 'keeps an entry byte for byte, until it is removed',
    run: (store) =>
      opened(store, async (sessions) => {
        must((await sessions.read(NAME)) === undefined, 'it had an entry that nobody wrote');
        must(await sessions.replace(NAME, null, entry('\0one\uffff')), 'the first write was refused');
        must(textOf(await sessions.read(NAME)) === '\0one\uffff', 'it returned something else than was written');
        must((await sessions.names()).includes(NAME), 'it does not list what it keeps');
        must(await sessions.replace(NAME, undefined, null), 'removing was refused');
        must((await sessions.read(NAME)) === undefined, 'it kept what was removed');
      }),
  },
  {
    name: 'keeps entries of any size apart',
    run: (store) =>
      opened(store, async (sessions) => {
        const large = { tag: 'a tag of "any" \ue000 characters', data: crypto.getRandomValues(new Uint8Array(LARGEST / 4)) };
        const largest = { ...large, data: new Uint8Array(LARGEST).map((_, at) => (large.data[at % large.data.length] ?? 0) ^ (at >> 16)) };
        await sessions.replace(NAME, undefined, largest);
        await sessions.replace(OTHER, undefined, { tag: 'none', data: new Uint8Array() });
        const [first, second] = [await sessions.read(NAME), await sessions.read(OTHER)];
        must(first?.tag === largest.tag && sameBytes(first.data, largest.data), 'it did not keep an entry of 256 KiB as it was');
        must(second?.tag === 'none' && second.data.length === 0, 'it did not keep an entry without bytes');
        await sessions.replace(NAME, largest.tag, null);
        must((await sessions.read(OTHER)) !== undefined, 'removing one entry removed another');
        must(!(await sessions.names()).includes(NAME), 'it lists what was removed');
      }),
  },
  {
    name: 'shares what it keeps as far as it says',
    run: (store) =>
      opened(store, async (sessions, again) => {
        await sessions.replace(NAME, null, entry('one'));
        const lease = await sessions.lease(NAME, 5000);
        const other = await again();
        const isShared = store.reach !== 'process';
        must(
          sameBytes(sessions.key, other.key) === isShared,
          isShared ? 'opened again it has another key' : 'opened again it has the same key',
        );
        must(((await other.read(NAME)) !== undefined) === isShared, isShared ? 'opened again it is empty' : 'opened again it is not empty');
        must(((await other.lease(NAME, 5000)) === undefined) === isShared, 'a lease holds further or less far than the store says');
        await lease?.release();
      }),
  },
  {
    name: 'tells before a write whether there is room',
    run: (store) => opened(store, (sessions) => sessions.probe(LARGEST)),
  },
  {
    name: 'writes only over what the writer read',
    run: (store) =>
      opened(store, async (sessions) => {
        await sessions.replace(NAME, null, entry('one'));
        must(!(await sessions.replace(NAME, null, entry('two'))), 'it overwrote an entry that the writer thought absent');
        must(!(await sessions.replace(NAME, 'another', entry('two'))), 'it overwrote another entry than the writer read');
        must(textOf(await sessions.read(NAME)) === 'one', 'a refused write changed the entry');
        const writes = Array.from({ length: 8 }, (_, at) => sessions.replace(NAME, 'tag-one', entry(`new-${at}`)));
        must((await Promise.all(writes)).filter(Boolean).length === 1, 'not exactly one of eight writers at once succeeded');
      }),
  },
  {
    name: 'gives a lease to one at a time',
    run: (store) =>
      opened(store, async (sessions) => {
        const leases = await Promise.all(Array.from({ length: 8 }, () => sessions.lease(NAME, 5000)));
        const [held, second] = leases.filter((lease) => lease !== undefined);
        must(held !== undefined && second === undefined, 'not exactly one of eight got the lease');
        must(held.remaining() > 0 && (await held.renew()), 'it could not be renewed by its holder');
        await held.release();
        const again = await sessions.lease(NAME, 5000);
        must(again !== undefined, 'it could not be taken after its release');
        const other = await sessions.lease(OTHER, 5000);
        must(other !== undefined, 'the lease of one name keeps another from being leased');
        await other.release();
        must(!(await held.renew()) && held.remaining() === 0, 'it was renewed after its release');
        await again.release();
      }),
  },
];
