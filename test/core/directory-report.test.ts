/** What the doctor says of a store's directory, on a disk in memory. */
import { expect, test } from '@jest/globals';
import { reportDirectory } from '../../src/core/directory-report.ts';
import type { Claims } from '../../src/core/file-claim.ts';
import type { FileFacts, Files } from '../../src/core/ports.ts';

const DIRECTORY = '/state/sessions';
const NOW = 10_000_000;
type Holder = Awaited<ReturnType<Claims['holder']>>;

interface Scene {
  readonly directory?: Partial<FileFacts>;
  /** By name. */
  readonly files?: Readonly<Record<string, Partial<FileFacts>>>;
  readonly holders?: Readonly<Record<string, Holder>>;
}

async function report({ directory = {}, files = {}, holders = {} }: Scene) {
  const facts = async (path: string): Promise<FileFacts | undefined> => {
    const own = path === DIRECTORY ? { kind: 'directory' as const, mode: 0o700, ...directory } : files[path.slice(DIRECTORY.length + 1)];
    return own && { kind: 'file', mode: 0o600, own: true, size: 1, changedAt: NOW, ...own };
  };
  const asked: string[] = [];
  const claims = {
    holder: async (path: string) => {
      asked.push(path);
      return holders[path.slice(DIRECTORY.length + 1)];
    },
  } as unknown as Claims;
  const found = await reportDirectory({
    files: { facts, list: async () => Object.keys(files) } as unknown as Files,
    claims: async () => claims,
    clock: { now: () => NOW, sleep: async () => {} },
    directory: DIRECTORY,
  });
  return { found: found?.map(({ name, verdict, detail, advice }) => [name, verdict, detail, advice]), asked };
}
const PRIVATE = ['permissions', 'ok', 'No other user may look at the files of the store.', undefined];
const UNLOCKED = ['locks', 'ok', 'No session is locked.', undefined];

test('nothing is said of a directory that is not there, and another’s is refused', async () => {
  const files = { facts: async () => undefined } as unknown as Files;
  const none = {
    files,
    claims: () => Promise.reject(new Error('not asked')),
    clock: { now: () => 0, sleep: async () => {} },
    directory: '/d',
  };
  expect(await reportDirectory(none)).toBeUndefined();
  await expect(report({ directory: { own: false } })).rejects.toMatchObject({ code: 'store_permissions' });
  await expect(report({ directory: { kind: 'file' } })).rejects.toMatchObject({ code: 'store_io' });
});

test('a directory in which all is well', async () => {
  expect((await report({ files: { one: {}, 'store.json': {} } })).found).toEqual([PRIVATE, UNLOCKED]);
});

test('who may look at it', async () => {
  const first = async (scene: Scene) => (await report(scene)).found?.[0];
  for (const scene of [{ directory: { mode: 0o750 } }, { files: { a: {}, one: { mode: 0o604 } } }])
    expect(await first(scene)).toEqual([
      'permissions',
      'warning',
      expect.stringContaining('Other users'),
      expect.stringContaining('chmod'),
    ]);
  expect(await first({ files: { a: {}, one: { own: false, mode: 0o644 } } })).toEqual([
    'permissions',
    'warning',
    expect.stringContaining('belong to another user'),
    expect.stringContaining(`chown -R "$USER" ${DIRECTORY}`),
  ]);
  expect(await first({ files: { one: { mode: undefined } } })).toEqual(PRIVATE); // a system that has no such bits
});

test('who is at work in it, who hangs, and who is gone', async () => {
  const files = { one: {}, 'one.lock': {}, 'two.lease': {}, 'three.lock.0.tmp': {}, lock: {} };
  const locks = async (holders: Scene['holders'] & object) => {
    const { asked, found } = await report({ files, holders });
    expect(asked).toEqual([`${DIRECTORY}/one.lock`, `${DIRECTORY}/two.lease`]);
    return found?.[1];
  };
  const holder = (isLive: boolean, age: number, pid: number | undefined = 7): Holder => ({ pid, isLive, since: NOW - age });
  expect(await locks({})).toEqual(UNLOCKED);
  expect(await locks({ 'one.lock': holder(true, 60_000), 'two.lease': holder(true, 0) })).toEqual([
    'locks',
    'ok',
    'Held by processes that are at work: 2.',
    undefined,
  ]);
  expect(await locks({ 'one.lock': holder(true, 1), 'two.lease': holder(true, 60_600) })).toEqual([
    'locks',
    'warning',
    'Process 7 has held a session for 61 s.',
    expect.stringContaining('end it'),
  ]);
  expect((await locks({ 'one.lock': { pid: undefined, isLive: true, since: 0 } }))?.[2]).toContain('of another machine');
  expect(await locks({ 'one.lock': holder(false, 1e6), 'two.lease': holder(false, 5) })).toEqual([
    'locks',
    'warning',
    'Left by processes that are gone: 2.',
    expect.stringContaining('takes over'),
  ]);
});

test('what was set aside', async () => {
  expect((await report({ files: { one: {}, 'one.corrupt-1': {}, 'one.corrupt-2': {} } })).found?.[2]).toEqual([
    'damaged sessions',
    'warning',
    'Set aside: 2.',
    expect.stringContaining('logout --all'),
  ]);
});
