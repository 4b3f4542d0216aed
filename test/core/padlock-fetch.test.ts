/** `padlock.fetch` against real servers: who gets the token, and who gets nothing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Padlock, PadlockOptions } from '../../src/index.ts';
import { failure, gate, world } from './sessions/fixture.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Handler = (seen: Seen, response: ServerResponse) => void;

/** A server with an origin of its own. */
class Api {
  readonly seen: Seen[] = [];
  #handler: Handler = (_, response) => void response.end('{"ok":true}');
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      this.seen.push(seen);
      this.#handler(seen, response);
    });
  });
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  start = () => new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  stop = () => new Promise((resolve) => this.#server.close(resolve).closeAllConnections());
  answers(handler: Handler): void {
    this.#handler = handler;
  }
  reset(): void {
    this.seen.length = 0;
    this.answers((_, response) => void response.end('{"ok":true}'));
  }
}

const api = new Api();
const other = new Api();
const stranger = new Api();
const all = [api, other, stranger];
beforeAll(() => Promise.all(all.map((each) => each.start())));
afterEach(() => {
  for (const each of all) each.reset();
});
afterAll(() => Promise.all(all.map((each) => each.stop())));

const SERVICE = { flow: 'client-credentials', scope: ['read'] } as const;
function client(options: PadlockOptions = {}): { readonly padlock: Padlock; readonly provider: ReturnType<typeof world>['provider'] } {
  const { process, provider } = world();
  return { padlock: process({ ...SERVICE, allowedOrigins: [api.origin, `${other.origin}/`], ...options }), provider };
}
const bearers = ({ seen }: Api): (string | undefined)[] => seen.map(({ headers }) => headers.authorization);
const to =
  (status: number, location: string): Handler =>
  ({ url }, response) =>
    url.startsWith('/from') ? void response.writeHead(status, { location }).end() : void response.end('arrived');
/** Takes only the second token. */
const pickyAboutTokens: Handler = ({ headers }, response) =>
  headers.authorization === 'Bearer at-1-null' ? void response.writeHead(401).end('no') : void response.end('yes');

describe('an origin that is listed', () => {
  test('gets the token with everything the caller says', async () => {
    const { fetch } = client().padlock; // it needs no `this`
    const response = await fetch(`${api.origin}/reports?year=2026`, { method: 'PUT', headers: { 'X-Trace': '7' }, body: '{"a":1}' });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect(api.seen).toMatchObject([
      { method: 'PUT', url: '/reports?year=2026', body: '{"a":1}', headers: { authorization: 'Bearer at-1-null', 'x-trace': '7' } },
    ]);
  });

  test('is asked as often as one likes with one token', async () => {
    const { padlock, provider } = client();
    await Promise.all([`${api.origin}/a`, new URL(`${api.origin}/b`), new Request(`${api.origin}/c`)].map((input) => padlock.fetch(input)));
    expect(bearers(api)).toEqual(Array(3).fill('Bearer at-1-null'));
    expect(provider.forms()).toHaveLength(1);
  });

  test('gets an Authorization of the caller’s own instead', async () => {
    const { padlock, provider } = client();
    api.answers((_, response) => void response.writeHead(401).end());
    const response = await padlock.fetch(api.origin, { headers: { authorization: 'Basic eA==' } });
    expect([response.status, bearers(api), provider.forms()]).toEqual([401, ['Basic eA=='], []]);
  });
});

describe('an origin that is not listed', () => {
  test.each([
    ['another port', () => stranger.origin],
    ['another scheme', () => api.origin.replace('http:', 'https:')],
    ['another name for the same address', () => api.origin.replace('127.0.0.1', 'localhost')],
    [
      'another host behind a look-alike',
      () => api.origin.replace('http://', 'http://api.example.test@').replace('127.0.0.1', 'x.example.test'),
    ],
    ['data', () => 'data:text/plain,hello'],
  ])('gets nothing, and no token is asked for: %s', async (_, url) => {
    const { padlock, provider } = client();
    await expect(padlock.fetch(url())).rejects.toBeDefined();
    expect([...all.flatMap(({ seen }) => seen), ...provider.requests]).toEqual([]);
  });

  test('is named in the error, without path or query', async () => {
    const error = await failure(client().padlock.fetch(`${stranger.origin}/secret?token=canary`));
    expect(error).toMatchObject({ code: 'usage_bad_value', message: expect.stringContaining(new URL(stranger.origin).host) });
    expect(error.message).not.toMatch(/canary|secret/);
  });

  test('is every origin where none is listed', async () => {
    const { padlock } = client({ allowedOrigins: [] });
    await expect(failure(padlock.fetch(api.origin))).resolves.toMatchObject({ hint: expect.stringContaining('allowedOrigins') });
  });
});

test.each([
  ['api.example.test', 'config_bad_url'],
  ['https://api.example.test/v1', 'config_bad_url'],
  ['https://api.example.test?x', 'config_bad_url'],
  ['https://user:password@api.example.test', 'config_bad_url'],
  ['ftp://api.example.test', 'config_bad_url'],
  ['http://api.example.test', 'config_insecure_url'],
])('%s cannot be listed: %s', (origin, code) => {
  expect(() => client({ allowedOrigins: [origin] })).toThrow(expect.objectContaining({ code }));
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%d within the origin keeps the token', async (status) => {
    api.answers(to(status, '/to'));
    const response = await client().padlock.fetch(`${api.origin}/from`);
    expect([await response.text(), new URL(response.url).pathname, bearers(api)]).toEqual([
      'arrived',
      '/to',
      Array(2).fill('Bearer at-1-null'),
    ]);
  });

  test('to another listed origin loses the token, for good', async () => {
    api.answers(({ url }, response) =>
      url === '/from' ? void response.writeHead(302, { location: `${other.origin}/back` }).end() : void response.end('arrived'),
    );
    other.answers((_, response) => void response.writeHead(302, { location: `${api.origin}/to` }).end());
    await client().padlock.fetch(`${api.origin}/from`, { headers: { cookie: 'a=b', 'x-trace': '7' } });
    expect([bearers(other), bearers(api)]).toEqual([[undefined], ['Bearer at-1-null', undefined]]);
    expect([other.seen[0]?.headers.cookie, other.seen[0]?.headers['x-trace']]).toEqual([undefined, '7']);
  });

  test('to an origin that is not listed sends nothing there', async () => {
    api.answers(to(302, `${stranger.origin}/to`));
    await expect(failure(client().padlock.fetch(`${api.origin}/from`))).resolves.toMatchObject({ code: 'usage_bad_value' });
    expect(stranger.seen).toEqual([]);
  });

  test('takes an Authorization of the caller’s own to no other origin', async () => {
    api.answers(to(307, `${other.origin}/to`));
    await client().padlock.fetch(`${api.origin}/from`, { headers: { authorization: 'Basic eA==' } });
    expect([bearers(api), bearers(other)]).toEqual([['Basic eA=='], [undefined]]);
  });

  test.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'a=1'],
    [308, 'POST', 'a=1'],
  ])('%d of a POST is a %s with the body %j', async (status, method, body) => {
    api.answers(to(status, '/to'));
    await client().padlock.fetch(`${api.origin}/from`, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
    expect(api.seen[1]).toMatchObject({ method, body });
    expect(api.seen[1]?.headers['content-type']).toEqual(body === '' ? undefined : expect.stringContaining('urlencoded'));
  });

  test('that wants a stream again is an error', async () => {
    api.answers(to(307, '/to'));
    const stream = new Blob(['a']).stream();
    const error = await failure(client().padlock.fetch(`${api.origin}/from`, { method: 'POST', body: stream, duplex: 'half' }));
    expect(error).toMatchObject({ code: 'proto_redirect' });
  });

  test('after redirect after redirect ends', async () => {
    api.answers(to(302, '/from'));
    await expect(failure(client().padlock.fetch(`${api.origin}/from`))).resolves.toMatchObject({ code: 'proto_redirect' });
    expect(api.seen).toHaveLength(21);
  });

  test('is left to the caller who wants that', async () => {
    api.answers(to(302, `${stranger.origin}/to`));
    await expect(client().padlock.fetch(`${api.origin}/from`, { redirect: 'manual' })).resolves.toMatchObject({ status: 302 });
    await expect(client().padlock.fetch(`${api.origin}/from`, { redirect: 'error' })).rejects.toMatchObject({ name: 'TypeError' });
    expect(stranger.seen).toEqual([]);
  });

  test('without a place to go is an answer', async () => {
    api.answers((_, response) => void response.writeHead(304).end());
    await expect(client().padlock.fetch(api.origin)).resolves.toMatchObject({ status: 304 });
  });
});

describe('a 401', () => {
  const form = new FormData();
  form.set('a', 'b');
  test.each<[string, RequestInit]>([
    ['no body', {}],
    ['a text', { method: 'POST', body: 'text' }],
    ['a form', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }],
    ['bytes', { method: 'POST', body: new Uint8Array([97]) }],
    ['a buffer', { method: 'POST', body: new Uint8Array([97]).buffer }],
    ['a blob', { method: 'POST', body: new Blob(['blob'], { type: 'text/x' }) }],
    ['a multipart form', { method: 'POST', body: form }],
  ])('is asked once more with a new token: %s', async (_, init) => {
    api.answers(pickyAboutTokens);
    const response = await client().padlock.fetch(api.origin, init);
    expect([response.status, await response.text(), bearers(api)]).toEqual([200, 'yes', ['Bearer at-1-null', 'Bearer at-2-null']]);
    const [first, second] = api.seen;
    expect([second?.body, second?.headers['content-type']]).toEqual([first?.body, first?.headers['content-type']]);
  });

  test('that stays one is the answer; nothing is asked a third time', async () => {
    api.answers((_, response) => void response.writeHead(401).end('never'));
    const response = await client().padlock.fetch(api.origin);
    expect([response.status, await response.text(), api.seen.length]).toEqual([401, 'never', 2]);
  });

  test.each<[string, () => Parameters<typeof fetch>]>([
    ['a stream', () => [api.origin, { method: 'POST', body: new Blob(['a']).stream(), duplex: 'half' } as RequestInit]],
    ['a Request with a body', () => [new Request(api.origin, { method: 'POST', body: 'a' })]],
  ])('to a body that can be read only once is the answer: %s', async (_, parameters) => {
    const { padlock, provider } = client();
    api.answers((_, response) => void response.writeHead(401).end('no'));
    const response = await padlock.fetch(...parameters());
    expect([response.status, await response.text(), api.seen.map(({ body }) => body), provider.forms().length]).toEqual([
      401,
      'no',
      ['a'],
      1,
    ]);
  });

  test('is the answer where there is no other token to be had', async () => {
    const { padlock, provider } = client();
    api.answers((_, response) => void response.writeHead(401).end('no'));
    await padlock.token();
    provider.next = [{ status: 400, body: { error: 'unauthorized_client' } }];
    const response = await padlock.fetch(api.origin);
    expect([response.status, await response.text()]).toEqual([401, 'no']);
  });

  test('of fifty requests asks for one new token', async () => {
    const { padlock, provider } = client();
    api.answers(pickyAboutTokens);
    await padlock.token();
    const answers = await Promise.all(Array.from({ length: 50 }, () => padlock.fetch(api.origin)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(provider.forms()).toHaveLength(2);
    await padlock.fetch(api.origin);
    expect(provider.forms()).toHaveLength(2);
  });
});

describe('a caller who leaves', () => {
  test('before the token is there gets the reason it gave', async () => {
    const { padlock, provider } = client();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const leaving = new AbortController();
    const answer = failure(padlock.fetch(api.origin, { signal: leaving.signal }));
    await asked;
    leaving.abort();
    await expect(answer).resolves.toMatchObject({ name: 'AbortError' });
    open();
    expect(api.seen).toEqual([]);
  });

  test('while a refused token is replaced gets it, too', async () => {
    const { padlock, provider } = client();
    api.answers((_, response) => void response.writeHead(401).end());
    await padlock.token();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const leaving = new AbortController();
    const answer = failure(padlock.fetch(api.origin, { signal: leaving.signal }));
    await asked;
    leaving.abort(new Error('home'));
    await expect(answer).resolves.toMatchObject({ message: 'home' });
    open();
  });

  test('during the request ends it', async () => {
    const leaving = new AbortController();
    api.answers(() => leaving.abort());
    await expect(client().padlock.fetch(api.origin, { signal: leaving.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a failure to get a token is told as it is', async () => {
  const { padlock, provider } = client();
  provider.next = [{ status: 401, body: { error: 'invalid_client' } }];
  await expect(failure(padlock.fetch(api.origin))).resolves.toMatchObject({ code: 'client_invalid' });
  expect(api.seen).toEqual([]);
});
