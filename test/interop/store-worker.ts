/** One of many processes that share a store: told by its environment what to do, and answers on standard output. */
import { NodeFiles } from '../../src/cli/node-files.ts';
import { nodeHost } from '../../src/cli/node-host.ts';
import type { StoreHost, Values } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { realClock, silentLog } from '../../src/core/headless.ts';
import { openKeyringStore } from '../../src/core/keyring-store.ts';
import type { SessionStore } from '../../src/core/store.ts';
import { redis } from '../../src/strategies/stores/redis.ts';

const host: StoreHost = {
  files: new NodeFiles(),
  host: nodeHost(process.env),
  clock: realClock,
  log: silentLog,
  fail(code, about): never {
    throw new PadlockError(code, about);
  },
};
const { TASK = '', VALUES, TIMES = '1' } = process.env;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Adds one to the number in an entry, as often as it is told; never over what somebody else wrote meanwhile. */
async function count(store: SessionStore): Promise<void> {
  for (let done = 0; done < Number(TIMES); ) {
    const read = await store.read('counter');
    const next = Number(new TextDecoder().decode(read?.data ?? bytes('0'))) + 1;
    if (await store.replace('counter', read?.tag ?? null, { tag: crypto.randomUUID(), data: bytes(String(next)) })) done++;
  }
}

/** Holds the lease as often as it is told, and sees that nobody else does meanwhile. */
async function take(store: SessionStore): Promise<void> {
  for (let done = 0; done < Number(TIMES); ) {
    const lease = await store.lease('turn', 2000);
    if (lease === undefined) {
      await realClock.sleep(Math.random() * 10);
      continue;
    }
    if (!(await store.replace('inside', null, { tag: crypto.randomUUID(), data: bytes('me') })))
      throw new Error('Somebody else holds it too.');
    if (!(await lease.renew())) throw new Error('It was lost.');
    await store.replace('inside', undefined, null);
    await lease.release();
    done++;
  }
}

/** Takes a lease for a second and keeps it until it is killed. */
async function hold(store: SessionStore): Promise<void> {
  if ((await store.lease('turn', 1000)) === undefined) throw new Error('Somebody else holds it.');
  process.stdout.write('held\n');
  await realClock.sleep(60_000);
}

const tasks: Readonly<Record<string, (store: SessionStore) => Promise<void>>> = { count, take, hold, open: async () => {} };
// Not closed at the end: an open connection must not keep a process alive.
const opening = VALUES === undefined ? openKeyringStore(host) : redis.open(JSON.parse(VALUES) as Values, host);
opening.then(
  async (store) => {
    await tasks[TASK]?.(store);
    process.stdout.write('done\n');
  },
  (error: { code?: string }) => {
    process.stdout.write(`${error.code}\n`);
    process.exitCode = 1;
  },
);
