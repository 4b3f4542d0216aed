/** The store redis where there is no Redis: test/interop/redis.test.ts has one. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StoreHost } from '../../../src/core/contracts.ts';
import { isPadlockError, PadlockError } from '../../../src/core/errors.ts';
import { noHost, realClock, silentLog } from '../../../src/core/headless.ts';
import { sharedKey } from '../../../src/core/shared-key.ts';
import { redis } from '../../../src/strategies/stores/redis.ts';

const host: StoreHost = {
  files: undefined,
  host: noHost,
  clock: realClock,
  log: silentLog,
  fail(code, about): never {
    throw new PadlockError(code, about);
  },
};
const storeKey = 'qS3mXo0k3h0m0N2b7d1m3l2y9Z8cJ4v5a6t7u8w9x0A';
const PASSWORD = 'not-for-anyones-eyes';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A server on loopback that treats each connection so; its port. */
const listening = (serve: (socket: Socket) => void): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {}); // the other end left
      serve(socket);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });

/** Everything that an error says or holds, but the trace's paths. */
async function failure(values: { readonly redisUrl?: string; readonly storeKey?: string }): Promise<PadlockError> {
  const error = await redis.open({ storeKey, ...values }, host).catch((thrown: unknown) => thrown);
  if (!isPadlockError(error)) throw new Error('It should have failed with an error of Padlock.');
  for (let each: unknown = error; each !== undefined && each !== null; each = (each as Error).cause)
    expect(JSON.stringify([each, (each as Error).message, (each as Error).stack])).not.toContain(PASSWORD);
  return error;
}
const at = (port: number): { redisUrl: string } => ({ redisUrl: `redis://:${PASSWORD}@127.0.0.1:${port}` });

describe('the store redis', () => {
  test('wants a server and a key', async () => {
    expect(await failure({})).toMatchObject({ code: 'usage_missing_option', exit: 2 });
  });

  test.each([
    `http://:${PASSWORD}@127.0.0.1`,
    `redis://:${PASSWORD}@`,
    `redis://:${PASSWORD}@127.0.0.1:99999`,
    `redis://:${PASSWORD}@127.0.0.1/sessions`,
    `redis://:${PASSWORD}@127.0.0.1/?db=1`,
    PASSWORD,
  ])('refuses what is no URL of a server: %s', async (redisUrl) => {
    expect(await failure({ redisUrl })).toMatchObject({ code: 'config_bad_url', exit: 3 });
  });

  test.each(['short', 'a'.repeat(64), 'secret'.repeat(8), '0123456789abcdef'.repeat(4)])(
    'refuses a key that anybody would try: %s',
    async (weak) => {
      expect(await failure({ redisUrl: 'redis://127.0.0.1', storeKey: weak })).toMatchObject({ code: 'config_weak_secret', exit: 3 });
    },
  );

  test('says that nobody listens', async () => {
    const port = await listening(() => {});
    servers.pop()?.close();
    expect(await failure(at(port))).toMatchObject({
      code: 'store_io',
      exit: 9,
      message: `Redis at 127.0.0.1:${port} cannot be reached (ECONNREFUSED).`,
    });
  });

  test('says that no such host exists', async () => {
    expect(await failure({ redisUrl: 'redis://nobody.invalid' })).toMatchObject({ code: 'store_io', exit: 9 });
  });

  test('does not wait for a server that accepts and stays silent', async () => {
    const since = Date.now();
    expect(await failure(at(await listening(() => {})))).toMatchObject({
      code: 'store_io',
      message: expect.stringContaining('did not answer within 3 seconds'),
    });
    expect(Date.now() - since).toBeLessThan(12_000);
  });

  test.each([
    ['that hangs up', (socket: Socket) => socket.end()],
    ['that speaks something else', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('fails at a server %s', async (_, serve) => {
    expect(await failure(at(await listening(serve)))).toMatchObject({ code: 'store_io', exit: 9 });
  });

  test.each([
    ['OOM command not allowed', 'store_no_space'],
    ['MISCONF Redis is configured to save RDB snapshots', 'store_no_space'],
    ['READONLY You cannot write against a read only replica.', 'store_io'],
    ['LOADING Redis is loading the dataset in memory', 'store_io'],
    ['WRONGPASS invalid username-password pair', 'store_permissions'],
    ['NOPERM this user has no permissions', 'store_permissions'],
    ['MOVED 3999 127.0.0.1:6381', 'store_io'],
    [`ERR unknown command, with args beginning with: ${PASSWORD}`, 'store_io'],
  ])('says what a refusal means: %s', async (refusal, code) => {
    const port = await listening((socket) => socket.on('data', () => socket.write(`-${refusal}\r\n`.repeat(2))));
    expect(await failure(at(port))).toMatchObject({ code, exit: 9 });
  });
});

describe('a shared key', () => {
  const bytes = Buffer.from(storeKey, 'base64url');
  test.each([storeKey, bytes.toString('base64'), bytes.toString('hex'), bytes.toString('hex').toUpperCase()])(
    'is the same as %s',
    async (text) => {
      expect(Buffer.from(await sharedKey(text)).equals(bytes)).toBe(true);
    },
  );

  test('is made of a passphrase, and differs where that differs', async () => {
    const phrase = 'seven brave otters juggle lanterns';
    const [key, again, other] = await Promise.all([phrase, phrase, `${phrase}s`].map(sharedKey));
    expect(key).toHaveLength(32);
    expect(key).toEqual(again);
    expect(key).not.toEqual(other);
  });
});
