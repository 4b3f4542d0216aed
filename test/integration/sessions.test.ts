/** A session as users meet it: one command signs in, the others go on from there. All that they do is in test/long/sessions.test.ts. */
import { beforeEach, expect, test } from '@jest/globals';
import type { CliResult } from '../support/cli.ts';
import { sharedSandbox } from '../support/sandbox.ts';
import { type Document, valid } from './documents.ts';
import { failure, SessionHome } from './session-home.ts';

const idp = sharedSandbox();
let home: SessionHome;
const padlock = (...line: Parameters<SessionHome['padlock']>): Promise<CliResult> => home.padlock(...line);

beforeEach(async () => {
  home = new SessionHome(idp());
  expect((await home.signIn()).code).toBe(0);
  idp().requests.clear();
});

test('token, whoami and sessions need no option and no request', async () => {
  const [first, second] = [await padlock(['token']), await padlock(['token'])];
  expect([first.code, first.stderr, second.stdout]).toEqual([0, '', first.stdout]);
  expect(first.stdout).toMatch(/^[\w-]{20,}\n$/);
  const who = await padlock(['whoami']);
  expect([who.code, who.stdout]).toEqual([0, expect.stringContaining('Robin Percy')]);
  const document = valid<Document>('session', JSON.parse((await padlock(['whoami', '--json'])).stdout));
  expect(document).toMatchObject({ flow: 'password', user: { nickname: 'robin' }, stored: { store: 'file' } });
  const list = JSON.parse((await padlock(['sessions', '--json'])).stdout) as { readonly sessions: readonly unknown[] };
  expect(list).toMatchObject({ schema: 'padlock/sessions/1', warnings: [] });
  expect(list.sessions).toMatchObject([{ profile: null, current: true, issuer: idp().issuer, refresh: { present: true } }]);
  expect((await padlock(['sessions'])).stdout).toMatch(/^\* +Robin Percy/m);
  expect(idp().requests.all).toEqual([]);
});

test('logout tells the provider, forgets, and can be repeated (BCP 23)', async () => {
  const { code, stdout, stderr } = await padlock(['logout']);
  expect([code, stdout, stderr]).toEqual([0, '', 'Signed out.\n']);
  expect(idp().requests.at('revocation')).toHaveLength(1);
  expect(failure(await padlock(['token', '--json']))).toMatchObject({ code: 'auth_login_required' });
  expect(failure(await padlock(['whoami', '--json']))).toMatchObject({ code: 'auth_login_required' });
  expect((await padlock(['logout'])).stderr).toBe('Nobody is signed in.\n');
  expect(failure(await padlock(['logout', 'nobody', '-p', 'else', '--json']))).toMatchObject({ code: 'usage_conflict' });
});
