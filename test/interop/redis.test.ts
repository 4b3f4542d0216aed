/** Redis: what processes share that have nothing else in common. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { nodeHost } from '../../src/cli/node-host.ts';
import { checkStrategy } from '../../src/core/contract-checks.ts';
import type { StoreHost, Values } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { noHost, realClock, silentLog } from '../../src/core/headless.ts';
import type { SessionStore, StoredEntry } from '../../src/core/store.ts';
import { redis } from '../../src/strategies/stores/redis.ts';
import { homeWithWork, runHere } from '../cli/in-process.ts';
import { said, storeWorker } from './processes.ts';

const run = promisify(execFile);
const SCRIPT = join(process.cwd(), 'test/interop/servers/redis.sh');
const storeKey = 'qS3mXo0k3h0m0N2b7d1m3l2y9Z8cJ4v5a6t7u8w9x0A';

interface Server {
  readonly config: string;
  readonly pidfile: string;
  readonly ca: string;
  readonly url: string;
  readonly limited: string;
  readonly tls: string;
  readonly open: string;
  readonly password: string;
}
let state: string;
let worker: string;
let server: Server;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'padlock-redis-'));
  worker = await storeWorker('redis');
  env = { ...process.env, PORT: String(20_000 + Math.floor(Math.random() * 4000) * 2), STATE: join(state, 'server') };
  server = JSON.parse((await run(SCRIPT, ['start'], { env })).stdout) as Server;
}, 300_000);
afterAll(async () => {
  await run(SCRIPT, ['stop'], { env });
  await rm(state, { recursive: true, force: true });
});

const host: StoreHost = {
  files: undefined,
  host: noHost,
  clock: realClock,
  log: silentLog,
  fail(code, about): never {
    throw new PadlockError(code, about);
  },
};
const opened: SessionStore[] = [];
async function open(more: Values = {}): Promise<SessionStore> {
  const store = await redis.open({ redisUrl: server.limited, storeKey, ...more }, host);
  opened.push(store);
  return store;
}
/** As the user who may do everything; redis-cli -u would not decode the password. */
const cli = (...args: readonly string[]): string =>
  execFileSync('redis-cli', ['-e', '-p', new URL(server.url).port, ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, REDISCLI_AUTH: server.password },
  }).trim();
const pid = (): number => Number(readFileSync(server.pidfile, 'utf8'));
const entry = (text: string) => ({ tag: crypto.randomUUID(), data: new TextEncoder().encode(text) });

async function startAgain(): Promise<void> {
  execFileSync('redis-server', [server.config]);
  for (;;) {
    try {
      cli('ping');
      return;
    } catch {
      await realClock.sleep(20); // it listens in a moment
    }
  }
}
async function stop(signal: NodeJS.Signals): Promise<void> {
  process.kill(pid(), signal);
  for (const own = pid(); isRunning(own); ) await realClock.sleep(10);
}
function isRunning(process_: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${process_}/status`, 'utf8'));
  } catch {
    return false; // no such process
  }
}

/** A process of its own that knows nothing but the server. */
function start(task: string, more: Readonly<Record<string, string>> = {}, values: Values = {}): ChildProcess {
  const VALUES = JSON.stringify({ redisUrl: server.limited, storeKey, ...values });
  return spawn(process.execPath, [worker], { env: { TASK: task, VALUES, ...more }, stdio: ['ignore', 'pipe', 'inherit'] });
}

beforeEach(() => void cli('flushall'));
afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
});

describe('the store redis', () => {
  test.each(['url', 'limited'] as const)('keeps the contract of stores (%s)', async (user) => {
    const strategy = { ...redis, open: (_: Values, its: StoreHost) => redis.open({ redisUrl: server[user], storeKey }, its) };
    for await (const { name, verdict, detail } of checkStrategy(strategy)) expect([name, verdict, detail]).toEqual([name, 'pass', '']);
  });

  test('keeps what is large, strange and empty byte for byte', async () => {
    const store = await open();
    const data = crypto.getRandomValues(new Uint8Array(65_536));
    for (const [at, each] of [Buffer.concat([data, data, data, data]), Buffer.from('5:x\0\r\n'), new Uint8Array()].entries()) {
      await store.replace('strange', undefined, { tag: `3:ä\n${at}`, data: each });
      const read = await store.read('strange');
      expect(read?.tag).toBe(`3:ä\n${at}`);
      expect(Buffer.from(read?.data ?? []).equals(each)).toBe(true);
    }
  });

  test('removes only what was read', async () => {
    const store = await open();
    await store.replace('a', null, { ...entry('one'), tag: 'one' });
    expect(await store.replace('a', 'two', null)).toBe(false);
    expect(await store.replace('a', 'one', null)).toBe(true);
    expect(await store.replace('a', 'one', null)).toBe(false);
  });

  test('uses no name in the server but its own, without an end', async () => {
    const store = await open({ redisUrl: `${server.url}/3` });
    await store.replace('a', null, entry('one'));
    await store.lease('a', 5000);
    await store.probe(100);
    const names = cli('-n', '3', 'keys', '*').split('\n');
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !name.startsWith('padlock:1:'))).toEqual([]);
    expect(cli('-n', '3', 'ttl', 'padlock:1:entries')).toBe('-1');
    expect(cli('keys', '*')).toBe('');
  });

  test('speaks TLS, and refuses a certificate that nobody vouches for', async () => {
    await expect(open({ redisUrl: server.tls })).rejects.toMatchObject({
      code: 'store_io',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(await said(start('open', { NODE_EXTRA_CA_CERTS: server.ca }, { redisUrl: server.tls }))).toBe('done');
  });

  test('takes a passphrase for a key, the same in every process', async () => {
    const phrase = 'seven brave otters juggle lanterns';
    await (await open({ storeKey: phrase })).replace('a', null, entry('one'));
    expect(await said(start('open', {}, { storeKey: phrase }))).toBe('done');
  });
});

describe('another key than the one the sessions were stored with', () => {
  test('is told as such, and not taken for an empty store', async () => {
    await (await open()).replace('a', null, entry('one'));
    await expect(open({ storeKey: 'ZS3mXo0k3h0m0N2b7d1m3l2y9Z8cJ4v5a6t7u8w9x0A' })).rejects.toMatchObject({
      code: 'store_decrypt',
      message: expect.stringContaining('another key'),
    });
    expect(await (await open()).names()).toEqual(['a']);
  });

  test('is the key from then on where nothing is stored', async () => {
    const store = await open();
    await store.replace('a', null, entry('one'));
    await store.replace('a', undefined, null);
    const other = await open({ storeKey: 'ZS3mXo0k3h0m0N2b7d1m3l2y9Z8cJ4v5a6t7u8w9x0A' });
    await other.replace('a', null, entry('one'));
    await expect(open()).rejects.toMatchObject({ code: 'store_decrypt' });
  });
});

describe('processes that share nothing but the server', () => {
  test('lose no update', async () => {
    const ends = await Promise.all(Array.from({ length: 8 }, () => said(start('count', { TIMES: '25' }))));
    expect(ends).toEqual(ends.map(() => 'done'));
    expect(new TextDecoder().decode((await (await open()).read('counter'))?.data)).toBe('200');
  });

  test('hold the lease one at a time', async () => {
    const ends = await Promise.all(Array.from({ length: 6 }, () => said(start('take', { TIMES: '15' }))));
    expect(ends).toEqual(ends.map(() => 'done'));
  });

  test('get the lease of one that was killed when it has run out', async () => {
    const holder = start('hold');
    for await (const chunk of holder.stdout ?? []) if (String(chunk).includes('held')) break;
    holder.kill('SIGKILL');
    const store = await open();
    expect(await store.lease('turn', 1000)).toBeUndefined();
    for (;;) {
      if ((await store.lease('turn', 1000)) !== undefined) break;
      await realClock.sleep(20);
    }
  });
});

describe('a lease', () => {
  test('that ran out is not renewed, and its end does not end another’s', async () => {
    const store = await open();
    const first = await store.lease('a', 50);
    await realClock.sleep(80);
    expect(first?.remaining()).toBe(0);
    const second = await store.lease('a', 5000);
    expect(second).toBeDefined();
    expect(await first?.renew()).toBe(false);
    await first?.release();
    expect(await second?.renew()).toBe(true);
  });

  test('is lost with the memory of the server', async () => {
    const store = await open();
    const lease = await store.lease('a', 5000);
    cli('flushall');
    expect(await lease?.renew()).toBe(false);
    expect(lease?.remaining()).toBe(0);
  });
});

describe('a server that', () => {
  test('is stopped is told as such, and used again when it is back', async () => {
    const store = await open();
    await store.replace('a', null, entry('one'));
    await stop('SIGTERM');
    try {
      await expect(store.read('a')).rejects.toMatchObject({ code: 'store_io', exit: 9, message: expect.stringContaining('ECONNREFUSED') });
      await expect(open()).rejects.toMatchObject({ code: 'store_io' });
      expect(await said(start('open'))).toBe('store_io');
    } finally {
      await startAgain();
    }
    expect(new TextDecoder().decode((await store.read('a'))?.data)).toBe('one');
    expect(await store.replace('a', null, entry('two'))).toBe(false);
  });

  test('is gone when a spent token must be kept gets it later, from this machine', async () => {
    const home = { ...host, files: new NodeFiles(), host: nodeHost({ HOME: join(state, 'home') }) };
    const openAt = async (its: StoreHost): Promise<SessionStore> => {
      const store = await redis.open({ redisUrl: server.limited, storeKey }, its);
      opened.push(store);
      return store;
    };
    const store = await openAt(home);
    const [old, next, other] = ['old', 'next', 'other'].map(entry) as [StoredEntry, StoredEntry, StoredEntry];
    await store.replace('a', null, old);
    await store.replace('b', null, old);
    await stop('SIGKILL');
    await expect(store.replace('a', old.tag, next)).rejects.toMatchObject({ code: 'store_io' });
    expect(await store.spill?.('a', old.tag, next)).toBe(true);
    expect(await store.spill?.('b', old.tag, next)).toBe(true);
    await startAgain();
    await (await open()).replace('b', old.tag, other); // somebody elsewhere signed in again
    expect((await store.read('a'))?.tag).toBe(next.tag);
    expect((await store.read('b'))?.tag).toBe(other.tag);
    expect((await (await openAt(home)).read('a'))?.tag).toBe(next.tag);
  });

  test('is killed has what it answered for, and a restart between two commands is not noticed', async () => {
    const store = await open();
    for (let round = 0; round < 5; round++) {
      await store.replace('a', undefined, entry(`round ${round}`));
      await stop('SIGKILL');
      await startAgain();
      expect(new TextDecoder().decode((await store.read('a'))?.data)).toBe(`round ${round}`);
    }
  });

  test('hangs holds nobody up', async () => {
    const store = await open();
    const frozen = pid();
    process.kill(frozen, 'SIGSTOP');
    try {
      const late = { code: 'store_io', message: expect.stringContaining('did not answer') };
      await Promise.all([
        expect(store.replace('a', null, entry('one'))).rejects.toMatchObject(late),
        expect(open()).rejects.toMatchObject(late),
      ]);
    } finally {
      process.kill(frozen, 'SIGCONT');
    }
    await store.replace('b', null, entry('two'));
    expect(await store.names()).toContain('b');
  });

  test('is full says so before a token is spent', async () => {
    const store = await open();
    cli('config', 'set', 'maxmemory', '1mb');
    try {
      await expect(store.probe(1000)).rejects.toMatchObject({ code: 'store_no_space' });
      await expect(store.replace('a', null, entry('one'))).rejects.toMatchObject({ code: 'store_no_space' });
    } finally {
      cli('config', 'set', 'maxmemory', '0');
    }
    await store.probe(1000);
  });

  test('wants a password, or another one, says so without repeating it', async () => {
    for (const redisUrl of [server.open, server.url.replace('p%40ss', 'wrong-one')]) {
      const error = await open({ redisUrl }).catch((refused: unknown) => refused);
      expect(error).toMatchObject({ code: 'store_permissions', exit: 9 });
      expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toMatch(/wrong-one|w%25rd|w%rd/);
    }
  });

  test('lacks a permission says which it needs', async () => {
    cli('acl', 'setuser', 'padlock', '-hget');
    try {
      const store = await open();
      await expect(store.read('a')).rejects.toMatchObject({ code: 'store_permissions', hint: expect.stringContaining('padlock:1:*') });
    } finally {
      cli('acl', 'setuser', 'padlock', '+hget');
    }
  });
});

describe('padlock doctor', () => {
  interface Check {
    readonly name: string;
    readonly verdict: string;
    readonly detail: string;
    readonly code?: string;
  }
  async function doctor({ home = homeWithWork(), key = storeKey, url = server.url } = {}) {
    const env = { PADLOCK_STORE: 'redis', PADLOCK_REDIS_URL: url, PADLOCK_STORE_KEY: key };
    const { code, stderr, stdout } = await runHere(['doctor', '--json'], { home, env });
    for (const secret of [server.password, encodeURIComponent(server.password), key]) expect(stdout + stderr).not.toContain(secret);
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] };
    return { code, of: (name: string) => checks.find((check) => check.name === name) };
  }

  test('finds nothing wrong with a server that keeps every write', async () => {
    expect((await doctor()).of('store')?.detail).toContain('there are none yet');
    await (await open()).replace('a', null, entry('one'));
    const { code, of } = await doctor();
    expect([code, of('store'), of('persistence')?.verdict]).toMatchObject([
      0,
      { verdict: 'ok', detail: expect.stringContaining('sealed with the key that was given') },
      'ok',
    ]);
    expect([of('memory'), of('transport'), of('waiting')]).toEqual([undefined, undefined, undefined]);
  });

  test.each<[string, readonly (readonly [string, string])[], RegExp]>([
    ['each second', [['appendfsync', 'everysec']], /about the last second is lost, and with them the newest refresh tokens/],
    ['when the system likes', [['appendfsync', 'no']], /half a minute can be lost/],
    [
      'in snapshots, as it does by default',
      [
        ['appendonly', 'no'],
        ['save', '3600 1 300 100 60 10000'],
      ],
      /save 3600 1 300 100 60 10000.*since the last one are lost/,
    ],
    ['nowhere', [['appendonly', 'no']], /keeps nothing on a disk.*all sessions are lost/],
  ])('says in plain words what the end of a server costs that writes %s', async (_, settings, says) => {
    for (const [name, value] of settings) cli('config', 'set', name, value);
    try {
      const { code, of } = await doctor();
      expect([code, of('persistence')]).toMatchObject([0, { verdict: 'warning', detail: expect.stringMatching(says) }]);
    } finally {
      for (const [name, value] of [
        ['appendonly', 'yes'],
        ['appendfsync', 'always'],
        ['save', ''],
      ] as const)
        cli('config', 'set', name, value);
    }
  });

  test('warns of a server that makes room by forgetting', async () => {
    for (const [name, value] of [
      ['maxmemory', '100mb'],
      ['maxmemory-policy', 'allkeys-lru'],
    ] as const)
      cli('config', 'set', name, value);
    try {
      expect((await doctor()).of('memory')).toMatchObject({ verdict: 'warning', detail: expect.stringContaining('allkeys-lru') });
    } finally {
      for (const [name, value] of [
        ['maxmemory', '0'],
        ['maxmemory-policy', 'noeviction'],
      ] as const)
        cli('config', 'set', name, value);
    }
  });

  test('does not guess where it may not ask', async () => {
    const { code, of } = await doctor({ url: server.limited });
    expect([code, of('persistence')]).toMatchObject([
      0,
      { verdict: 'warning', detail: expect.stringContaining('does not tell this user') },
    ]);
  });

  test('tells of another key, and of a server that is not there', async () => {
    await (await open()).replace('a', null, entry('one'));
    const other = await doctor({ key: 'ZS3mXo0k3h0m0N2b7d1m3l2y9Z8cJ4v5a6t7u8w9x0A' });
    expect([other.code, other.of('store')?.code]).toEqual([9, 'store_decrypt']);
    const nowhere = await doctor({ url: 'redis://127.0.0.1:1' });
    expect([nowhere.code, nowhere.of('store')?.code]).toEqual([9, 'store_io']);
  });

  test('tells of what waits on this machine', async () => {
    const home = homeWithWork();
    const store = await redis.open({ redisUrl: server.url, storeKey }, { ...host, files: new NodeFiles(), host: nodeHost({ HOME: home }) });
    opened.push(store);
    await store.spill?.('a', null, entry('one'));
    expect((await doctor({ home })).of('waiting')).toMatchObject({ verdict: 'warning', detail: expect.stringMatching(/: 1\.$/) });
  });
});
