import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { noHost, realClock, silentLog } from '../../src/core/headless.ts';
import { NodeHttp } from '../../src/core/http.ts';
import { HttpSettings } from '../../src/core/http-settings.ts';
import { createContainer, provide, provideClass, resolve } from '../../src/core/inject.ts';
import { Clock, Host, Http, Log } from '../../src/core/ports.ts';
import { VERSION } from '../../src/core/version.ts';
import { closeServers, deadPort, door, runWithDoor, serve, serveBytes, text } from './http-support.ts';

afterEach(closeServers);

const failsWith = (code: string) => expect.objectContaining({ code });
const JSON_TYPE = { 'content-type': 'application/json' };

describe('a request', () => {
  test('arrives as it was meant, and its answer comes back whole', async () => {
    const { url, seen } = await serve((_request, response) =>
      response.writeHead(201, { ...JSON_TYPE, 'X-Two': ['a', 'b'] }).end('{"ok":true}'),
    );
    const answer = await door().post(`${url}/token?x=1`, 'grant_type=password&username=r%C3%B6bin', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-two': 'a, b' });
    expect(text(answer.body)).toBe('{"ok":true}');
    expect(seen).toHaveLength(1);
    const [{ request, body }] = seen as [(typeof seen)[0] & object];
    expect([request.method, request.url, body]).toEqual(['POST', '/token?x=1', 'grant_type=password&username=r%C3%B6bin']);
    expect(request.headers).toMatchObject({
      'user-agent': `padlock/${VERSION}`,
      'accept-encoding': 'gzip, deflate, br',
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': '39',
    });
  });

  test('is answered with both of two fields of one name, where only one makes sense, too', async () => {
    const fields = 'Content-Type: application/json\r\nContent-Type: text/html\r\nContent-Length: 0';
    const url = await serveBytes((socket) => socket.end(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`));
    expect((await door().post(url)).headers['content-type']).toBe('application/json, text/html');
  });

  test.each(['GET', 'DELETE', 'PUT'] as const)('%s is framed so that the server sees its end', async (method) => {
    const { url, seen } = await serve((_request, response) => response.end('x'));
    const { http } = door();
    await http.send({ method, url, purpose: 'a plugin', ...(method === 'GET' ? {} : { body: 'näme' }) });
    expect(seen[0]?.body).toBe(method === 'GET' ? '' : 'näme');
  });

  test('does not send back cookies', async () => {
    const { url, seen } = await serve((_request, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end());
    const { get } = door();
    await get(url);
    await get(url);
    expect(seen.map(({ request }) => request.headers.cookie)).toEqual([undefined, undefined]);
  });

  test('is an answer when it is a redirect, and nobody follows it (BCP 18)', async () => {
    const other = await serve((_request, response) => response.end('followed'));
    const { url } = await serve((_request, response) => response.writeHead(307, { location: other.url }).end());
    const answer = await door().post(url);
    expect([answer.status, answer.headers.location]).toEqual([307, other.url]);
    expect(other.seen).toHaveLength(0);
  });

  test('shares its connection with the next one', async () => {
    const { url, connections } = await serve((_request, response) => response.end('x'));
    const { get, post } = door();
    await get(url);
    await post(url);
    await get(url);
    expect(connections).toHaveLength(1);
  });

  test('opens a connection of its own after the door was closed', async () => {
    const { url, connections } = await serve((_request, response) => response.end('x'));
    const { http, get } = door();
    await get(url);
    await http.close();
    await get(url);
    expect(connections).toHaveLength(2);
  });

  test('leaves a connection that is closed with the door', async () => {
    const opened: Socket[] = [];
    const note = (message: unknown): unknown => opened.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', note);
    try {
      const { url } = await serve((_request, response) => response.end('x'));
      const { http, get } = door();
      await get(url);
      expect(opened.map(({ destroyed }) => destroyed)).toEqual([false]);
      await http.close();
      expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
    } finally {
      unsubscribe('net.client.socket', note);
    }
  });

  test('may ask for another type than JSON, however it spells the field', async () => {
    const { url, seen } = await serve((_request, response) => response.end('x'));
    await door().get(url, { headers: { Accept: 'application/jwt' } });
    expect(seen[0]?.request.rawHeaders.filter((name) => /^accept$/i.test(name))).toEqual(['accept']);
    expect(seen[0]?.request.headers.accept).toBe('application/jwt');
  });

  test('is logged without its query, header or body (BCP 53)', async () => {
    const { url } = await serve((_request, response) => response.writeHead(200, { 'x-secret': 'CANARY1' }).end('CANARY2'));
    const { post, log } = door();
    await post(`${url}/token?code=CANARY3`, 'password=CANARY4', { headers: { authorization: 'CANARY5' } });
    const port = new URL(url).host;
    expect(log).toEqual([
      { event: 'http', method: 'POST', host: port, path: '/token', purpose: 'the token endpoint', status: 200, ms: expect.any(Number) },
    ]);
  });

  test('works for a door built by the container', async () => {
    const { url } = await serve((_request, response) => response.end('x'));
    const container = createContainer();
    provide(container, Host, noHost);
    provide(container, Clock, realClock);
    provide(container, Log, silentLog);
    provide(container, HttpSettings, {});
    provideClass(container, Http, NodeHttp);
    expect((await resolve(container, Http).send({ method: 'GET', url, purpose: 'x' })).status).toBe(200);
  });
});

describe('an address (BCP 16)', () => {
  test.each([
    ['http://idp.example/token', 'config_insecure_url'],
    ['http://127.0.0.1.example/token', 'config_insecure_url'],
    ['http://localhost.example/token', 'config_insecure_url'],
    ['http://10.0.0.1/', 'config_insecure_url'],
    ['http://0.0.0.0/', 'config_insecure_url'],
    ['http://[::2]/', 'config_insecure_url'],
    ['https://user:hunter22@idp.example/', 'config_bad_url'],
    ['https://hunter22@idp.example/', 'config_bad_url'],
    ['ftp://idp.example/', 'config_bad_url'],
    ['javascript:alert(1)', 'config_bad_url'],
    ['file:///etc/passwd', 'config_bad_url'],
    ['no url', 'config_bad_url'],
    ['', 'config_bad_url'],
  ])('%j is refused as %s', async (url, code) => {
    const error = await door()
      .get(url)
      .catch((thrown: Error) => thrown);
    expect(error).toEqual(failsWith(code));
    expect((error as Error).message).not.toContain('hunter22');
  });

  test.each(['127.0.0.1', '127.1.2.3', '127.1', '0x7f.1', '2130706433'])(
    'http to %s stays on this machine and is allowed',
    async (name) => {
      const { port } = await serve((_request, response) => response.end('here'), '0.0.0.0');
      expect((await door().get(`http://${name}:${port}/`)).status).toBe(200);
    },
  );

  test.each(['127.0.0.1', '::1'])('localhost is %s without asking a resolver', async (address) => {
    const { port } = await serve((_request, response) => response.end('here'), address);
    expect(text((await door().get(`http://localhost:${port}/`)).body)).toBe('here');
  });

  test('may be an IPv6 literal', async () => {
    const { url } = await serve((_request, response) => response.end('six'), '::1');
    expect(text((await door().get(url)).body)).toBe('six');
  });
});

describe('a body', () => {
  const content = `{"text":"${'é'.repeat(2000)}"}`;

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('compressed with %s is read, and nothing says it was compressed', async (encoding, compress) => {
    const { url } = await serve((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(compress(content)));
    const answer = await door().get(url);
    expect(text(answer.body)).toBe(content);
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  test.each([
    ['plain', undefined, (size: number) => Buffer.alloc(size)],
    ['gzip', 'gzip', (size: number) => gzipSync(Buffer.alloc(size))],
    ['brotli', 'br', (size: number) => brotliCompressSync(Buffer.alloc(size))],
  ])('is capped after decompression: %s', async (_name, encoding, make) => {
    const sizes = [4096, 4097];
    const { url } = await serve((_request, response, seen) =>
      response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding }).end(make(sizes[seen.length - 1] ?? 0)),
    );
    const { get } = door({ maxBytes: 4096 });
    expect((await get(url)).body).toHaveLength(4096);
    await expect(get(url)).rejects.toEqual(failsWith('proto_too_large'));
  });

  test('of 64 MiB, sent as a bomb, costs no memory to speak of', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { url } = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const before = process.memoryUsage().rss;
    await expect(door().get(url)).rejects.toEqual(failsWith('proto_too_large'));
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
  });

  test.each([
    ['an unknown compression', 'zstd', Buffer.from('x'), 'proto_content_type'],
    ['two compressions', 'gzip, gzip', gzipSync(gzipSync('x')), 'proto_content_type'],
    ['text that says it is gzip', 'gzip', Buffer.from('not gzip at all'), 'proto_content_type'],
    ['text that says it is brotli', 'br', Buffer.from('not brotli at all, really'), 'proto_content_type'],
    ['gzip that ends in the middle', 'gzip', gzipSync(content).subarray(0, 30), 'net_reset'],
  ])('%s is refused', async (_name, encoding, bytes, code) => {
    const { url } = await serve((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bytes));
    await expect(door().post(url)).rejects.toEqual(failsWith(code));
  });

  test.each([204, 304])('is empty with status %d even when it says it is compressed', async (status) => {
    const { url } = await serve((_request, response) => response.writeHead(status, { 'content-encoding': 'gzip' }).end());
    expect((await door().get(url)).body).toHaveLength(0);
  });

  test('is empty where its length is 0, and whole where its compression has no name', async () => {
    const { url } = await serve((request, response) =>
      request.url === '/empty'
        ? response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '0' }).end()
        : response.writeHead(200, { 'content-encoding': '' }).end('plain'),
    );
    const { get } = door();
    expect((await get(`${url}/empty`)).body).toHaveLength(0);
    expect(text((await get(`${url}/plain`)).body)).toBe('plain');
  });
});

describe('a server that breaks the protocol', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  test.each([
    ['hangs up without a word', '', 'net_reset'],
    ['hangs up in the header', `${ok}Content-`, 'net_reset'],
    ['promises more than it sends', `${ok}Content-Length: 100\r\n\r\n{"access_token":`, 'net_reset'],
    ['sends more than it promised', `${ok}Content-Length: 5\r\n\r\n{"a":{"b":"c"}}`, 'net_reset'],
    ['breaks off a chunk', `${ok}Transfer-Encoding: chunked\r\n\r\nff\r\n{"access`, 'net_reset'],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'net_reset'],
    ['gives two lengths', `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 'net_reset'],
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n', 'net_reset'],
    ['sends an endless header', `${ok}X-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 'proto_too_large'],
  ])('%s', async (_name, bytes, code) => {
    const url = await serveBytes((socket) => socket.end(bytes));
    const error = await door()
      .post(url)
      .catch((thrown: Error) => thrown);
    expect(error).toEqual(failsWith(code));
    expect(JSON.stringify(error)).not.toContain('access');
  });

  test('is not asked again when it was a POST', async () => {
    let connections = 0;
    const url = await serveBytes((socket) => {
      connections++;
      socket.destroy();
    });
    const { post, waits } = door();
    await expect(post(url)).rejects.toEqual(failsWith('net_reset'));
    expect([connections, waits]).toEqual([1, []]);
  });
});

describe('the deadline', () => {
  test.each([
    ['no answer', () => {}],
    ['no end of the header', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\n')],
    ['no end of the body', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')],
  ])('ends a request with %s', async (_name, answer) => {
    const url = await serveBytes(answer);
    const { post, log } = door({ timeout: 0.2 });
    await expect(post(url)).rejects.toMatchObject({
      code: 'net_timeout',
      retryable: true,
      message: expect.stringMatching(/within 0\.2 s\.$/),
      hint: expect.stringContaining('--timeout'),
    });
    expect(log.map(({ code }) => code)).toEqual(['net_timeout']);
  });

  test('is for the whole body, however steadily it drips', async () => {
    const url = await serveBytes((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    await expect(door({ timeout: 0.3 }).get(url)).rejects.toEqual(failsWith('net_timeout'));
  });

  test('closes the connection it gave up on', async () => {
    let closed: Promise<unknown> | undefined;
    const url = await serveBytes((socket) => {
      closed = once(socket, 'close');
    });
    await expect(door({ timeout: 0.1 }).get(url)).rejects.toEqual(failsWith('net_timeout'));
    await closed;
  });
});

describe('cancelling', () => {
  test('rejects with the reason that was given', async () => {
    const url = await serveBytes(() => {});
    const controller = new AbortController();
    const reason = new Error('Interrupted.');
    setTimeout(() => controller.abort(reason), 30);
    await expect(door().get(url, { signal: controller.signal })).rejects.toBe(reason);
  });

  test.each(['before', 'during'])('without a reason is cancelled: %s', async (when) => {
    const url = await serveBytes((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'));
    const controller = new AbortController();
    if (when === 'before') controller.abort();
    else setTimeout(() => controller.abort(), 30);
    await expect(door().get(url, { signal: controller.signal })).rejects.toEqual(failsWith('cancelled'));
  });

  test('leaves no listener on the signal', async () => {
    const { url } = await serve((_request, response) => response.end());
    const controller = new AbortController();
    const { get } = door();
    for (let i = 0; i < 20; i++) await get(url, { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});

describe('a second try', () => {
  test.each([
    [429, { 'retry-after': '2' }, 2000],
    [503, { 'retry-after': '0' }, 0],
    [503, {}, 300],
  ])('of a GET follows %d %j', async (status, headers, least) => {
    const { url, seen } = await serve((_request, response, asked) => response.writeHead(asked.length === 1 ? status : 200, headers).end());
    const { get, waits } = door();
    expect((await get(url)).status).toBe(200);
    expect(seen).toHaveLength(2);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(least);
    expect(waits[0]).toBeLessThanOrEqual(least + 600);
  });

  test.each([
    ['the wait is long', 429, { 'retry-after': '6' }],
    ['the wait is a day', 429, { 'retry-after': '86400' }],
    ['the status says nothing about waiting', 500, {}],
    ['the answer is a refusal', 404, {}],
  ])('is not made when %s', async (_name, status, headers) => {
    const { url, seen } = await serve((_request, response) => response.writeHead(status, headers).end());
    const { get, waits } = door();
    expect((await get(url)).status).toBe(status);
    expect([seen.length, waits]).toEqual([1, []]);
  });

  test('is not made when the deadline would be over', async () => {
    const { url, seen } = await serve((_request, response) => response.writeHead(503, { 'retry-after': '4' }).end());
    expect((await door({ timeout: 3 }).get(url)).status).toBe(503);
    expect(seen).toHaveLength(1);
  });

  test('is the last', async () => {
    const { url, seen } = await serve((_request, response) => response.writeHead(503).end());
    expect((await door().get(url)).status).toBe(503);
    expect(seen).toHaveLength(2);
  });

  test.each([429, 503])('of a POST is never made: %d', async (status) => {
    const { url, seen } = await serve((_request, response) => response.writeHead(status, { 'retry-after': '0' }).end());
    expect((await door().post(url)).status).toBe(status);
    expect(seen).toHaveLength(1);
  });

  test('follows a connection that broke or was refused', async () => {
    const { get, log } = door();
    await expect(get(`http://127.0.0.1:${await deadPort()}`)).rejects.toMatchObject({ code: 'net_connect', retryable: true });
    expect(log.map(({ code }) => code)).toEqual(['net_connect', 'net_connect']);
    let first = true;
    const url = await serveBytes((socket) => {
      socket.end(first ? '' : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      first = false;
    });
    expect((await get(url)).status).toBe(200);
  });
});

test('a name that does not exist is net_dns, and the message names host and purpose', async () => {
  await expect(door().get('https://idp.invalid/keys')).rejects.toMatchObject({
    code: 'net_dns',
    message: expect.stringMatching(/^The key set at idp\.invalid: /),
  });
});

test('a header that cannot be sent is not', async () => {
  const { url, seen } = await serve((_request, response) => response.end());
  const error = await door()
    .post(url, 'x', { headers: { authorization: 'Bearer CANARY\r\nx: y' } })
    .catch((thrown: Error) => thrown);
  expect(error).toEqual(failsWith('internal'));
  expect(String(error)).not.toContain('CANARY');
  expect(seen).toHaveLength(0);
});

test('a process ends by itself after its answers, although connections are kept', async () => {
  const { url } = await serve((_request, response) => response.end('done'));
  const printed = await runWithDoor(
    `await Promise.all([get('${url}'), get('${url}')]); console.log((await get('${url}')).status, Date.now())`,
  );
  const ended = Date.now();
  const [status, answered] = printed.trim().split(' ').map(Number);
  expect(status).toBe(200);
  expect(ended - (answered ?? 0)).toBeLessThan(1900); // an idle connection is closed after two seconds, and would have held it that long
});
