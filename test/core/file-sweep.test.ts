/** What is collected from a store's directory, and when: a disk in memory, and a time that is set. */
import { expect, test } from '@jest/globals';
import { PadlockError } from '../../src/core/errors.ts';
import { sweepAfter } from '../../src/core/file-sweep.ts';
import { realClock } from '../../src/core/headless.ts';
import type { FileFacts, Files } from '../../src/core/ports.ts';
import type { StoreWorld } from '../../src/core/store-key.ts';

const MINUTE = 60_000;
const WRITTEN = 1_000 * MINUTE;
const ENTRY = '/store/entry';

/** A directory whose `entry` was written just now; the ages of the others in milliseconds. */
function directory(ages: Readonly<Record<string, number>>, fault?: unknown) {
  const changed = new Map(Object.entries({ entry: 0, ...ages }).map(([name, age]) => [`/store/${name}`, WRITTEN - age]));
  const collected: string[] = [];
  const created: unknown[] = [];
  const logged: unknown[] = [];
  const files = {
    facts: async (path: string): Promise<FileFacts | undefined> => {
      const changedAt = changed.get(path);
      return changedAt === undefined ? undefined : { kind: 'file', mode: 0o600, own: true, size: 1, changedAt };
    },
    list: async () => {
      if (fault !== undefined) throw fault;
      return [...changed.keys()].map((path) => path.slice('/store/'.length)).concat('gone.tmp');
    },
    remove: async (path: string) => void changed.delete(path),
    create: async (path: string, content: unknown, how: unknown) => {
      created.push([path, content, how]);
      changed.set(path, WRITTEN);
      return true;
    },
  } as Partial<Files> as Files;
  const world: StoreWorld = {
    directory: '/store',
    files,
    clock: realClock,
    log: { info: () => {}, debug: (...said) => void logged.push(said) },
    notices: [],
    claims: async () => ({ collect: async (path: string) => void collected.push(path) }) as never,
  };
  return {
    sweep: (path = ENTRY) => sweepAfter(world, path),
    left: () => [...changed.keys()].map((path) => path.slice('/store/'.length)).sort(),
    changed,
    collected,
    created,
    logged,
  };
}

test('temporary files that are older than a minute go, by the clock of the disk', async () => {
  const { left, sweep } = directory({
    'old.tmp': MINUTE + 1,
    'young.tmp': MINUTE,
    'of-the-future.tmp': -5 * MINUTE,
    'old.tmpx': 9 * MINUTE,
    'old.tmp.txt': 9 * MINUTE,
    other: 9 * MINUTE,
  });
  await sweep();
  expect(left()).toEqual(['.swept', 'entry', 'of-the-future.tmp', 'old.tmp.txt', 'old.tmpx', 'other', 'young.tmp']);
});

test('claims are left to those who know which of them are over', async () => {
  const { collected, left, sweep } = directory({
    'a.lock': 9 * MINUTE,
    'a.lease': 9 * MINUTE,
    'a.lock.break': 9 * MINUTE,
    'a.lock.break.break': 9 * MINUTE,
    'a.lock.nonce.tmp': 9 * MINUTE,
    'a.locked': 9 * MINUTE,
    'a.lock.txt': 9 * MINUTE,
  });
  await sweep();
  expect(collected).toEqual(['/store/a.lock', '/store/a.lease', '/store/a.lock.break', '/store/a.lock.break.break']);
  expect(left()).not.toContain('a.lock.nonce.tmp');
  expect(left()).toEqual(expect.arrayContaining(['a.lock', 'a.locked', 'a.lock.txt']));
});

test('of the damaged copies the five latest stay', async () => {
  const { left, sweep } = directory(Object.fromEntries([3, 1, 6, 2, 5, 4].map((at) => [`entry.corrupt-${at}`, 9 * MINUTE])));
  await sweep();
  expect(left()).toEqual(['.swept', 'entry', ...[2, 3, 4, 5, 6].map((at) => `entry.corrupt-${at}`)]);
});

test.each([
  ['a moment ago', 1],
  ['almost a minute ago', MINUTE - 1],
  ['a moment from now, by a clock that was set back', -(MINUTE - 1)],
])('who looked %s does not look again', async (_, age) => {
  const { created, left, sweep } = directory({ '.swept': age, 'old.tmp': 9 * MINUTE });
  await sweep();
  expect([left().includes('old.tmp'), created]).toEqual([true, []]);
});

test.each([
  ['a minute ago', MINUTE],
  ['a minute from now, by a clock that was set back', -MINUTE],
])('who looked %s looks again, and marks when; nobody waits for that mark to be on the disk', async (_, age) => {
  const { changed, created, left, sweep } = directory({ '.swept': age, 'old.tmp': 9 * MINUTE });
  await sweep();
  expect(left()).toEqual(['.swept', 'entry']);
  expect([changed.get('/store/.swept'), created]).toEqual([WRITTEN, [['/store/.swept', '', { durable: false }]]]);
});

test('what was written and is gone again is no reason to look', async () => {
  const { created, left, sweep } = directory({ 'old.tmp': 9 * MINUTE });
  await sweep('/store/removed');
  expect([left(), created]).toEqual([['entry', 'old.tmp'], []]);
});

test('a directory that cannot be looked through costs the write nothing, and who debugs is told', async () => {
  const { logged, sweep } = directory({}, new PadlockError('store_permissions', { message: 'no' }));
  await sweep();
  expect(logged).toEqual([['store_not_swept', { why: 'store_permissions' }]]);
  await expect(directory({}, new TypeError('a mistake')).sweep()).rejects.toThrow('a mistake');
});
