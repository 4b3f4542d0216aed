/** A program with a session, against a provider that rotates refresh tokens and ends everything when one is used twice. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { createPadlock, type Padlock } from '../../src/index.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const program = (): Padlock => createPadlock({ ...idp().client('password'), ports: idp().human() });

describe('a program that is signed in', () => {
  test('has one refresh for a hundred callers, though the provider was busy at first', async () => {
    const padlock = program();
    await padlock.authenticate();
    idp().requests.clear();
    idp().advance(3600);
    idp().next('token', { status: 503, headers: { 'retry-after': '1' } });
    const all = await Promise.all(Array.from({ length: 100 }, () => padlock.token()));
    expect(new Set(all.map(({ value }) => value)).size).toBe(1);
    expect(idp().requests.at('token')).toHaveLength(2);
    await expect(padlock.token({ refresh: true })).resolves.not.toEqual(all[0]); // the family lives
    expect(idp().requests.at('token')).toHaveLength(3);
  });

  test('refuses a refreshed ID token of somebody else, and goes on with the newest refresh token', async () => {
    const padlock = program();
    const { user } = await padlock.authenticate();
    idp().advance(3600);
    idp().next('token', { idToken: { claims: { sub: 'mallory' } } });
    await expect(padlock.token()).rejects.toMatchObject({ code: 'token_sub_mismatch', exit: 8 });
    await expect(padlock.token()).resolves.toMatchObject({ type: 'Bearer' }); // the spent one would have ended the family
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ type: 'Bearer' });
    await expect(padlock.session()).resolves.toMatchObject({ user });
  });

  test('calls its API, which gets the token of now', async () => {
    const padlock = program();
    const { access } = await padlock.authenticate();
    const seen: (string | undefined)[] = [];
    const api = createServer(({ headers: { authorization } }, response) => {
      seen.push(authorization);
      response.writeHead(authorization === `Bearer ${access.value}` ? 401 : 200).end();
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const client = createPadlock({ ...idp().client('password'), ports: idp().human(), allowedOrigins: [origin] });
    await client.authenticate();
    await client.token({ refresh: true });
    await expect(client.fetch(`${origin}/reports`)).resolves.toMatchObject({ status: 200 });
    expect(seen).toEqual([`Bearer ${(await client.token()).value}`]);
    await new Promise((resolve) => api.close(resolve).closeAllConnections());
  });

  test('signs out for good', async () => {
    const padlock = program();
    await padlock.authenticate();
    await expect(padlock.logout()).resolves.toEqual({ revoked: true });
    await expect(padlock.session()).resolves.toBeUndefined();
    expect(idp().requests.at('revocation')).toHaveLength(1);
  });
});
