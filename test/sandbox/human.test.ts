import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { post, present } from './support.ts';

let idp: Sandbox;
beforeAll(async () => {
  idp = await startSandbox();
});
afterAll(() => idp.close());

let listener: Server | undefined;
afterEach(() => {
  listener?.close();
});

const VERIFIER = 'a-code-verifier-that-is-long-enough-for-rfc-7636';

/** A loopback redirect, and the authorization URL that leads to it. */
async function authorization(more: Readonly<Record<string, string>> = {}) {
  const arrived: URLSearchParams[] = [];
  listener = createServer((request, response) => {
    arrived.push(new URL(request.url ?? '', 'http://127.0.0.1').searchParams);
    response.end('You can close this page.');
  });
  await new Promise<void>((resolve) => listener?.listen(0, '127.0.0.1', resolve));
  const redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
  const url = new URL(`${idp.issuer}/authorize`);
  url.search = new URLSearchParams({
    client_id: 'padlock-public',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: 'a&b',
    nonce: 'n-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }).toString();
  return { arrived, redirectUri, url: url.href };
}

const redeem = (redirectUri: string, code: string | null | undefined) =>
  post(`${idp.issuer}/token`, {
    grant_type: 'authorization_code',
    client_id: 'padlock-public',
    redirect_uri: redirectUri,
    code: code ?? '',
    code_verifier: VERIFIER,
  });

describe('a human with a browser', () => {
  test('signs in, consents and comes back to the loopback redirect with a code', async () => {
    idp.requests.clear();
    const { arrived, redirectUri, url } = await authorization();
    expect(await idp.human().browser.open(url)).toBe(true);
    expect(arrived).toHaveLength(1);
    expect([arrived[0]?.get('state'), arrived[0]?.get('iss')]).toEqual(['a&b', idp.issuer]);
    const { body } = await redeem(redirectUri, arrived[0]?.get('code'));
    expect(decodeJwt(present(body.id_token))).toMatchObject({ nonce: 'n-1', aud: 'padlock-public', name: 'Robin Percy' });
    expect(idp.requests.at('authorization')[0]?.query).toMatchObject({ client_id: 'padlock-public', scope: 'openid profile' });
    expect(idp.requests.at('interaction').map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST']);
  });

  test('gets a refresh token and a JWT for the API when the client asks for consent to both', async () => {
    const { arrived, redirectUri, url } = await authorization({
      prompt: 'consent',
      scope: 'openid offline_access read:reports',
      audience: 'https://api.percy.test',
    });
    await idp.human().browser.open(url);
    const { body } = await redeem(redirectUri, arrived[0]?.get('code'));
    expect(decodeJwt(present(body.access_token)).aud).toBe('https://api.percy.test');
    expect(body).toMatchObject({ scope: 'openid offline_access read:reports', refresh_token: expect.any(String) });
  });

  test('gives up when the password is not taken, and the client is told', async () => {
    const { arrived, url } = await authorization();
    await idp.human('robin@percy.test', 'wrong').browser.open(url);
    expect(arrived.map((query) => query.get('error'))).toEqual(['access_denied']);
  });

  test('does not go to hosts that are neither the provider nor this machine', async () => {
    expect(await idp.human().browser.open('https://example.org/')).toBe(true);
  });

  test('confirms a device by its complete verification URL', async () => {
    const { clientId } = idp.client('device-code', 'public');
    const { body } = await post(`${idp.issuer}/device_authorization`, { client_id: clientId, scope: 'openid profile' });
    const poll = () =>
      post(`${idp.issuer}/token`, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: clientId,
        device_code: String(body.device_code),
      });
    expect((await poll()).body.error).toBe('authorization_pending');
    await idp.human().browser.open(String(body.verification_uri_complete));
    expect(decodeJwt(present((await poll()).body.id_token)).name).toBe('Robin Percy');
  });

  test('denies a device when the password is not taken', async () => {
    const { body } = await post(`${idp.issuer}/device_authorization`, { client_id: 'padlock-public', scope: 'openid' });
    await idp.human('robin@percy.test', 'wrong').browser.open(String(body.verification_uri_complete));
    const answer = await post(`${idp.issuer}/token`, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'padlock-public',
      device_code: String(body.device_code),
    });
    expect(answer.body.error).toBe('access_denied');
  });
});

describe('a human at the prompt', () => {
  test('types name and password, and takes the first choice', async () => {
    const { prompt } = idp.human();
    expect(prompt.available).toBe(true);
    expect(await prompt.ask({ message: 'User name' })).toBe('robin@percy.test');
    expect(await prompt.ask({ message: 'Password', secret: true })).toBe('pa55word');
    expect(await prompt.ask({ message: 'Flow', choices: [{ value: 'device-code', label: 'Device code' }] })).toBe('device-code');
    expect(await idp.human('mal@percy.test', 'guess').prompt.ask({ message: 'Password', secret: true })).toBe('guess');
  });

  test('stops when the signal says so', async () => {
    await expect(idp.human().prompt.ask({ message: '?' }, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
  });

  test('lives by the sandbox’s clock', () => {
    expect(idp.human().clock).toBe(idp.clock);
  });
});
