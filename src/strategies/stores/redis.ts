import type { Recorded, Store } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({
  redisUrl: { type: 'string', summary: 'Redis server, as redis://host or rediss://user:password@host', required: true, secret: true },
  storeKey: { type: 'string', summary: 'key that encrypts what is stored: 32 bytes in Base64', required: true, secret: true },
});

const MISSING = 'The store redis needs --redis-url and --store-key.';
const HOW = 'Give PADLOCK_REDIS_URL and PADLOCK_STORE_KEY, or files with PADLOCK_REDIS_URL_FILE and PADLOCK_STORE_KEY_FILE.';

/** Sessions that many machines share through one Redis server, which sees neither a token nor a name. */
export const redis = {
  kind: 'store',
  name: 'redis',
  summary: 'shared by every machine that reaches a Redis server and has the key',
  reach: 'network',
  options,
  open: async ({ redisUrl, storeKey }: Partial<ValuesOf<typeof options>>, host) => {
    if (redisUrl === undefined || storeKey === undefined) fail('usage_missing_option', MISSING, { hint: HOW });
    const { openRedisStore } = await import('../../core/redis-store.ts');
    return openRedisStore(redisUrl, storeKey, host);
  },
  examine: async ({ redisUrl, storeKey }: Partial<ValuesOf<typeof options>>, host) => {
    if (redisUrl === undefined) fail('usage_missing_option', MISSING, { hint: HOW });
    return (await import('../../core/redis-store-report.ts')).examineRedisStore(redisUrl, storeKey, host);
  },
} satisfies Recorded<Store>;
