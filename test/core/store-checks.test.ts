/** The contract checks of a store, on stores that break the contract one way each. */
import { describe, expect, test } from '@jest/globals';
import { checkStrategy } from '../../src/core/contract-checks.ts';
import type { Store, StoreHost } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { realClock } from '../../src/core/headless.ts';
import type { Lease, SessionStore, StoredEntry } from '../../src/core/store.ts';
import { memory } from '../../src/strategies/stores/memory.ts';

type Change = (store: SessionStore) => Partial<SessionStore>;
type Replace = SessionStore['replace'];

function withChange(store: SessionStore, change: Change): SessionStore {
  const { key, keyPlace, notices } = store;
  const methods = {
    read: store.read.bind(store),
    replace: store.replace.bind(store),
    names: store.names.bind(store),
    lease: store.lease.bind(store),
    probe: store.probe.bind(store),
    [Symbol.asyncDispose]: store[Symbol.asyncDispose].bind(store),
  };
  return { key, keyPlace, notices, ...methods, ...change(methods as SessionStore) };
}

/** A store in memory with something else in it. */
const changed = (change: Change, more: Partial<Store> = {}): Store => ({
  kind: 'store',
  name: 'changed',
  summary: 'a store that a test changed',
  reach: 'process',
  open: async (values, host) => withChange(await memory.open(values, host), change),
  ...more,
});

async function reports(store: Store) {
  const all = [];
  for await (const { detail, name, verdict } of checkStrategy(store)) all.push({ name, verdict, detail });
  return all;
}
const failures = async (store: Store): Promise<string> =>
  (await reports(store))
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ detail, name }) => `${name}: ${detail}`)
    .join('\n');

const entry = (text: string): StoredEntry => ({ tag: `tag-${text}`, data: new TextEncoder().encode(text) });
const leasing =
  (change: (lease: Lease) => Partial<Lease>): Change =>
  ({ lease }) => ({
    lease: async (name, milliseconds) => {
      const taken = await lease(name, milliseconds);
      return taken && { remaining: () => taken.remaining(), renew: () => taken.renew(), release: () => taken.release(), ...change(taken) };
    },
  });
const writing =
  (replace: (own: Replace, ...call: Parameters<Replace>) => Promise<boolean>): Change =>
  ({ replace: own }) => ({ replace: (...call) => replace(own, ...call) });
const reading =
  (read: (found: StoredEntry | undefined) => StoredEntry | undefined): Change =>
  ({ read: own }) => ({ read: async (name) => read(await own(name)) });

test('one that keeps the contract passes, and is left as it was found', async () => {
  let disposed = 0;
  const left: string[] = [];
  const store = changed((own) => ({
    [Symbol.asyncDispose]: async () => {
      disposed++;
      left.push(...(await own.names()));
    },
  }));
  expect((await reports(store)).map(({ verdict }) => verdict)).toEqual(Array(8).fill('pass'));
  expect([disposed, left]).toEqual([8, []]); // seven checks, of which one opens it twice
});

describe('one is refused that', () => {
  test.each<[string, Change]>([
    ['key of 32 bytes: its key has 16 bytes', () => ({ key: new Uint8Array(16) })],
    ['it had an entry that nobody wrote', reading((found) => found ?? entry('x'))],
    ['the first write was refused', writing(async () => false)],
    ['it returned something else than was written', reading((found) => found && { ...found, data: found.data.subarray(1) })],
    ['it does not list what it keeps', () => ({ names: async () => [] })],
    ['removing was refused', writing(async (own, name, expected, next) => next !== null && own(name, expected, next))],
    ['it kept what was removed', writing(async (own, name, expected, next) => (next === null ? true : own(name, expected, next)))],
    ['it did not keep an entry of 256 KiB as it was', reading((found) => found && { ...found, data: found.data.subarray(0, 200_000) })],
    [
      'it did not keep an entry of 256 KiB as it was',
      reading(
        (found) =>
          found &&
          (found.data.length < 100_000 ? found : { ...found, data: found.data.map((byte, at) => (at === 250_000 ? byte ^ 1 : byte)) }),
      ),
    ],
    [
      'it did not keep an entry of 256 KiB as it was',
      reading((found) => found && (found.data.length < 100_000 ? found : { ...found, data: Uint8Array.from([...found.data, 0]) })),
    ],
    ['it did not keep an entry of 256 KiB as it was', reading((found) => found && { ...found, tag: found.tag.replaceAll('"', '') })],
    ['it did not keep an entry of 256 KiB as it was', reading((found) => (found && found.data.length > 100_000 ? undefined : found))],
    [
      'it did not keep an entry without bytes',
      reading((found) => found && { ...found, data: found.data.length === 0 ? Uint8Array.of(0) : found.data }),
    ],
    [
      'it did not keep an entry without bytes',
      reading((found) => found && { ...found, tag: found.data.length === 0 ? 'another' : found.tag }),
    ],
    ['it did not keep an entry without bytes', reading((found) => (found?.data.length === 0 ? undefined : found))],
    [
      'removing one entry removed another',
      ({ names, replace }) => ({
        replace: async (name, expected, next) => {
          if (next === null) for (const each of await names()) await replace(each, undefined, null);
          return next === null ? true : replace(name, expected, next);
        },
      }),
    ],
    ['it lists what was removed', ({ names }) => ({ names: async () => ['contract-checks', ...(await names())] })],
    ['opened again it has the same key', () => ({ key: new Uint8Array(32) })],
    ['tells before a write whether there is room', () => ({ probe: () => Promise.reject(new TypeError('no')) })],
    ['it overwrote an entry that the writer thought absent', writing((own, name, _, next) => own(name, undefined, next))],
    [
      'it overwrote another entry than the writer read',
      writing((own, name, expected, next) => own(name, expected === null ? null : undefined, next)),
    ],
    [
      'a refused write changed the entry',
      writing(async (own, name, expected, next) => (await own(name, expected, next)) || ((await own(name, undefined, next)) && false)),
    ],
    [
      'not exactly one of eight writers at once succeeded',
      writing(async (own, name, expected, next) => (expected === 'tag-one' ? true : own(name, expected, next))),
    ],
    [
      'not exactly one of eight writers at once succeeded',
      writing(async (own, name, expected, next) => (expected === 'tag-one' ? false : own(name, expected, next))),
    ],
    ['not exactly one of eight got the lease', () => ({ lease: async () => undefined })],
    [
      'not exactly one of eight got the lease',
      () => ({ lease: async () => ({ remaining: () => 1, renew: async () => true, release: async () => {} }) }),
    ],
    ['it could not be renewed by its holder', leasing(() => ({ renew: async () => false }))],
    ['it could not be renewed by its holder', leasing(() => ({ remaining: () => 0 }))],
    ['it could not be taken after its release', leasing(() => ({ release: async () => {} }))],
    ['the lease of one name keeps another from being leased', ({ lease }) => ({ lease: (_, milliseconds) => lease('one', milliseconds) })],
    ['it was renewed after its release', leasing(() => ({ renew: async () => true }))],
    ['it was renewed after its release', leasing(() => ({ remaining: () => 1 }))],
  ])('%s', async (fault, change) => {
    expect(await failures(changed(change))).toContain(fault);
  });

  const key = new Uint8Array(32).fill(7);
  test.each<[string, Partial<Store>, Change]>([
    ['opened again it has another key', { reach: 'machine' }, () => ({})],
    ['opened again it is empty', { reach: 'machine' }, () => ({ key })],
    [
      'a lease holds further or less far than the store says',
      {},
      (() => {
        let held = 0;
        return () => ({
          lease: async () => (held++ === 0 ? { remaining: () => 1, renew: async () => true, release: async () => {} } : undefined),
        });
      })(),
    ],
  ])('%s', async (fault, more, change) => {
    expect(await failures(changed(change, more))).toContain(fault);
  });

  test('shares what it says it does not', async () => {
    const one = memory.open({}, { clock: realClock } as StoreHost);
    const apart: Change = () => ({ key: crypto.getRandomValues(new Uint8Array(32)), [Symbol.asyncDispose]: async () => {} });
    const store = changed(apart, { open: async () => withChange(await one, apart) });
    expect(await failures(store)).toContain('opened again it is not empty');
  });

  test('fails in a way of its own where it cannot be opened', async () => {
    const failing = (error: unknown): Store => changed(() => ({}), { open: () => Promise.reject(error) });
    expect(await failures(failing(new TypeError('no')))).toContain('an unusable place ended in TypeError: no');
    const skipped = await reports(failing(new PadlockError('store_io', { message: 'There is no disk.' })));
    expect(skipped.slice(1)).toEqual(
      skipped.slice(1).map(({ name }) => ({ name, verdict: 'skipped', detail: 'it cannot be opened here' })),
    );
    expect(skipped).toHaveLength(8);
  });
});
