/** Sessions in one Redis server: sealed entries under compare-and-set, and leases that end by themselves. */
import { createHmac, randomUUID } from 'node:crypto';
import type { StoreHost } from './contracts.ts';
import { fail } from './errors.ts';
import { RedisServer, type Reply } from './redis.ts';
import { sharedKey } from './shared-key.ts';
import { Spill } from './spill.ts';
import type { Lease, SessionStore, StoredEntry } from './store.ts';

/** One hash: name → `<length of tag>:<tag><data>`. */
const ENTRIES = 'padlock:1:entries';
/** Proves a key without telling it. */
export const CHECK = 'padlock:1:check';
const FENCE = 'padlock:1:fence';
export const proofOf = (key: Uint8Array): string => createHmac('sha256', key).update('padlock/1 check').digest('base64url');
const leaseOf = (name: string): string => `padlock:1:lease:${name}`;

/** Keeps the proof of a key where there is none, or where nothing is left that another key sealed. 1 when it is ours now. */
const CLAIM = `
local known = redis.call('get', KEYS[1])
if known == ARGV[1] then return 1 end
if known and redis.call('hlen', KEYS[2]) > 0 then return 0 end
redis.call('set', KEYS[1], ARGV[1])
return 1`;

/** ARGV: name, what is expected (any, none, tag), the expected tag, the new tag ('' removes), the new value. A write that ran twice is one write. */
const REPLACE = `
local value = redis.call('hget', KEYS[1], ARGV[1])
local tag = false
if value then
  local colon = string.find(value, ':', 1, true)
  tag = string.sub(value, colon + 1, colon + tonumber(string.sub(value, 1, colon - 1)))
end
if tag and tag == ARGV[4] then return 1 end
if ARGV[2] == 'none' and tag then return 0 end
if ARGV[2] == 'tag' and tag ~= ARGV[3] then return 0 end
if ARGV[4] == '' then redis.call('hdel', KEYS[1], ARGV[1]) else redis.call('hset', KEYS[1], ARGV[1], ARGV[5]) end
return 1`;

const TAKE = `
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('get', KEYS[1]) == ARGV[1] and 1 or 0`;
const RENEW = `return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('pexpire', KEYS[1], ARGV[2]) or 0`;
const RELEASE = `return redis.call('get', KEYS[1]) == ARGV[1] and redis.call('del', KEYS[1]) or 0`;

/** Milliseconds since it was made, by whichever clock says more: one can be set back, the other stands still while a machine sleeps. */
function stopwatch(clock: StoreHost['clock']): () => number {
  const [wall, steady] = [clock.now(), performance.now()];
  return () => Math.max(clock.now() - wall, performance.now() - steady);
}

function encoded({ tag, data }: StoredEntry): Uint8Array {
  return Buffer.concat([Buffer.from(`${Buffer.byteLength(tag)}:${tag}`), data]);
}

function decoded(value: Buffer): StoredEntry {
  const colon = value.indexOf(':');
  const end = colon + 1 + Number(value.subarray(0, colon));
  return { tag: value.toString('utf8', colon + 1, end), data: value.subarray(end) };
}

/** What this machine keeps for a server that could not take it; undefined where nothing can be kept. */
export function spillFor({ name }: RedisServer, key: Uint8Array, { files, host, log }: StoreHost): Spill | undefined {
  const scope = createHmac('sha256', key).update(`padlock/1 spill ${name}`).digest('hex').slice(0, 16);
  return files === undefined || host.directories === undefined
    ? undefined
    : new Spill(files, `${host.directories.state}/spill`, scope, log);
}

class RedisStore implements SessionStore {
  readonly key: Uint8Array;
  readonly keyPlace = 'environment';
  readonly notices = [];
  readonly #redis: RedisServer;
  readonly #host: StoreHost;
  readonly #spill: Spill | undefined;
  /** Something may be waiting to be written. */
  #spilled = true;

  constructor(redis: RedisServer, key: Uint8Array, host: StoreHost) {
    this.#redis = redis;
    this.key = key;
    this.#host = host;
    this.#spill = spillFor(redis, key, host);
  }

  /** Throws `store_decrypt` when what is stored was sealed with another key. */
  async claim(): Promise<void> {
    const ours = await this.#redis.command('EVAL', CLAIM, 2, CHECK, ENTRIES, proofOf(this.key));
    if (ours !== 1)
      fail('store_decrypt', `The sessions in Redis at ${this.#redis.name} were stored with another key.`, {
        hint: 'Give the key that the others use, or another database of the server: redis://host/1.',
      });
  }

  async read(name: string): Promise<StoredEntry | undefined> {
    await this.#merge();
    const value = await this.#redis.command('HGET', ENTRIES, name);
    return value === null ? undefined : decoded(value as Buffer);
  }

  async replace(name: string, expected: string | null | undefined, next: StoredEntry | null): Promise<boolean> {
    const mode = expected === undefined ? 'any' : expected === null ? 'none' : 'tag';
    const value = next === null ? '' : encoded(next);
    return (await this.#redis.command('EVAL', REPLACE, 1, ENTRIES, name, mode, expected ?? '', next?.tag ?? '', value)) === 1;
  }

  async spill(name: string, expected: string | null, next: StoredEntry): Promise<boolean> {
    if (this.#spill === undefined) return false;
    await this.#spill.keep(name, expected, next);
    this.#spilled = true;
    return true;
  }

  async #merge(): Promise<void> {
    if (!this.#spilled) return;
    await this.#spill?.merge(this);
    this.#spilled = false;
  }

  async names(): Promise<readonly string[]> {
    return ((await this.#redis.command('HKEYS', ENTRIES)) as readonly Reply[]).map(String);
  }

  async lease(name: string, milliseconds: number): Promise<Lease | undefined> {
    await this.#merge();
    const [redis, key, { clock, log }] = [this.#redis, leaseOf(name), this.#host];
    // The fence alone would not do: a server that lost its memory counts from one again.
    const token = `${String(await redis.command('INCR', FENCE))}-${randomUUID()}`;
    let elapsed = stopwatch(clock);
    let ours = (await redis.command('EVAL', TAKE, 1, key, token, milliseconds)) === 1;
    if (!ours) return undefined;
    return {
      remaining: () => (ours ? Math.max(0, milliseconds - elapsed()) : 0),
      renew: async () => {
        if (!ours) return false;
        const since = stopwatch(clock);
        ours = (await redis.command('EVAL', RENEW, 1, key, token, milliseconds)) === 1;
        elapsed = since;
        return ours;
      },
      release: async () => {
        ours = false;
        try {
          await redis.command('EVAL', RELEASE, 1, key, token);
        } catch (error) {
          log.debug('lease_not_released', { code: (error as { code?: string }).code }); // it ends by itself
        }
      },
    };
  }

  async probe(bytes: number): Promise<void> {
    await this.#redis.command('SET', `padlock:1:probe:${randomUUID()}`, Buffer.alloc(bytes), 'PX', 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.close();
  }
}

/** Connects, and makes sure that the key is the one that what is there was sealed with. */
export async function openRedisStore(url: string, key: string, host: StoreHost): Promise<SessionStore> {
  const store = new RedisStore(new RedisServer(url), await sharedKey(key), host);
  try {
    await store.claim();
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
