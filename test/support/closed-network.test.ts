import http, { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import nock from 'nock';

const read = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    http.get(url, (response) => response.setEncoding('utf8').on('data', resolve)).on('error', reject);
  });

let server: Server | undefined;
async function listen(host: string): Promise<number> {
  server = createServer((_, response) => response.end('hello'));
  await new Promise<void>((resolve) => server?.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  nock.cleanAll();
});
// The other files of this worker have the same node:http.
afterAll(() => nock.restore());

describe('the network in tests', () => {
  test.each(['http://example.org/', 'http://192.0.2.1/'])('%s is out of reach of node:http and of fetch', async (url) => {
    await expect(read(url)).rejects.toMatchObject({ code: 'ENETUNREACH', message: expect.stringContaining('closed in tests') });
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ENETUNREACH' } });
  });

  test.each(['127.0.0.1', '::1'])('loopback %s is open', async (host) => {
    const port = await listen(host);
    const url = host.includes(':') ? `http://[${host}]:${port}/` : `http://${host}:${port}/`;
    await expect(read(url)).resolves.toBe('hello');
    await expect((await fetch(url)).text()).resolves.toBe('hello');
  });

  test('nock answers for a name outside', async () => {
    nock('http://idp.example').get('/jwks').reply(200, 'keys');
    await expect(read('http://idp.example/jwks')).resolves.toBe('keys');
  });
});
