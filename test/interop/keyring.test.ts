/** The system's keyring: a real Secret Service, one that is locked, one that hangs, and none. */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { nodeHost } from '../../src/cli/node-host.ts';
import { checkStrategy } from '../../src/core/contract-checks.ts';
import type { StoreHost } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { openFileStore } from '../../src/core/file-store.ts';
import { realClock, silentLog } from '../../src/core/headless.ts';
import { type Keyring, openKeyring } from '../../src/core/keyring.ts';
import { eraseKeyringStore, openKeyringStore } from '../../src/core/keyring-store.ts';
import { file } from '../../src/strategies/stores/file.ts';
import { keyring } from '../../src/strategies/stores/keyring.ts';
import { said, storeWorker } from './processes.ts';

const run = promisify(execFile);
const SCRIPT = join(process.cwd(), 'test/interop/servers/keyring.sh');
let state: string;
let worker: string;
let bus: string;
const start = async (name: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { stdout } = await run(SCRIPT, ['start'], { env: { ...process.env, STATE: join(state, name), ...more } });
  return (JSON.parse(stdout) as { bus: string }).bus;
};
const stop = (name: string) => run(SCRIPT, ['stop'], { env: { ...process.env, STATE: join(state, name) } });

beforeAll(async () => {
  spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale'], { stdio: 'inherit' });
  state = await mkdtemp(join(tmpdir(), 'padlock-keyring-'));
  worker = await storeWorker('keyring');
  bus = await start('open');
}, 300_000);
// gnome-keyring itself sometimes dies when many ask at once; that is its fault and no test's, so each begins with one that lives.
jest.retryTimes(2, { logErrorsBeforeRetry: true });
const answers = async (): Promise<boolean> => {
  try {
    await (await opened(bus)).set('ping', bytes(1));
    return true;
  } catch {
    return false; // whatever it is, another one is started
  }
};
beforeEach(async () => {
  if (await answers()) return;
  await stop('open').catch(() => {});
  bus = await start('open');
}, 60_000);
afterAll(async () => {
  await stop('open');
  await rm(state, { recursive: true, force: true });
});

/** An account with a home of its own, on a bus or on none. */
const environment = (home: string, address: string | undefined): NodeJS.ProcessEnv => ({
  HOME: join(state, home),
  ...(address !== undefined && { DBUS_SESSION_BUS_ADDRESS: address }),
});
const hostOf = (env: NodeJS.ProcessEnv): StoreHost => ({
  files: new NodeFiles(),
  host: nodeHost(env),
  clock: realClock,
  log: silentLog,
  fail(code, about): never {
    throw new PadlockError(code, about);
  },
});
const opened = async (address: string, largest?: number): Promise<Keyring> => {
  const host = hostOf(environment('home', address));
  const found = await openKeyring({ ...host, ...(largest !== undefined && { largest }) });
  if (found === undefined) throw new Error('There should be a keyring.');
  return found;
};
const bytes = (length: number): Uint8Array => randomBytes(length);
const entry = (text: string) => ({ tag: crypto.randomUUID(), data: new TextEncoder().encode(text) });
const same = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.from(a).equals(b);
const busctl = (address: string, ...args: readonly string[]): string =>
  execFileSync('dbus-send', [`--bus=${address}`, '--print-reply', '--dest=org.freedesktop.secrets', ...args], { encoding: 'utf8' });

describe('the keyring', () => {
  test('keeps bytes until they are deleted', async () => {
    const own = await opened(bus);
    expect(await own.get('a')).toBeUndefined();
    const value = bytes(100_000);
    await own.set('a', value);
    expect(same(await (await opened(bus)).get('a'), value)).toBe(true);
    await own.set('a', new Uint8Array());
    expect(same(await own.get('a'), new Uint8Array())).toBe(true);
    expect(await own.delete('a')).toBe(true);
    expect(await own.delete('a')).toBe(false);
    expect(await own.get('a')).toBeUndefined();
  });

  test('keeps what is larger than an item may be, and leaves nothing of it behind', async () => {
    const own = await opened(bus, 100);
    const raw = await opened(bus);
    for (const length of [1500, 79, 80, 81, 180, 181, 0, 2500]) {
      const value = bytes(length);
      await own.set('large', value);
      expect(same(await own.get('large'), value)).toBe(true);
    }
    expect(await own.delete('large')).toBe(true);
    for (const generation of [0, 1]) for (const part of [0, 1, 2]) expect(await raw.get(`large#${generation}.${part}`)).toBeUndefined();
  });

  test('gives whole values to who reads while another writes', async () => {
    const [reader, writer] = [await opened(bus, 100), await opened(bus, 100)];
    const values = [1, 2, 3, 4].map((fill) => new Uint8Array(450).fill(fill));
    await writer.set('busy', values[0] as Uint8Array);
    let done = false;
    const writing = (async () => {
      for (const value of values) await writer.set('busy', value);
    })().finally(() => {
      done = true;
    });
    writing.catch(() => {}); // told below
    while (!done) {
      const read = await reader.get('busy').catch((error: { code?: string }) => error.code);
      if (read !== 'store_corrupt') expect(values.some((value) => same(read as Uint8Array, value))).toBe(true);
    }
    await writing;
    await writer.delete('busy');
  });

  test('that is damaged is told as such', async () => {
    const own = await opened(bus, 100);
    await own.set('torn', bytes(300));
    await (await opened(bus)).delete('torn#0.1');
    await expect(own.get('torn')).rejects.toMatchObject({ code: 'store_corrupt', exit: 9 });
    await own.delete('torn');
  });
});

describe('the store keyring', () => {
  test('keeps the contract of stores', async () => {
    const store = hostOf(environment('contract', bus));
    const verdicts: unknown[] = [];
    for await (const { name, verdict, detail } of checkStrategy(keyring, { store })) verdicts.push([name, verdict, detail]);
    expect(verdicts.filter((each) => (each as string[])[1] !== 'pass')).toEqual([]);
  }, 60_000);

  test('keeps its entries apart from those of another home', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((home) => openKeyringStore(hostOf(environment(home, bus)))));
    await one?.replace('a', null, entry('mine'));
    expect(await two?.read('a')).toBeUndefined();
    expect(await two?.names()).toEqual([]);
    expect(same(one?.key, two?.key as Uint8Array)).toBe(false);
  });

  test('is the same store the next time, and empty after it was erased', async () => {
    const host = hostOf(environment('again', bus));
    const first = await openKeyringStore(host);
    await first.replace('a', null, entry('one'));
    const second = await openKeyringStore(host);
    expect(same(second.key, first.key)).toBe(true);
    expect(await second.names()).toEqual(['a']);
    await eraseKeyringStore(host);
    const third = await openKeyringStore(host);
    expect(same(third.key, first.key)).toBe(false);
    expect(await third.read('a')).toBeUndefined();
    expect(await third.names()).toEqual([]);
  });

  const process_ = (task: string, times: number, home: string): ChildProcess =>
    spawn(process.execPath, [worker], {
      env: { ...environment(home, bus), TASK: task, TIMES: String(times) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  test('loses no update of many processes', async () => {
    const ends = await Promise.all(Array.from({ length: 5 }, () => said(process_('count', 5, 'many'))));
    expect(ends).toEqual(ends.map(() => 'done'));
    const store = await openKeyringStore(hostOf(environment('many', bus)));
    expect(new TextDecoder().decode((await store.read('counter'))?.data)).toBe('25');
  }, 60_000);

  test('gives its lease to one process at a time, and ends no later than its work', async () => {
    const ends = await Promise.all(Array.from({ length: 4 }, () => said(process_('take', 4, 'turns'))));
    expect(ends).toEqual(ends.map(() => 'done'));
  }, 60_000);
});

describe('the key of the file store', () => {
  test('is in the keyring, and in no file', async () => {
    const env = environment('files', bus);
    const store = await openFileStore(hostOf(env));
    expect(store.keyPlace).toBe('keyring');
    const files = join(state, 'files/.local/state/padlock/sessions');
    const found = execFileSync('find', [files, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
    for (const file of found) expect(readFileSync(file).includes(Buffer.from(store.key))).toBe(false);
    expect(same((await openFileStore(hostOf(env))).key, store.key)).toBe(true);
    await expect(openFileStore(hostOf(environment('files', undefined)))).rejects.toMatchObject({ code: 'keyring_unavailable', exit: 9 });
    await expect(openFileStore(hostOf(environment('files', 'unix:path=/nowhere')))).rejects.toMatchObject({ code: 'keyring_unavailable' });
  });

  test('is in a file where there is no keyring, and stays there when one appears', async () => {
    expect((await openFileStore(hostOf(environment('bare', undefined)))).keyPlace).toBe('file');
    expect((await openFileStore(hostOf(environment('bare', bus)))).keyPlace).toBe('file');
  });
});

describe('a keyring that', () => {
  test('is not there is noticed', async () => {
    expect(await openKeyring(hostOf(environment('none', undefined)))).toBeUndefined();
    expect(await openKeyring(hostOf(environment('none', 'unix:path=/nowhere')))).toBeUndefined();
    await expect(openKeyringStore(hostOf(environment('none', undefined)))).rejects.toMatchObject({ code: 'keyring_unavailable', exit: 9 });
  });

  test('has no place for what is new says so, and the file store announces a file', async () => {
    const bare = await start('bare', { LOCKED: 'yes' });
    try {
      await expect((await opened(bare)).set('a', bytes(1))).rejects.toMatchObject({ code: 'keyring_unavailable', exit: 9 });
      const store = await openFileStore(hostOf(environment('refused', bare)));
      expect([store.keyPlace, store.notices.map(({ code }) => code)]).toEqual(['file', ['keyring_unavailable']]);
    } finally {
      await stop('bare');
    }
  });

  test('is locked holds nobody up', async () => {
    const own = await start('locked');
    try {
      const ring = await opened(own);
      await ring.set('a', bytes(32));
      const login = 'array:objpath:/org/freedesktop/secrets/collection/login';
      busctl(own, '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock', login);
      await expect(ring.get('a')).rejects.toMatchObject({ code: 'keyring_unavailable', exit: 9 });
    } finally {
      await stop('locked');
    }
  });

  test('hangs holds nobody up, and no process stays', async () => {
    const path = join(state, 'mute');
    const server = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      expect(await openKeyring({ ...hostOf(environment('mute', `unix:path=${path}`)), patience: 500 })).toBeUndefined();
      await realClock.sleep(100);
      expect(spawnSync('pgrep', ['-P', String(process.pid), '-f', 'keyring-process'], { encoding: 'utf8' }).stdout).toBe('');
    } finally {
      server.close();
    }
  });
});

describe('padlock doctor', () => {
  const examined = async (home: string, address: string | undefined, name: 'file' | 'keyring') => {
    const { examine } = await (name === 'file' ? file : keyring).load();
    return new Map((await examine({}, hostOf(environment(home, address)))).map((finding) => [finding.name, finding]));
  };

  test('says where sessions are, and makes no key for that', async () => {
    expect((await examined('doctor', bus, 'keyring')).get('store')?.detail).toContain('there are none yet');
    expect(await (await opened(bus)).get('key')).toBeUndefined();
    await (await openKeyringStore(hostOf(environment('doctor', bus))))[Symbol.asyncDispose]();
    const found = await examined('doctor', bus, 'keyring');
    expect([found.get('store')?.detail, found.get('locks')?.verdict]).toEqual(['Sessions are items of the system keyring.', 'ok']);
    await expect(examined('doctor', undefined, 'keyring')).rejects.toMatchObject({ code: 'keyring_unavailable' });
  });

  test('says where the key of the files is, where it could be, and that it cannot be reached', async () => {
    expect((await examined('doctor-files', bus, 'file')).get('key')?.detail).toContain('will be in the system keyring');
    await openFileStore(hostOf(environment('doctor-files', bus)));
    expect((await examined('doctor-files', bus, 'file')).get('key')).toMatchObject({
      verdict: 'ok',
      detail: 'Their key is in the system keyring.',
    });
    expect((await examined('doctor-files', undefined, 'file')).get('key')).toMatchObject({
      verdict: 'problem',
      code: 'keyring_unavailable',
    });
    await openFileStore(hostOf(environment('doctor-beside', undefined)));
    expect((await examined('doctor-beside', bus, 'file')).get('key')).toMatchObject({
      verdict: 'warning',
      advice: expect.stringContaining('logout --all'),
    });
  });
});
