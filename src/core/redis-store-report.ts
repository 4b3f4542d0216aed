/** What `padlock doctor` tells of a Redis that keeps sessions: is it there, has it the right key, and what is lost when it ends. */
import type { StoreHost } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { doubtful, type Finding, fine } from './finding.ts';
import { RedisServer } from './redis.ts';
import { CHECK, proofOf, spillFor } from './redis-store.ts';
import { sharedKey } from './shared-key.ts';

const SIGN_IN = 'and with them the newest refresh tokens: whoever has lost one has to sign in again.';
const ALWAYS = 'Where that matters set appendonly yes and appendfsync always.';

/** `key` may be absent: then nobody knows whether it fits. Throws `config_bad_url`, `config_weak_secret`, `store_*`. */
export async function examineRedisStore(url: string, key: string | undefined, host: StoreHost): Promise<readonly Finding[]> {
  const redis = new RedisServer(url);
  try {
    return [await reached(redis, key), ...transport(redis), ...(await asked(redis)), ...(await waiting(redis, key, host))];
  } finally {
    redis.close();
  }
}

async function reached(redis: RedisServer, key: string | undefined): Promise<Finding> {
  const known = await redis.command('GET', CHECK);
  if (known === null) return fine('store', `Sessions will be in Redis at ${redis.name}; there are none yet.`);
  if (key === undefined)
    return doubtful('store', `Sessions are in Redis at ${redis.name}, and there is no key for them.`, 'Give PADLOCK_STORE_KEY_FILE.');
  if (String(known) !== proofOf(await sharedKey(key)))
    fail('store_decrypt', `The sessions in Redis at ${redis.name} were stored with another key.`, {
      hint: 'Give the key that the others use.',
    });
  return fine('store', `Sessions are in Redis at ${redis.name}, sealed with the key that was given.`);
}

function transport({ isProtected, name }: RedisServer): readonly Finding[] {
  if (isProtected) return [];
  return [
    doubtful(
      'transport',
      `Redis at ${name} is reached without TLS: its password and the sealed sessions can be read on the way.`,
      'Use rediss:// unless that network is yours alone.',
    ),
  ];
}

/** What the server tells of its settings, if this user may ask. */
async function asked(redis: RedisServer): Promise<readonly Finding[]> {
  const setting = async (name: string): Promise<string> => {
    const answer = await redis.command('CONFIG', 'GET', name);
    return Array.isArray(answer) ? String(answer[1] ?? '') : '';
  };
  try {
    const [appendonly, appendfsync, save] = [await setting('appendonly'), await setting('appendfsync'), await setting('save')];
    return [persistence(appendonly === 'yes', appendfsync, save), ...memory(await setting('maxmemory'), await setting('maxmemory-policy'))];
  } catch (error) {
    if (!isPadlockError(error) || error.category !== 'storage') throw error;
    return [
      doubtful(
        'persistence',
        'Redis does not tell this user how it keeps what it is given (CONFIG GET), so nobody knows what its end would cost.',
        'Ask whoever runs it for appendonly yes, appendfsync always, maxmemory-policy noeviction.',
      ),
    ];
  }
}

function persistence(appends: boolean, fsync: string, save: string): Finding {
  const name = 'persistence';
  if (appends && fsync === 'always')
    return fine(
      name,
      'Redis answers when a write is on its disk (appendonly yes, appendfsync always): its end costs nothing that it took.',
    );
  if (appends && fsync === 'everysec')
    return doubtful(
      name,
      `Redis writes to its disk once a second (appendfsync everysec): when it is killed about the last second is lost, ${SIGN_IN}`,
      ALWAYS,
    );
  if (appends)
    return doubtful(
      name,
      `Redis leaves it to the system when to write to the disk (appendfsync ${fsync}): when the machine fails half a minute can be lost, ${SIGN_IN}`,
      ALWAYS,
    );
  if (save !== '')
    return doubtful(
      name,
      `Redis takes snapshots now and then and writes nothing between them (appendonly no, save ${save}): when it is killed all writes since the last one are lost, ${SIGN_IN}`,
      ALWAYS,
    );
  return doubtful(
    name,
    `Redis keeps nothing on a disk (appendonly no, no snapshots): when it ends all sessions are lost, ${SIGN_IN}`,
    ALWAYS,
  );
}

/** A lease that was dropped to make room is held by two. */
function memory(limit: string, policy: string): readonly Finding[] {
  if (limit === '' || limit === '0' || policy === 'noeviction') return [];
  return [
    doubtful(
      'memory',
      `When its memory is full Redis drops what it keeps (maxmemory-policy ${policy}), sessions and locks too.`,
      'Set maxmemory-policy noeviction.',
    ),
  ];
}

async function waiting(redis: RedisServer, key: string | undefined, host: StoreHost): Promise<readonly Finding[]> {
  const count = key === undefined ? 0 : ((await spillFor(redis, await sharedKey(key), host)?.count()) ?? 0);
  if (count === 0) return [];
  return [
    doubtful(
      'waiting',
      `Kept on this machine because Redis could not take them: ${count}.`,
      'The next padlock token or padlock whoami here writes them.',
    ),
  ];
}
