import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeFiles } from '../../../src/cli/node-files.ts';
import { nodeHost } from '../../../src/cli/node-host.ts';
import { ownIdentity } from '../../../src/cli/node-process.ts';
import type { StoreHost } from '../../../src/core/contracts.ts';
import { noHost, realClock, silentLog } from '../../../src/core/headless.ts';
import type { SessionStore, StoredEntry } from '../../../src/core/store.ts';
import { file } from '../../../src/strategies/stores/file.ts';
import { can, type StoreProcess, startProcess } from '../../race/processes.ts';
import { examples } from '../../support/examples.ts';

const NAME = 'session-of-percy';
let home: string;
let directory: string;
let path: string;
let host: StoreHost;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'padlock-home-'));
  directory = join(home, '.local/state/padlock/sessions');
  path = join(directory, NAME);
  host = {
    files: new NodeFiles(),
    host: nodeHost({ HOME: home }),
    clock: realClock,
    log: silentLog,
    fail: () => {
      throw new Error('not used');
    },
  };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = async (with_: StoreHost = host): Promise<SessionStore> => (await file.load()).open({}, with_);
const entry = (text: string): StoredEntry => ({ tag: `tag-${text}`, data: Buffer.from(text) });
const textOf = async (store: SessionStore): Promise<string | undefined> => (await store.read(NAME))?.data.toString();
const put = (store: SessionStore, text = 'one'): Promise<boolean> => store.replace(NAME, undefined, entry(text));
const modeOf = (of: string): number => statSync(of).mode & 0o7777;
const listed = (): readonly string[] => readdirSync(directory).sort();
const ALONE = ['.swept', 'store.json', 'store.key'];
const isRoot = process.getuid?.() === 0;
/** As somebody for whom the bits of a file count; root is that without these two capabilities. */
const BOUND = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];
const bound = isRoot && can('setpriv', ...BOUND.slice(1), process.execPath, '-e', '0') ? BOUND : [];
const mayDrop = can('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', '0');

describe('what it makes', () => {
  test('is private, and the same for whoever opens it next (BCP 21)', async () => {
    const store = await open();
    await put(store);
    expect(modeOf(directory)).toBe(0o700);
    for (const name of listed()) expect([name, modeOf(join(directory, name))]).toEqual([name, 0o600]);
    const again = await open();
    expect(again.key).toEqual(store.key);
    expect(await textOf(again)).toBe('one');
    expect([again.keyPlace, again.notices]).toEqual(['file', []]);
  });

  test('is made private again where others were let in, and the user hears of it', async () => {
    await put(await open());
    for (const [each, mode] of [
      [directory, 0o777],
      [join(directory, 'store.key'), 0o644],
      [path, 0o666],
    ] as const)
      chmodSync(each, mode);
    const store = await open();
    expect(store.notices).toEqual([{ code: 'store_permissions', message: expect.stringContaining('private now') }]);
    await put(store, 'two');
    expect([modeOf(directory), modeOf(join(directory, 'store.key')), modeOf(path)]).toEqual([0o700, 0o600, 0o600]);
  });

  test('has the entry’s name, and its bytes as they were given', async () => {
    const store = await open();
    await put(store);
    expect(readFileSync(path, 'utf8')).toBe('{"schema":"padlock/entry/1","tag":"tag-one","bytes":3}\none');
    expect(await store.names()).toEqual([NAME]);
  });

  test('is nowhere for an account without a home', async () => {
    const nowhere = { ...host, host: noHost };
    expect((await file.load()).applies({}, nowhere)).toEqual({ no: expect.stringContaining('HOME') });
    expect((await file.load()).applies({}, host)).toBe(true);
    await expect(open(nowhere)).rejects.toMatchObject({ code: 'store_io', exit: 9, hint: expect.stringContaining('--no-store') });
  });

  test.each(['../escape', 'a/b', '', '.', 'a.lock'])('is never named %j', async (name) => {
    const store = await open();
    await expect(store.replace(name, null, entry('x'))).rejects.toMatchObject({ code: 'internal' });
    expect(listed()).toEqual(['store.json', 'store.key']);
  });
});

describe('an entry that', () => {
  const damaged: readonly (readonly [string, () => void])[] = [
    ['is cut short', () => truncateSync(path, 50)],
    ['lost its last byte', () => truncateSync(path, statSync(path).size - 1)],
    ['has more at its end', () => writeFileSync(path, 'x', { flag: 'a' })],
    ['is garbage', () => writeFileSync(path, Buffer.from([0, 255, 10, 123]))],
    ['is somebody’s JSON', () => writeFileSync(path, '{"access_token":"x"}\n')],
    ['has a tag of another type', () => writeFileSync(path, '{"schema":"padlock/entry/1","tag":1,"bytes":0}\n')],
    ['has no end of its first line', () => writeFileSync(path, 'x'.repeat(5000))],
  ];
  test.each(damaged)('%s is set aside and told of, and can be written anew', async (_, damage) => {
    await put(await open());
    damage();
    const before = readFileSync(path);
    const store = await open();
    expect(await store.read(NAME)).toBeUndefined();
    expect(store.notices).toEqual([{ code: 'store_corrupt', message: expect.stringContaining(`${NAME}.corrupt-`) }]);
    const aside = listed().find((name) => name.startsWith(`${NAME}.corrupt-`)) ?? '';
    expect(readFileSync(join(directory, aside))).toEqual(before);
    expect(await store.replace(NAME, null, entry('two'))).toBe(true);
    expect(await textOf(store)).toBe('two');
    await store.replace(NAME, undefined, null);
    expect(listed()).toEqual(ALONE); // forgetting forgets that too
  });

  test('is damaged does not keep one from signing in or out', async () => {
    const store = await open();
    await put(store);
    truncateSync(path, 9);
    expect(await store.replace(NAME, 'tag-one', entry('two'))).toBe(false);
    writeFileSync(path, '');
    expect(await store.replace(NAME, null, entry('two'))).toBe(true);
    truncateSync(path, 9);
    expect(await store.replace(NAME, undefined, null)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  test('is empty is none', async () => {
    const store = await open();
    await put(store);
    truncateSync(path, 0);
    expect(await store.read(NAME)).toBeUndefined();
    expect(store.notices).toEqual([]);
  });

  test('was written by a newer Padlock stays as it is, unless it is to be forgotten', async () => {
    const store = await open();
    const text = '{"schema":"padlock/entry/2","something":"else"}\n???';
    writeFileSync(path, text);
    await expect(store.read(NAME)).rejects.toMatchObject({ code: 'store_version', exit: 9 });
    await expect(put(store)).rejects.toMatchObject({ code: 'store_version' });
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(await store.replace(NAME, undefined, null)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  const places: readonly (readonly [string, string, () => void])[] = [
    ['a directory', 'store_io', () => mkdirSync(path)],
    ['a FIFO', 'store_io', () => execFileSync('mkfifo', [path])],
    ['a link', 'store_symlink', () => symlinkSync(join(home, 'precious'), path)],
    ['a link to a device', 'store_symlink', () => symlinkSync('/dev/zero', path)],
  ];
  test.each(places)('is %s is refused with %s and without waiting', async (_, code, make) => {
    writeFileSync(join(home, 'precious'), 'precious');
    const store = await open();
    make();
    await expect(store.read(NAME)).rejects.toMatchObject({ code, exit: 9 });
    await expect(put(store)).rejects.toMatchObject({ code });
    expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('precious');
    expect(listed().filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });

  (isRoot ? test : test.skip)('is another user’s is refused', async () => {
    const store = await open();
    await put(store);
    chownSync(path, 65534, 65534);
    await expect(store.read(NAME)).rejects.toMatchObject({ code: 'store_permissions', exit: 9 });
    await expect(put(store)).rejects.toMatchObject({ code: 'store_permissions' });
  });

  test('is damaged does not concern another', async () => {
    const store = await open();
    await put(store);
    await store.replace('another', null, entry('two'));
    truncateSync(path, 9);
    expect((await store.read('another'))?.tag).toBe('tag-two');
  });
});

describe('the directory', () => {
  const instead: readonly (readonly [string, string, () => void])[] = [
    ['a file', 'store_io', () => writeFileSync(directory, '')],
    ['a link', 'store_symlink', () => symlinkSync(home, directory)],
    ['a FIFO', 'store_io', () => execFileSync('mkfifo', [directory])],
  ];
  test.each(instead)('that is %s is refused with %s', async (_, code, make) => {
    mkdirSync(dirname(directory), { recursive: true });
    make();
    await expect(open()).rejects.toMatchObject({ code, exit: 9 });
  });

  (isRoot ? test : test.skip)('that is another user’s is refused', async () => {
    await open();
    chownSync(directory, 65534, 65534);
    await expect(open()).rejects.toMatchObject({ code: 'store_permissions' });
  });
});

describe('the header and the key', () => {
  const header = (): string => join(directory, 'store.json');
  const key = (): string => join(directory, 'store.key');

  test('say where the key is, and not what it is', async () => {
    const store = await open();
    const text = readFileSync(header(), 'utf8');
    expect(JSON.parse(text)).toEqual({ schema: 'padlock/store/1', id: expect.any(String), key: 'file', check: expect.any(String) });
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(text).not.toContain(Buffer.from(store.key).toString(encoding).slice(0, 8));
    expect(readFileSync(key())).toEqual(Buffer.from(store.key));
  });

  test('survive a header that is damaged, empty or gone', async () => {
    const { key: made } = await open();
    for (const damage of [() => writeFileSync(header(), '{"schema":'), () => truncateSync(header(), 0), () => rmSync(header())]) {
      damage();
      const store = await open();
      expect(store.key).toEqual(made);
      expect((await open()).notices).toEqual([]);
    }
    expect(listed().filter((name) => name.startsWith('store.json.corrupt-'))).toHaveLength(1);
  });

  test('of a newer Padlock are left alone', async () => {
    await open();
    writeFileSync(header(), '{"schema":"padlock/store/2"}');
    await expect(open()).rejects.toMatchObject({ code: 'store_version', exit: 9 });
    expect(readFileSync(header(), 'utf8')).toBe('{"schema":"padlock/store/2"}');
  });

  test.each([
    ['gone', () => rmSync(key())],
    ['another', () => writeFileSync(key(), Buffer.alloc(32, 7))],
    ['cut short', () => truncateSync(key(), 31)],
    ['empty', () => truncateSync(key(), 0)],
  ])('are of no use when the key is %s: nothing is overwritten, and everything can be given up', async (_, damage) => {
    await put(await open());
    damage();
    const before = listed();
    await expect(open()).rejects.toMatchObject({ code: 'store_decrypt', exit: 9 });
    expect(listed()).toEqual(before);
    await (await file.load()).erase({}, host);
    expect(listed()).toEqual([]);
    const store = await open();
    expect(await store.read(NAME)).toBeUndefined();
  });

  test('that is in a keyring is never replaced by one in a file', async () => {
    await open();
    writeFileSync(header(), readFileSync(header(), 'utf8').replace('"file"', '"keyring"'));
    rmSync(key());
    await expect(open()).rejects.toMatchObject({ exit: 9 });
    expect(existsSync(key())).toBe(false);
  });

  test('of a maker who was killed half way are finished by the next', async () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(key(), ''); // killed before it wrote
    const { key: made, notices } = await open();
    expect(notices).toMatchObject([{ code: 'store_corrupt' }]);
    rmSync(header()); // killed before it said where
    expect((await open()).key).toEqual(made);
  });
});

describe('what was left behind', () => {
  const old = new Date(Date.now() - 120_000);
  const leave = (name: string, text: string, when = old): void => {
    writeFileSync(join(directory, name), text);
    utimesSync(join(directory, name), when, when);
  };
  const claim = (process: object): string => JSON.stringify({ process, nonce: crypto.randomUUID(), length: 5000 });

  test('by killed processes is collected by the next write, and what lives is not', async () => {
    const store = await open();
    const identity = await ownIdentity();
    const dead = { ...identity, pid: 4_194_304 + 7 }; // above the highest number there is
    for (const name of ['a.lock', 'b.lease', 'c.lease.break']) leave(name, claim(dead));
    for (const name of ['d.lock', 'e.lease']) leave(name, claim(identity));
    leave('f.lease', claim({ ...identity, boot: 'another' }));
    leave('g.lock.0123456789.tmp', 'x');
    leave('h.lock.0123456789.tmp', 'x', new Date());
    for (let at = 1; at <= 8; at++) leave(`i.corrupt-${at}`, 'x');
    await put(store);
    expect(listed()).toEqual(
      [...ALONE, NAME, 'd.lock', 'e.lease', 'h.lock.0123456789.tmp', ...[4, 5, 6, 7, 8].map((at) => `i.corrupt-${at}`)].sort(),
    );
  });

  test('of an entry half written goes with the entry, and nothing of another', async () => {
    const store = await open();
    await put(store);
    const others = [`x${NAME}.lock.0.tmp`, `${NAME}-x.lock.0.tmp`, `${NAME}.lock.0.1.tmp`, `${NAME}.lock.0.tmp.x`, `${NAME}.lease.0.tmp`];
    for (const name of [...others, `${NAME}.lock.0123-abc.tmp`]) leave(name, 'x', new Date());
    await store.replace(NAME, undefined, null);
    expect(listed()).toEqual([...ALONE, ...others].sort());
  });

  test('is looked for now and then, not at every write', async () => {
    const store = await open();
    await put(store);
    leave('a.lock.0123456789.tmp', 'x');
    await put(store);
    expect(listed()).toContain('a.lock.0123456789.tmp');
    utimesSync(join(directory, '.swept'), old, old);
    await put(store);
    expect(listed()).toEqual([...ALONE, NAME].sort());
  });
});

test('a lock that a living process does not give back ends in store_locked', async () => {
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const store = await open({ ...host, clock });
  await put(store);
  writeFileSync(`${path}.lock`, JSON.stringify({ process: await ownIdentity(), nonce: crypto.randomUUID(), length: 1 }));
  await expect(put(store, 'two')).rejects.toMatchObject({ code: 'store_locked', exit: 9, retryable: true });
  expect(now).toBeGreaterThan(5000);
  await expect(store.replace(NAME, undefined, null)).rejects.toMatchObject({ code: 'store_locked' });
  expect(await textOf(store)).toBe('one'); // reading needs no lock
});

test('a write during which the machine slept is done again, over what is there then', async () => {
  let late = 0;
  const files = new NodeFiles();
  const create = files.create.bind(files);
  const clock = { ...realClock, now: () => Date.now() + late };
  const store = await open({ ...host, files, clock });
  await put(store);
  let slept = 0;
  files.create = async (created, content, options) => {
    if (created.endsWith('.tmp') && slept++ === 0) late += 60_000;
    return create(created, content, options);
  };
  expect(await store.replace(NAME, 'tag-one', entry('two'))).toBe(true);
  expect([slept, await textOf(store), listed()]).toEqual([2, 'two', [...ALONE, NAME].sort()]);
  files.create = async (created, content, options) => {
    if (created.endsWith('.tmp')) late += 60_000;
    return create(created, content, options);
  };
  await expect(store.replace(NAME, 'tag-two', entry('three'))).rejects.toMatchObject({ code: 'store_locked' });
  expect([await textOf(store), listed()]).toEqual(['two', [...ALONE, NAME].sort()]);
});

test('a write that cannot be put in its place leaves nothing', async () => {
  const files = new NodeFiles();
  const store = await open({ ...host, files });
  await put(store);
  files.move = () => Promise.reject(new Error('no such disk'));
  await expect(put(store, 'two')).rejects.toThrow('no such disk');
  expect([await textOf(store), listed()]).toEqual(['one', [...ALONE, NAME].sort()]);
});

test('leases end with the store', async () => {
  const store = await open();
  const lease = await store.lease(NAME, 60_000);
  expect(lease?.remaining()).toBeGreaterThan(50_000);
  await store[Symbol.asyncDispose]();
  expect(lease?.remaining()).toBe(0);
  expect(await lease?.renew()).toBe(false);
  expect(listed()).toEqual(['store.json', 'store.key']);
});

test.each(['000', '777'])('under the umask %s everything is as private as always, and works', async (umask) => {
  const inside = await startProcess([...bound, 'sh', '-c', `umask ${umask}; exec "$@"`, 'sh']);
  await inside.ask('open', home);
  expect(await inside.ask('write', NAME, 100)).toBe(true);
  expect(await inside.ask('lease', NAME, 5000)).toBe(true);
  expect([await inside.ask('read', NAME), await inside.ask('notices')]).toEqual(['x'.repeat(100), []]);
  for (const folder of ['.local', '.local/state', '.local/state/padlock', '.local/state/padlock/sessions'])
    expect([folder, modeOf(join(home, folder))]).toEqual([folder, 0o700]);
  expect(listed()).toEqual([...ALONE, NAME, `${NAME}.lease`].sort());
  for (const name of listed()) expect([name, modeOf(join(directory, name))]).toEqual([name, 0o600]);
});

describe('where there is no room', () => {
  const mayMount = can('unshare', '-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');
  (mayMount ? test : test.skip)('it is known before, the old entry stays, and forgetting works', async () => {
    // A tmpfs of 64 kB as the home, for this process alone.
    const under = ['unshare', '-rm', 'sh', '-c', `mount -t tmpfs -o size=64k tmpfs ${home} && exec "$@"`, 'sh'];
    const inside = await startProcess(under);
    await inside.ask('open', home);
    expect(await inside.ask('write', NAME, 1000)).toBe(true);
    await expect(inside.ask('probe', 100_000)).rejects.toEqual({ code: 'store_no_space' });
    await expect(inside.ask('write', NAME, 100_000)).rejects.toEqual({ code: 'store_no_space' });
    expect(await inside.ask('read', NAME)).toHaveLength(1000);
    expect(await inside.ask('write', 'another', 38_000)).toBe(true);
    await inside.ask('fill', join(home, 'filled'));
    await expect(inside.ask('write', NAME, 10)).rejects.toEqual({ code: 'store_no_space' });
    expect(await inside.ask('read', NAME)).toHaveLength(1000);
    expect(await inside.ask('remove', NAME)).toBe(true);
    expect(await inside.ask('read', NAME)).toBe('');
  });

  // A quota needs a kernel that has them: what it would answer is put where it would come from.
  test.each(['writeFile', 'sync'] as const)('because of a quota (%s) the old entry stays, and forgetting works', async (step) => {
    const store = await open();
    await put(store);
    const handle = await openFile(path);
    const { [step]: honest } = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const over = async (): Promise<never> => Promise.reject(Object.assign(new Error(), { code: 'EDQUOT' }));
    Object.assign(Object.getPrototypeOf(handle) as FileHandle, { [step]: over });
    try {
      await expect(put(store, 'two')).rejects.toMatchObject({ code: 'store_no_space', exit: 9 });
      await expect(store.probe(100)).rejects.toMatchObject({ code: 'store_no_space' });
      expect(await textOf(store)).toBe('one');
      expect(listed().filter((name) => /tmp|probe/.test(name))).toEqual([]);
      expect(await store.replace(NAME, undefined, null)).toBe(true);
    } finally {
      Object.assign(Object.getPrototypeOf(handle) as FileHandle, { [step]: honest });
    }
    expect(await store.read(NAME)).toBeUndefined();
    await put(store, 'three');
    expect(await textOf(store)).toBe('three');
  });

  test('for files of that size the old entry stays', async () => {
    const inside = await startProcess(['sh', '-c', 'ulimit -f 16; exec "$@"', 'sh']);
    await inside.ask('open', home);
    expect(await inside.ask('write', NAME, 1000)).toBe(true);
    await expect(inside.ask('write', NAME, 200_000)).rejects.toEqual({ code: 'store_io' });
    await expect(inside.ask('probe', 200_000)).rejects.toEqual({ code: 'store_io' });
    expect(await inside.ask('read', NAME)).toHaveLength(1000);
    expect(listed()).toEqual([...ALONE, NAME].sort());
  });
});

const readOnly = (folder: string): string => `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder}`;
const mounting = ['-m', '-rm'].find((flags) => can('unshare', flags, 'sh', '-c', readOnly('/mnt')));
(mounting ? test : test.skip)('in a read-only home what is stored can be read, and nothing can be written', async () => {
  await put(await open());
  const before = listed();
  const start = (): Promise<StoreProcess> => startProcess(['unshare', mounting ?? '', 'sh', '-c', `${readOnly(home)} && exec "$@"`, 'sh']);
  const inside = await start();
  await inside.ask('open', home);
  expect(await inside.ask('read', NAME)).toBe('one');
  for (const call of [
    () => inside.ask('write', NAME, 10),
    () => inside.ask('remove', NAME),
    () => inside.ask('probe', 10),
    () => inside.ask('lease', NAME, 10),
  ])
    await expect(call()).rejects.toEqual({ code: 'store_io' });
  expect([await inside.ask('read', NAME), listed()]).toEqual(['one', before]);
  rmSync(join(home, '.local'), { recursive: true });
  await expect((await start()).ask('open', home)).rejects.toEqual({ code: 'store_io' });
  expect(existsSync(join(home, '.local'))).toBe(false);
});

(mayDrop ? test : test.skip)('a home that may not be written is store_permissions, and another’s store too', async () => {
  const nobody = await startProcess(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']);
  chmodSync(home, 0o755);
  await expect(nobody.ask('open', home)).rejects.toEqual({ code: 'store_permissions' });
  await open();
  await expect(nobody.ask('open', home)).rejects.toEqual({ code: 'store_permissions' });
});

// How long that takes is for the bench to say.
test('thousands of other entries are no hindrance', async () => {
  const store = await open();
  const others = examples(10_000);
  for (let at = 0; at < others; at++) writeFileSync(join(directory, `session-${at}`), '');
  await put(store);
  expect(await store.read(NAME)).toBeDefined();
  expect(await store.names()).toHaveLength(others + 1);
  expect(lstatSync(path).isFile()).toBe(true);
}, 60_000);
