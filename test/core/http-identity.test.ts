/** The certificate that this side of a connection shows (RFC 8705), beside a CA of one's own and through a proxy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { tlsIdentity } from '../../src/core/client-certificate.ts';
import type { HttpResponse } from '../../src/core/ports.ts';
import { certificate } from '../support/certificate.ts';
import { closeServers, door, proxyTo, serveTls, text } from './http-support.ts';

afterEach(closeServers);

const authority = certificate();
const server = certificate({ names: ['127.0.0.1', 'idp.test'] });
const identity = (more: Parameters<typeof certificate>[0] = {}) => {
  const { cert, key } = certificate({ names: ['client.test'], by: authority, ...more });
  return tlsIdentity(cert, key);
};
const alice = identity();
const bob = identity();

/** Answers with the fingerprint of the certificate it was shown, and which connection it came by. */
const connections = new Map<unknown, number>();
function reflect({ socket }: IncomingMessage, response: ServerResponse): void {
  const { fingerprint256 } = (socket as TLSSocket).getPeerCertificate() as { readonly fingerprint256?: string };
  if (!connections.has(socket)) connections.set(socket, connections.size);
  response.end(`${fingerprint256 ?? 'nothing'} by ${connections.get(socket)}`);
}
const asking = { requestCert: true, rejectUnauthorized: false, ca: authority.cert };
const seen = (response: HttpResponse): string => text(response.body).split(' by ')[0] ?? '';
const connection = (response: HttpResponse): string => text(response.body).split(' by ')[1] ?? '';

describe('a certificate of the client', () => {
  test('is shown only by the requests that carry it, each on connections of its own', async () => {
    const { url } = await serveTls(server, reflect, asking);
    const { get, post } = door({ ca: server.cert });
    const answers = [await get(url), await get(url, { identity: alice }), await post(url, '', { identity: bob }), await get(url)];
    const [none, first, second, again] = answers.map(seen);
    expect([none, again]).toEqual(['nothing', 'nothing']);
    expect(first).toMatch(/^([\dA-F]{2}:){31}/);
    expect(new Set([none, first, second]).size).toBe(3);
    expect(new Set(answers.map(connection)).size).toBe(3);
    expect(connection(await get(url, { identity: { ...alice } }))).toBe(connection(answers[1] as HttpResponse));
  });

  test('does without a CA file where the server is trusted anyway', async () => {
    const { url } = await serveTls(server, reflect, asking);
    await expect(door().get(url, { identity: alice })).rejects.toMatchObject({ code: 'net_tls' });
  });

  test('goes through a proxy to the target, which alone gets it', async () => {
    const { port } = await serveTls(server, reflect, asking);
    const plain = await proxyTo(port);
    const through = door({ ca: server.cert }, { proxyFor: () => `http://127.0.0.1:${plain.port}` });
    expect(seen(await through.get('https://idp.test/', { identity: alice }))).toMatch(/^([\dA-F]{2}:){31}/);
    expect(seen(await through.get('https://idp.test/'))).toBe('nothing');

    const shown: string[] = [];
    const secure = await proxyTo(port, undefined, server, (socket) =>
      shown.push(String((socket.getPeerCertificate() as { readonly fingerprint256?: string }).fingerprint256)),
    );
    const inTls = door({ ca: server.cert }, { proxyFor: () => `https://127.0.0.1:${secure.port}` });
    expect(seen(await inTls.get('https://idp.test/', { identity: alice }))).toMatch(/^([\dA-F]{2}:){31}/);
    expect(shown).toEqual(['undefined']);
  });

  test('that the server refuses is net_tls or a broken connection, never an answer', async () => {
    const { url } = await serveTls(server, reflect, { ...asking, rejectUnauthorized: true });
    const { get } = door({ ca: server.cert });
    for (const request of [{}, { identity: identity({ by: certificate() }) }])
      await expect(get(url, request)).rejects.toMatchObject({ code: expect.stringMatching(/^net_(tls|reset)$/) });
    expect(seen(await get(url, { identity: alice }))).toMatch(/:/);
  });

  test('whose key is another is config_bad_key', async () => {
    const { url } = await serveTls(server, reflect, asking);
    const { get } = door();
    for (const wrong of [
      { ...alice, key: bob.key },
      { ...alice, key: 'CANARY' },
    ]) {
      const error = await get(url, { identity: wrong }).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: 'config_bad_key' });
      expect(String((error as Error).stack)).not.toContain('CANARY');
    }
  });
});
