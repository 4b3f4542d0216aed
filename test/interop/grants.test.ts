/** Codes for devices and refresh tokens at glewlwyd, token exchange at @jmondi/oauth2-server. */
import { describe, expect, test } from '@jest/globals';
import { padlock, startCli } from '../support/cli.ts';
import { type Client, document, failure, passed, type Server, session, signIn } from './support.ts';

interface Glewlwyd extends Server {
  readonly issuers: Readonly<Record<'RS256' | 'ES256', string>>;
  readonly clients: Server['clients'] & { readonly device: Client };
}
const glewlwyd = document<Glewlwyd>('GLEWLWYD');
const jmondi = document<Server & { readonly issuer: string; readonly token_endpoint: string }>('JMONDI');

/** Alice's browser: it signs in with glewlwyd's own API, and goes where the page of the code leads. */
async function approve(address: string): Promise<void> {
  const { username, password } = glewlwyd.user;
  const signedIn = await fetch(new URL('/api/auth/', address), {
    method: 'POST',
    body: JSON.stringify({ username, password }),
    headers: { 'content-type': 'application/json' },
  });
  const cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  for (let at = address, pages = 0; pages < 5; pages++) {
    const { headers } = await fetch(at, { redirect: 'manual', headers: { cookie } });
    const location = headers.get('location');
    if (location === null || at.includes('g_continue')) return;
    const back = new URL(location, at).searchParams.get('callback_url');
    at = back === null ? new URL(location, at).href : `${back}&g_continue`;
  }
}

describe('the device-code flow at glewlwyd', () => {
  test.each(['RS256', 'ES256'] as const)('ends with the user who approved it, %s', async (alg) => {
    const words = ['auth', '--flow', 'device-code', '--issuer', glewlwyd.issuers[alg], '--client-id', glewlwyd.clients.device.id];
    const run = startCli([...words, '--scope', 'openid profile email', '--json', '--no-store']);
    const [, line = '{}'] = /^(\{"event".*\})$/m.exec(await run.until(/\{"event".*\}\n/)) ?? [];
    const event = JSON.parse(line) as Record<string, string>;
    expect(event).toMatchObject({ action: 'device_code', user_code: expect.stringMatching(/^\w{4}-\w{4}$/) });
    await approve(String(event.verification_uri_complete));
    const { code, stdout, stderr } = await run.ended();
    expect([code, stderr.trim()]).toEqual([0, line]);
    expect(JSON.parse(stdout)).toMatchObject({ user: { name: 'Alice Example' }, tokens: { id: { verified: { by: 'jwks', alg } } } });
    passed('glewlwyd', 'device-code', alg, 'none');
  });
});

describe('the refresh-token flow at glewlwyd', () => {
  const client = glewlwyd.clients.confidential;
  const words = ['auth', '--flow', 'refresh-token', '--issuer', glewlwyd.issuers.RS256, '--client-id', client.id, '--json'];
  const moved = (token: string, auth: string) =>
    padlock([...words, '--client-auth', auth, '--no-store'], {
      env: { PADLOCK_CLIENT_SECRET: client.secret ?? '', PADLOCK_REFRESH_TOKEN: token },
    });

  test.each(['client-secret-post', 'client-secret-basic'])('takes a session over, once, %s', async (auth) => {
    const { username, password } = glewlwyd.user;
    const run = await signIn({ issuer: glewlwyd.issuers.RS256, client, username, password, format: 'json', more: ['--show-tokens=all'] });
    const { refresh } = session(run).tokens as { readonly refresh: { readonly value?: string } };
    const token = String(refresh.value);
    expect(session(await moved(token, auth)).tokens).toMatchObject({ access: { type: 'Bearer' }, refresh: { present: true } });
    passed('glewlwyd', 'refresh-token', '–', auth);
    // 400 without a body, as for a wrong secret.
    expect(failure(await moved(token, auth))).toMatchObject({ code: 'auth_refresh_rejected', exit: 4, http_status: 400 });
  });
});

describe('the token-exchange flow at @jmondi/oauth2-server', () => {
  const { clients, issuer, token_endpoint, user } = jmondi;
  const { id, secret = '' } = clients.confidential;
  const where = [
    '--issuer',
    issuer,
    '--token-endpoint',
    token_endpoint,
    '--client-id',
    id,
    '--client-auth',
    'client-secret-post',
    '--json',
  ];
  const env = { PADLOCK_CLIENT_SECRET: secret };

  test('gives a token for a token, without saying what kind it is', async () => {
    const first = await padlock(['token', '--flow', 'password', ...where, '--scope', 'read', '--username', user.username, '--no-store'], {
      env: { ...env, PADLOCK_PASSWORD: user.password },
    });
    const { access_token: subject } = JSON.parse(first.stdout) as { readonly access_token: string };
    const exchange = ['token', '--flow', 'token-exchange', ...where, '--scope', 'read', '--audience', 'https://stock.example.test'];
    // The new one is a JWT of the same server, and begins like the old one.
    const second = await padlock(exchange, { env: { ...env, PADLOCK_SUBJECT_TOKEN: subject }, allow: { stdout: [subject] } });
    expect([second.code, second.stderr]).toEqual([0, '']);
    const { access_token: other, ...rest } = JSON.parse(second.stdout) as { readonly access_token: string };
    expect(rest).toMatchObject({ token_type: 'Bearer', scope: 'read' });
    expect(JSON.parse(Buffer.from(other.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      aud: 'https://stock.example.test',
      sub: 'alice',
    });
    passed('jmondi', 'token-exchange', '–', 'client-secret-post');
  });

  test('refuses what is no token of its own', async () => {
    const exchange = ['token', '--flow', 'token-exchange', ...where, '--scope', 'read'];
    const error = failure(await padlock(exchange, { env: { ...env, PADLOCK_SUBJECT_TOKEN: 'nonsense' } }));
    expect(error).toMatchObject({ code: 'auth_invalid_grant', exit: 4, http_status: 400 });
  });
});
