import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Certificate,
  certificate,
  closeServers,
  deadPort,
  door,
  proxyTo,
  runWithDoor,
  serve,
  serveBytes,
  serveTls,
  text,
} from './http-support.ts';

afterEach(closeServers);

let own: Certificate;
beforeAll(() => {
  own = certificate();
});

const answer = (_request: unknown, response: { end(text: string): void }): void => response.end('private');

describe('TLS', () => {
  test('to a certificate nobody vouches for is refused, with a hint (BCP 17)', async () => {
    const { url } = await serveTls(own, answer);
    await expect(door().post(url)).rejects.toMatchObject({ code: 'net_tls', retryable: false, hint: expect.stringContaining('--ca-file') });
  });

  test('stays checked when the environment says otherwise (BCP 17)', async () => {
    const { url } = await serveTls(own, answer);
    const script = `await get('${url}').catch((error) => console.log(error.code))`;
    expect(await runWithDoor(script, { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' })).toBe('net_tls\n');
  });

  test('is trusted with its certificate as an authority', async () => {
    const { url } = await serveTls(own, answer);
    expect(text((await door({ ca: `# ours\n${own.cert}` }).get(url)).body)).toBe('private');
  });

  test('and what is not protected go through one door', async () => {
    const plain = await serve(answer);
    const { url } = await serveTls(own, answer);
    const { get } = door({ ca: own.cert });
    for (const address of [plain.url, url, plain.url]) expect(text((await get(address)).body)).toBe('private');
  });

  test.each([
    ['for another name', () => certificate('DNS:other.test')],
    ['that has expired', () => certificate('IP:127.0.0.1', '-1')],
  ])('refuses a trusted certificate %s', async (_name, make) => {
    const wrong = make();
    const { url } = await serveTls(wrong, answer);
    await expect(door({ ca: wrong.cert }).get(url)).rejects.toMatchObject({ code: 'net_tls' });
  });

  test('refuses an authority that did not sign', async () => {
    const { url } = await serveTls(own, answer);
    await expect(door({ ca: certificate().cert }).get(url)).rejects.toMatchObject({ code: 'net_tls' });
  });

  test('refuses a server that only knows TLS 1.1', async () => {
    const { url } = await serveTls(own, answer, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(door({ ca: own.cert }).get(url)).rejects.toMatchObject({ code: 'net_tls' });
  });

  test('with a server that speaks none is net_tls', async () => {
    const plain = await serveBytes((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(door().post(plain.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'net_tls' });
  });

  test.each([
    ['no certificate', 'hello'],
    ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['nothing', ''],
  ])('does not start with a CA file that holds %s', async (_name, ca) => {
    const { url } = await serveTls(own, answer);
    const { get } = door({ ca });
    await expect(get(url)).rejects.toMatchObject({ code: 'config_bad_ca' });
    await expect(get(url)).rejects.toMatchObject({ code: 'config_bad_ca' });
  });
});

describe('a proxy', () => {
  const through = (proxy: string, settings = {}) => door({ ca: own.cert, ...settings }, { proxyFor: () => proxy });

  test('leads to https servers by CONNECT, and one tunnel serves several requests', async () => {
    const { port } = await serveTls(own, answer);
    const proxy = await proxyTo(port);
    const { get, post } = through(`http://127.0.0.1:${proxy.port}`);
    expect(text((await get('https://idp.test/keys')).body)).toBe('private');
    expect((await post('https://idp.test/token')).status).toBe(200);
    expect(proxy.connects).toEqual(['idp.test:443']);
  });

  test('does not replace the check of the certificate', async () => {
    const { port } = await serveTls(own, answer);
    const proxy = await proxyTo(port);
    await expect(through(`http://127.0.0.1:${proxy.port}`).get('https://other.test/')).rejects.toMatchObject({ code: 'net_tls' });
  });

  test('gets its own credentials, percent-decoded', async () => {
    const { port } = await serveTls(own, answer);
    const proxy = await proxyTo(port, 'robin:p@ss:w%rd');
    const { get } = through(`http://robin:p%40ss:w%25rd@127.0.0.1:${proxy.port}`);
    expect((await get('https://idp.test/')).status).toBe(200);
  });

  test('gets a password with a bare percent sign as it is', async () => {
    const { port } = await serveTls(own, answer);
    const proxy = await proxyTo(port, 'robin:100%');
    expect((await through(`http://robin:100%@127.0.0.1:${proxy.port}`).get('https://idp.test/')).status).toBe(200);
  });

  test.each<[string, string | undefined]>([
    ['', undefined],
    ['robin@', 'robin:'],
    [':pw@', ':pw'],
    ['robin:pw@', 'robin:pw'],
  ])('is told exactly who asks: "%s"', async (who, credentials) => {
    const { port } = await serveTls(own, answer);
    const proxy = await proxyTo(port);
    await through(`http://${who}127.0.0.1:${proxy.port}`).get('https://idp.test/');
    expect(proxy.authorizations).toEqual([credentials && `Basic ${btoa(credentials)}`]);
  });

  test.each<[string, () => Promise<string>, string]>([
    [
      'refuses the password',
      async () => `http://127.0.0.1:${(await proxyTo(1, 'x:y')).port}`,
      ' wants another user name or password (407).',
    ],
    [
      'answers with another status',
      () => serveBytes((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')),
      ' refused with status 502.',
    ],
    ['is dead', async () => `http://127.0.0.1:${await deadPort()}`, ' could not be used (ECONNREFUSED).'],
    ['speaks SOCKS', async () => 'socks5://127.0.0.1:1080', ' is neither http nor https; others are not supported.'],
    ['is no URL', async () => 'http://:::', 'The proxy is not a URL.'],
  ])('that %s is told as such, with where to look', async (_, proxy, message) => {
    await expect(through(await proxy()).get('https://idp.test/')).rejects.toMatchObject({
      code: 'net_proxy',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
  });

  test('may be reached by TLS itself, and is checked then', async () => {
    const { port } = await serveTls(own, answer);
    const proxy = `https://127.0.0.1:${(await proxyTo(port, undefined, own)).port}`;
    expect(text((await through(proxy).get('https://idp.test/')).body)).toBe('private');
    await expect(door({}, { proxyFor: () => proxy }).get('https://idp.test/')).rejects.toMatchObject({ code: 'net_proxy' });
  });

  test('may be written without a scheme', async () => {
    const { port } = await serveTls(own, answer);
    const proxy = await proxyTo(port);
    expect((await through(`127.0.0.1:${proxy.port}`).get('https://idp.test/')).status).toBe(200);
  });

  test('is not used for loopback', async () => {
    const { url } = await serveTls(own, answer);
    expect((await through(`http://127.0.0.1:${await deadPort()}`).get(url)).status).toBe(200);
    const plain = await serve(answer);
    expect((await through(`http://127.0.0.1:${await deadPort()}`).get(plain.url)).status).toBe(200);
  });

  test.each([
    ['refuses the password', async () => `http://robin:CANARY@127.0.0.1:${(await proxyTo(1, 'x:y')).port}`],
    ['is dead', async () => `http://robin:CANARY@127.0.0.1:${await deadPort()}`],
    ['cannot reach the target', async () => `http://robin:CANARY@${(await serve((_request, response) => response.end())).url.slice(7)}`],
    ['hangs up', async () => `http://robin:CANARY@${(await serveBytes((socket) => socket.destroy())).slice(7)}`],
    [
      'answers with another status',
      async () => `http://robin:CANARY@${(await serveBytes((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))).slice(7)}`,
    ],
    ['does not exist', async () => 'http://robin:CANARY@proxy.invalid:3128'],
    ['speaks SOCKS', async () => 'socks5://robin:CANARY@127.0.0.1:1080'],
    ['is no URL', async () => 'http://robin:CANARY@:::'],
  ])('that %s is net_proxy, and its password stays secret', async (_name, proxy) => {
    const { get, log } = through(await proxy());
    const error = await get('https://idp.test/').catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'net_proxy', retryable: true });
    expect(`${(error as Error).message} ${(error as Error).stack} ${JSON.stringify([error, log])}`).not.toMatch(/CANARY|Q0FOQVJZ/);
  });

  test('that accepts and stays silent ends with the deadline, its connection too', async () => {
    let gone: Promise<unknown> | undefined;
    const silent = await serveBytes((socket) => {
      gone = new Promise((resolve) => socket.on('close', resolve));
    });
    await expect(through(silent, { timeout: 0.2 }).get('https://idp.test/')).rejects.toMatchObject({ code: 'net_timeout' });
    await gone;
  });
});
