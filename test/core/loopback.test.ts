/** The listener a browser comes back to: RFC 8252 §7.3 and §8.9, hardening.md §3 lines 27–31, V11, V12. */
import { type Agent, createServer, get, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { signedInPage } from '../../src/core/landing-page.ts';
import { type Loopback, openLoopback } from '../../src/core/loopback.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
async function listening(...uris: readonly string[]): Promise<Loopback> {
  const loopback = await openLoopback(uris);
  open.push(loopback);
  return loopback;
}

/** Status and body of an answer, or the code of what went wrong. */
const call = (url: string, method = 'GET', agent: Agent | false = false): Promise<readonly [unknown, string]> =>
  new Promise((resolve) => {
    request(url, { method, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.once('end', () => resolve([response.statusCode, body]));
    })
      .once('error', ({ code }: NodeJS.ErrnoException) => resolve([code, '']))
      .end();
  });
const answered = async ({ callback }: Loopback): Promise<boolean> =>
  Promise.race([callback.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 50, false))]);

describe('the listener', () => {
  test('hands on the answer, shows the page, and is gone (BCP 30)', async () => {
    const loopback = await listening('http://127.0.0.1/callback');
    const seen = call(`${loopback.redirectUri}?code=a%2Bb&state=s&code2=x`);
    const { answer, reply } = await loopback.callback;
    expect([...answer]).toEqual([
      ['code', 'a+b'],
      ['state', 's'],
      ['code2', 'x'],
    ]);
    expect(await call(`${loopback.redirectUri}?code=again&state=s`)).toEqual(['ECONNREFUSED', '']); // closed with the answer, not with the page
    await reply(signedInPage('https://id.example'));
    expect(await seen).toEqual([200, expect.stringContaining('You are signed in')]);
  });

  test('is on the address of its redirect URI, on any free port (BCP 27)', async () => {
    const { redirectUri } = await listening('http://127.0.0.1/callback');
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/callback$/);
    const { port } = new URL(redirectUri);
    expect(await call(`http://[::1]:${port}/callback?code=x`)).toEqual(['ECONNREFUSED', '']);
  });

  test.each(['http://[::1]/callback', 'http://localhost/', 'http://127.0.0.2/cb?tenant=a'])(
    'answers at %s, spelled as it was',
    async (uri) => {
      const loopback = await listening(uri);
      const { port } = new URL(loopback.redirectUri);
      expect(loopback.redirectUri.replace(`:${port}`, '')).toBe(uri);
      const url = new URL(loopback.redirectUri);
      url.searchParams.set('code', 'x');
      const seen = call(url.href);
      await (await loopback.callback).reply(signedInPage('https://id.example'));
      expect((await seen)[0]).toBe(200);
    },
  );

  test('of localhost is there for who takes its IPv4 and for who takes its IPv6 address (BCP 28)', async () => {
    const { redirectUri } = await listening('http://localhost');
    expect(redirectUri).toMatch(/^http:\/\/localhost:\d+$/); // no slash that was not registered
    const { port } = new URL(redirectUri);
    expect([await call(`http://127.0.0.1:${port}/`), await call(`http://[::1]:${port}/`)]).toEqual([
      [404, expect.anything()],
      [404, expect.anything()],
    ]);
  });
});

describe('what is not the answer does not end it (BCP 31)', () => {
  test.each<[string, string, string, number]>([
    ['an icon', 'GET', '/favicon.ico', 404],
    ['another path with a code', 'GET', '/other?code=x&state=s', 404],
    ['a path below', 'GET', '/callback/?code=x&state=s', 404],
    ['two slashes', 'GET', '//callback?code=x&state=s', 404],
    ['the path alone', 'GET', '/callback', 404],
    ['HEAD, as a scanner of links sends', 'HEAD', '/callback?code=x&state=s', 405],
    ['POST', 'POST', '/callback?code=x&state=s', 405],
    ['OPTIONS', 'OPTIONS', '/callback?code=x&state=s', 405],
    ['an address of a megabyte', 'GET', `/callback?code=${'x'.repeat(1_000_000)}`, 431],
  ])('%s', async (_, method, path, status) => {
    const loopback = await listening('http://127.0.0.1/callback');
    const { origin } = new URL(loopback.redirectUri);
    expect([status, 'ECONNRESET', 'EPIPE']).toContain((await call(`${origin}${path}`, method))[0]); // a head that is too long may be cut off
    expect(await answered(loopback)).toBe(false);
    const seen = call(`${loopback.redirectUri}?code=x&state=s`);
    await (await loopback.callback).reply(signedInPage('https://id.example'));
    expect((await seen)[0]).toBe(200);
  });

  test('a request that never ends, and does not outlive the listener either', async () => {
    const loopback = await listening('http://127.0.0.1/callback');
    const slow = connect(Number(new URL(loopback.redirectUri).port), '127.0.0.1');
    const cut = new Promise((resolve) => slow.once('close', resolve).once('error', () => {}));
    await new Promise<void>((resolve) => slow.write('GET /callback?code=x HTTP/1.1\r\nHost: 127', () => resolve()));
    const seen = call(`${loopback.redirectUri}?code=x&state=s`);
    await (await loopback.callback).reply(signedInPage('https://id.example'));
    expect((await seen)[0]).toBe(200);
    loopback.close();
    await cut;
  });
});

describe('a second answer', () => {
  test('over a connection that was open before is refused (BCP 6)', async () => {
    const loopback = await listening('http://127.0.0.1/callback');
    const { port } = new URL(loopback.redirectUri);
    const early = connect(Number(port), '127.0.0.1').setEncoding('utf8');
    await new Promise((resolve) => early.once('connect', resolve));
    const seen = call(`${loopback.redirectUri}?code=first&state=s`);
    const { answer, reply } = await loopback.callback;
    // newer versions of Node close a connection that nobody used yet: that is an answer, too
    const second = new Promise<string>((resolve) =>
      early
        .once('data', resolve)
        .once('close', () => resolve(''))
        .on('error', () => {}),
    );
    early.write('GET /callback?code=second&state=s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(await second).toMatch(/^$|^HTTP\/1\.1 409 [\s\S]*Already answered/);
    expect(answer.get('code')).toBe('first');
    await reply(signedInPage('https://id.example'));
    expect((await seen)[0]).toBe(200);
    early.destroy();
  });

  test('and a browser that went away in between holds nobody up', async () => {
    const loopback = await listening('http://127.0.0.1/callback');
    const gone = get(`${loopback.redirectUri}?code=x&state=s`, { agent: false }).on('error', () => {});
    const { reply } = await loopback.callback;
    gone.destroy();
    await reply(signedInPage('https://id.example'));
  });
});

describe('a port that is taken', () => {
  async function occupied(host = '127.0.0.1', port = 0): Promise<number> {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen({ host, port }, resolve));
    open.push(server);
    return (server.address() as AddressInfo).port;
  }

  test('is left to who has it: the next redirect URI is taken', async () => {
    const [first, second] = [await occupied(), await occupied()];
    const free = await occupied();
    open.pop()?.close();
    const loopback = await listening(...[first, second, free].map((port) => `http://127.0.0.1:${port}/cb`));
    expect(loopback.redirectUri).toBe(`http://127.0.0.1:${free}/cb`);
  });

  test('on one address of localhost is no place for the code: who has it could be given it', async () => {
    const port = await occupied('::1');
    await expect(openLoopback([`http://localhost:${port}/cb`])).rejects.toMatchObject({ code: 'net_connect' });
    expect(await call(`http://127.0.0.1:${port}/cb?code=x`)).toEqual(['ECONNREFUSED', '']);
  });

  test('and no other: it says so, with what there was', async () => {
    const port = await occupied();
    await expect(openLoopback([`http://127.0.0.1:${port}/cb`])).rejects.toMatchObject({
      code: 'net_connect',
      message: expect.stringContaining(`127.0.0.1:${port}/cb`),
      hint: expect.stringContaining('--redirect-uri'),
    });
  });
});
