import type { Store, StoreHost } from '../contracts.ts';
import { PadlockError } from '../errors.ts';
import { noHost, realClock, silentLog } from '../headless.ts';
import type { SessionStore, StoredEntry } from '../store.ts';
import { type Check, must, refusal, settled, skip } from './check.ts';

const host: StoreHost = {
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
const NAME = 'contract-checks';

/** Runs with an open store, or skips where this one cannot be opened without a disk, a server or a keyring. */
async function opened(store: Store, run: (sessions: SessionStore) => Promise<void>): Promise<void> {
  const end = await settled(() => store.open({}, host));
  if ('error' in end) {
    await refusal(() => Promise.reject(end.error), 'an unusable place');
    return skip('it cannot be opened here');
  }
  const sessions = end.value;
  try {
    await run(sessions);
  } finally {
    await sessions.replace(NAME, undefined, null);
    await sessions[Symbol.asyncDispose]();
  }
}

/** A store keeps what it is given, writes only over what was read, and gives a lease to one at a time. */
export const storeChecks: readonly Check<Store>[] = [
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
        must(!(await held.renew()) && held.remaining() === 0, 'it was renewed after its release');
        await again.release();
      }),
  },
];
