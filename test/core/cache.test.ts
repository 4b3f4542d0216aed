import { beforeEach, describe, expect, test } from '@jest/globals';
import { DocumentCache, type DocumentKind } from '../../src/core/cache.ts';
import { CacheSettings } from '../../src/core/cache-settings.ts';
import { fail } from '../../src/core/errors.ts';
import { noHost, silentLog } from '../../src/core/headless.ts';
import { createContainer, provide, resolve } from '../../src/core/inject.ts';
import { lifetimeOf } from '../../src/core/lifetime.ts';
import { Clock, type FileFacts, type Files, Host, Http, type HttpRequest, type HttpResponse, Log } from '../../src/core/ports.ts';

const URLS = { discovery: 'https://idp.test/.well-known/openid-configuration', jwks: 'https://idp.test/keys' };
const ISSUER = 'https://idp.test';

/** Files in memory; `facts` of a path can be overridden. */
class MemoryFiles implements Files {
  readonly content = new Map<string, string>();
  odd: Partial<FileFacts> = {};
  broken = false;

  async read(path: string): Promise<Uint8Array | undefined> {
    const text = this.content.get(path);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  }
  async write(path: string, content: string | Uint8Array): Promise<void> {
    if (this.broken) fail('store_no_space', 'full');
    this.content.set(path, String(content));
  }
  async remove(path: string): Promise<void> {
    this.content.delete(path);
  }
  async facts(path: string): Promise<FileFacts | undefined> {
    return this.content.has(path) ? { kind: 'file', mode: 0o600, own: true, size: 1, changedAt: 0, ...this.odd } : undefined;
  }
  async touch(): Promise<boolean> {
    throw new Error('nothing here is touched');
  }
  async restrict(): Promise<void> {
    throw new Error('nothing here is restricted');
  }
  create = async (): Promise<boolean> => false;
  move = async (): Promise<boolean> => false;
  list = async (): Promise<readonly string[]> => [...this.content.keys()];
}

/** A world in which the server, the clock and the disk do as they are told; `start()` is a new process. */
function world() {
  const requests: HttpRequest[] = [];
  const files = new MemoryFiles();
  const state = {
    now: Date.parse('2026-11-23T10:00:00Z'),
    headers: {} as Record<string, string>,
    proxy: undefined as string | undefined,
    answer: (): Partial<HttpResponse> | Promise<Partial<HttpResponse>> => ({}),
  };
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(request);
    const body = new TextEncoder().encode(JSON.stringify({ n: requests.length }));
    return { status: 200, headers: { 'content-type': 'application/json', ...state.headers }, body, ...(await state.answer()) };
  };
  const start = (settings: CacheSettings = { files }) => {
    const container = createContainer();
    provide(container, Http, { send });
    provide(container, Clock, { now: () => state.now, sleep: async () => {} });
    provide(container, Host, { ...noHost, directories: { config: '/c', cache: '/cache', state: '/s' }, proxyFor: () => state.proxy });
    provide(container, Log, silentLog);
    provide(container, CacheSettings, settings);
    const cache = resolve(container, DocumentCache);
    return async (
      kind: DocumentKind = 'jwks',
      request: { fresh?: boolean; issuer?: string; signal?: AbortSignal; check?: () => void } = {},
    ) => {
      const { value, cached } = await cache.get(kind, URLS[kind], { issuer: ISSUER, ...request });
      return { n: value.n, cached };
    };
  };
  return { state, files, requests, start, later: (seconds: number) => (state.now += seconds * 1000) };
}

let w: ReturnType<typeof world>;
beforeEach(() => {
  w = world();
});

describe('a document', () => {
  test('is fetched once and then kept, in memory and for the next process', async () => {
    const get = w.start();
    expect(await get()).toEqual({ n: 1, cached: false });
    expect(await get()).toEqual({ n: 1, cached: true });
    expect(await w.start()()).toEqual({ n: 1, cached: true });
    expect(w.requests).toHaveLength(1);
    expect(w.requests[0]).toMatchObject({ method: 'GET', url: URLS.jwks, purpose: 'the key set' });
  });

  test('is fetched once for all who ask at the same time', async () => {
    const get = w.start();
    const all = await Promise.all(Array.from({ length: 50 }, () => get()));
    expect(new Set(all.map(({ n }) => n))).toEqual(new Set([1]));
    expect(w.requests).toHaveLength(1);
  });

  test.each([
    ['a silent server', 'jwks', {}, 600],
    ['a silent server', 'discovery', {}, 600],
    ['max-age', 'jwks', { 'cache-control': 'public, max-age=100' }, 100],
    ['a long max-age', 'jwks', { 'cache-control': 'max-age=86400' }, 600],
    ['a long max-age', 'discovery', { 'cache-control': 'max-age=86400' }, 3600],
    ['Expires', 'discovery', { expires: 'Mon, 23 Nov 2026 10:05:00 GMT' }, 300],
  ] as const)('lives as long as %s for %s says: %j, %d s', async (_name, kind, headers, seconds) => {
    w.state.headers = headers;
    await w.start()(kind);
    w.later(seconds - 1);
    expect((await w.start()(kind)).cached).toBe(true);
    w.later(1);
    expect((await w.start()(kind)).cached).toBe(false);
  });

  test.each(['no-store', 'no-cache', 'max-age=0', 'no-cache, must-revalidate, no-transform, no-store'])(
    'with "%s" is not on the disk',
    async (directive) => {
      w.state.headers = { 'cache-control': directive };
      const get = w.start();
      await get();
      expect(w.files.content.size).toBe(0);
      expect((await get()).cached).toBe(true); // this sign-in may use what it just got
      expect((await w.start()()).cached).toBe(false);
    },
  );

  test.each(['issuer', 'ca', 'proxy', 'kind'])('belongs to its %s', async (what) => {
    await w.start()();
    if (what === 'proxy') w.state.proxy = 'http://robin:CANARY@proxy.test';
    const get = w.start(what === 'ca' ? { files: w.files, ca: 'PEM' } : undefined);
    expect((await get(what === 'kind' ? 'discovery' : 'jwks', what === 'issuer' ? { issuer: 'https://other.test' } : {})).cached).toBe(
      false,
    );
    expect(JSON.stringify([...w.files.content])).not.toContain('CANARY');
  });

  test('is fetched again when the clock went back', async () => {
    await w.start()();
    w.later(-86_400);
    expect((await w.start()()).cached).toBe(false);
  });

  test('is not on the disk without files, without directories', async () => {
    await w.start({})();
    expect(w.files.content.size).toBe(0);
    expect((await w.start({})()).cached).toBe(false);
  });

  test('that is refused is not kept, and not taken from the disk', async () => {
    const check = (): void => fail('proto_discovery_mismatch', 'no');
    await expect(w.start()('discovery', { check })).rejects.toMatchObject({ code: 'proto_discovery_mismatch' });
    expect(w.files.content.size).toBe(0);
    await w.start()('discovery');
    await expect(w.start()('discovery', { check })).rejects.toMatchObject({ code: 'proto_discovery_mismatch' });
    expect(w.requests).toHaveLength(3);
  });
});

describe('a file of the cache', () => {
  const path = (): string => [...w.files.content.keys()][0] ?? '';

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"schema":"padlock/document/2"}',
    '{"schema":"padlock/document/1","value":{},"fetchedAt":"x","expiresAt":9e99}',
  ])('that holds %j is fetched again and replaced', async (content) => {
    await w.start()();
    w.files.content.set(path(), content);
    expect(await w.start()()).toEqual({ n: 2, cached: false });
    expect(await w.start()()).toEqual({ n: 2, cached: true });
  });

  test.each([
    { schema: 'padlock/document/2' },
    { schema: undefined },
    { value: undefined },
    { value: 'x' },
    { fetchedAt: undefined },
    { fetchedAt: '1' },
    { expiresAt: undefined },
    { expiresAt: '9000000000000000' },
    { expiresAt: null },
  ])('that is right but for %j is fetched again', async (wrong) => {
    await w.start()();
    const right = JSON.parse(w.files.content.get(path()) ?? '') as object;
    w.files.content.set(path(), JSON.stringify(right));
    expect((await w.start()()).cached).toBe(true);
    w.files.content.set(path(), JSON.stringify({ ...right, ...wrong }));
    expect((await w.start()()).cached).toBe(false);
  });

  test('cannot extend its own life', async () => {
    await w.start()();
    w.files.content.set(path(), (w.files.content.get(path()) ?? '').replace(/"expiresAt":\d+/, '"expiresAt":9e15'));
    w.later(601);
    expect((await w.start()()).cached).toBe(false);
  });

  test.each([{ own: false }, { mode: 0o666 }, { mode: 0o620 }, { kind: 'symlink' as const }])(
    'that others could have written is not believed: %j',
    async (facts) => {
      await w.start()();
      w.files.odd = facts;
      expect((await w.start()()).cached).toBe(false);
    },
  );

  test('that cannot be written does not matter', async () => {
    w.files.broken = true;
    expect(await w.start()()).toEqual({ n: 1, cached: false });
  });
});

describe('a fresh document', () => {
  test('comes from the network, though the kept one is good', async () => {
    const get = w.start();
    await get();
    expect(await get('jwks', { fresh: true })).toEqual({ n: 2, cached: false });
    expect(await get()).toEqual({ n: 2, cached: true });
  });

  test('replaces one from the disk at once', async () => {
    await w.start()();
    const get = w.start();
    expect((await get()).cached).toBe(true);
    expect(await get('jwks', { fresh: true })).toEqual({ n: 2, cached: false });
  });

  test('is fetched once in 30 seconds, however many ask', async () => {
    const get = w.start();
    await get();
    await Promise.all(Array.from({ length: 100 }, () => get('jwks', { fresh: true })));
    for (let i = 0; i < 29; i++) {
      expect(await get('jwks', { fresh: true })).toEqual({ n: 2, cached: true });
      w.later(1);
    }
    expect(w.requests).toHaveLength(2);
    w.later(1);
    expect(await get('jwks', { fresh: true })).toEqual({ n: 3, cached: false });
  });

  test('cools down for a server that forbids keeping too', async () => {
    w.state.headers = { 'cache-control': 'no-store, max-age=0' };
    const get = w.start();
    for (let i = 0; i < 100; i++) {
      await get();
      await get('jwks', { fresh: true });
    }
    expect(w.requests).toHaveLength(2);
  });

  test('cools down after a failure too', async () => {
    const get = w.start();
    await get();
    w.state.answer = () => ({ status: 503 });
    await expect(get('jwks', { fresh: true })).rejects.toMatchObject({ code: 'idp_unavailable' });
    expect(await get('jwks', { fresh: true })).toEqual({ n: 1, cached: true });
  });

  test('is shared by those who ask while it is on its way', async () => {
    const get = w.start();
    await get();
    expect(await Promise.all([get('jwks', { fresh: true }), get('jwks', { fresh: true })])).toEqual([
      { n: 2, cached: false },
      { n: 2, cached: false },
    ]);
  });
});

describe('a failure', () => {
  test('is everybody’s who waited, and is not kept', async () => {
    const get = w.start();
    w.state.answer = () => ({ status: 404 });
    const all = await Promise.allSettled([get(), get()]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    w.state.answer = () => ({});
    expect((await get()).n).toBe(2);
  });

  test.each([1, 2])('of patience is only the one’s who cancelled: %d waiting', async (waiting) => {
    let let_go = (): void => {};
    w.state.answer = () => new Promise((resolve) => (let_go = () => resolve({})));
    const get = w.start();
    const controller = new AbortController();
    const impatient = get('jwks', { signal: controller.signal });
    const others = Array.from({ length: waiting - 1 }, () => get());
    await new Promise(setImmediate);
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: 'cancelled' });
    expect(w.requests[0]?.signal?.aborted).toBe(waiting === 1);
    let_go();
    for (const other of others) expect((await other).n).toBe(1);
  });

  test('comes before anything is asked when it was cancelled already', async () => {
    await expect(w.start()('jwks', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(w.requests).toHaveLength(0);
  });
});

test.each([
  [{}, 5, true],
  [{ 'cache-control': 'max-age=60' }, 60, true],
  [{ 'cache-control': 'Max-Age="60" , public' }, 60, true],
  [{ 'cache-control': 'max-age=60', age: '20' }, 40, true],
  [{ 'cache-control': 'max-age=10', age: '20' }, 0, true],
  [{ 'cache-control': 'max-age=60', expires: '0' }, 60, true],
  [{ 'cache-control': 'max-age=-1' }, 5, true],
  [{ 'cache-control': 'no-store' }, 5, false],
  [{ expires: '0' }, 0, true],
  [{ expires: 'Thu, 01 Jan 1970 00:02:00 GMT', date: 'Thu, 01 Jan 1970 00:01:00 GMT' }, 60, true],
  [{ expires: 'Thu, 01 Jan 1970 00:02:00 GMT' }, 120, true],
])('lifetimeOf(%j) is %d s, on a disk: %p', (headers, seconds, storable) => {
  expect(lifetimeOf(headers as Record<string, string>, 0, 5)).toEqual({ seconds, storable });
});
