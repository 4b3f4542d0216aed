/** Sessions at servers that nobody here wrote: kept, refreshed twice, and signed out of. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type CliResult, makeHome, padlock } from '../support/cli.ts';
import { type Client, document, failure, type Server } from './support.ts';

let home: string;
beforeEach(() => {
  home = makeHome();
});

interface Place {
  readonly issuer: string;
  readonly client: Client;
  readonly password: string;
  readonly env: Readonly<Record<string, string>>;
}

const placeOf = (issuer: string, { clients, user }: Server, more: Readonly<Record<string, string>> = {}): Place => ({
  issuer,
  client: clients.confidential,
  password: user.password,
  env: {
    PADLOCK_ISSUER: issuer,
    PADLOCK_CLIENT_ID: clients.confidential.id,
    PADLOCK_CLIENT_SECRET: clients.confidential.secret ?? '',
    PADLOCK_FLOW: 'password',
    PADLOCK_USERNAME: user.username,
    PADLOCK_SCOPE: 'openid profile email',
    ...more,
  },
});

const run = ({ env }: Place, args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  padlock(args, { home, env: { ...env, ...more } });
const signIn = (place: Place): Promise<CliResult> =>
  run(place, ['auth', '--json', '--show-tokens=all'], { PADLOCK_PASSWORD: place.password });
async function refreshed(place: Place): Promise<string> {
  const { code, stdout, stderr } = await run(place, ['token', '--refresh']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

/** The refresh token that a session was given at the sign-in, redeemed behind Padlock's back. */
function redeem({ client, issuer }: Place, endpoint: string, refreshToken: string): Promise<Response> {
  return fetch(`${issuer}${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  });
}

async function sessionOf(place: Place): Promise<{ readonly access: string; readonly refresh: string }> {
  const { code, stdout } = await signIn(place);
  expect(code).toBe(0);
  const { tokens } = JSON.parse(stdout) as { tokens: { access: { value: string }; refresh: { present: boolean; value?: string } } };
  expect(tokens.refresh.value).toMatch(/./);
  return { access: tokens.access.value, refresh: tokens.refresh.value as string };
}

async function signOut(place: Place): Promise<void> {
  expect((await run(place, ['logout'])).code).toBe(0);
  expect((await run(place, ['token', '--json'])).code).toBe(4);
}

describe('LemonLDAP::NG, whose refresh answers have no refresh token', () => {
  const server = document<Server & { readonly issuer: string }>('LEMONLDAP');
  const place = placeOf(server.issuer, server, { PADLOCK_SCOPE: 'openid profile email offline_access' });

  test('the one from the sign-in is kept and used again', async () => {
    const { access } = await sessionOf(place);
    expect((await run(place, ['token'])).stdout.trim()).toBe(access);
    const tokens = new Set([access, await refreshed(place), await refreshed(place), await refreshed(place)]);
    expect(tokens.size).toBe(4);
    expect(tokens).toContain((await run(place, ['token'])).stdout.trim());
    await signOut(place);
  });
});

describe('glewlwyd, which rotates', () => {
  const server = document<Server & { readonly issuers: Readonly<Record<string, string>> }>('GLEWLWYD');
  const place = placeOf(server.issuers.RS256 as string, server);

  test('each new refresh token is kept and used once', async () => {
    const { access } = await sessionOf(place);
    const tokens = new Set([access, await refreshed(place), await refreshed(place), await refreshed(place)]);
    expect(tokens.size).toBe(4);
    await signOut(place);
  });

  // A token that is used twice kills its whole chain; every refusal is 400 without a body.
  test('a chain that somebody else broke is told as such, and the session stays until one signs in again', async () => {
    const { refresh } = await sessionOf(place);
    await refreshed(place);
    expect((await redeem(place, '/token', refresh)).status).toBe(400);
    const error = failure(await run(place, ['token', '--refresh', '--json']));
    expect(error).toMatchObject({ code: 'auth_refresh_rejected', exit: 4, http_status: 400 });
    expect(error.hint).toContain('padlock auth');
    expect((await run(place, ['token'])).code).toBe(0); // its access token is good for an hour
    expect((await signIn(place)).code).toBe(0);
    await refreshed(place);
    await signOut(place);
  });
});
