/** Who is signed in, asked of the provider: with the stored token, a refreshed one, and never with another user's. */
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../../src/container.ts';
import { resolve } from '../../../src/core/inject.ts';
import { type Confirmed, Online } from '../../../src/core/online.ts';
import type { FakeAnswer } from '../fake-provider.ts';
import { CLIENT, ISSUER, SECRET } from '../forge.ts';
import { failure, type World, world } from './fixture.ts';

const REFUSED: FakeAnswer = { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };

/** Signed in at a provider whose userinfo endpoint answers so; what is left of `answers` last is its answer from then on. */
async function signedIn(...answers: readonly FakeAnswer[]): Promise<World & { readonly shown: string[] }> {
  const all = world();
  const left = [...answers];
  const shown: string[] = [];
  all.provider.metadata = { ...all.provider.metadata, userinfo_endpoint: `${ISSUER}userinfo` };
  all.provider.others['/userinfo'] = ({ headers }) => {
    shown.push(headers?.authorization ?? '');
    return (left.length > 1 ? left.shift() : left[0]) ?? { status: 500 };
  };
  await all.process().authenticate();
  return { ...all, shown };
}

const confirm = ({ clock, provider, shared }: World): Promise<Confirmed | undefined> => {
  const container = createPadlockContainer({
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: SECRET,
    flow: 'password',
    plugins: [shared.plugin],
    ports: { http: provider.http, clock },
    values: { store: 'shared', username: 'robin' },
  });
  return resolve(container, Online).confirm(new AbortController().signal);
};

describe('a session that is shown to the provider', () => {
  test('is asked for with its stored token, and its user is as the provider says now', async () => {
    const all = await signedIn({ body: { sub: 'robin', name: 'Robin Percy-Ada', email: 'new@percy.test', locale: 'tr' } });
    const { session, userinfo } = (await confirm(all)) as Confirmed;
    expect(session.user).toEqual({ id: 'robin', name: 'Robin Percy-Ada', email: 'new@percy.test' });
    expect(userinfo).toMatchObject({ locale: 'tr' });
    expect(session.refreshToken).toBe('rt-1-canary-0123456789');
    expect([all.shown, all.provider.refreshes()]).toEqual([['Bearer at-1-canary-0123456789'], 0]);
    await expect(all.process().session()).resolves.toMatchObject({ user: { name: 'Robin Percy' } }); // what was verified stays what is stored
  });

  test('whose token is over gets another one first', async () => {
    const all = await signedIn({ body: { sub: 'robin' } });
    all.clock.pass(4000);
    await expect(confirm(all)).resolves.toMatchObject({ session: { user: { id: 'robin', name: 'Robin Percy' } } });
    expect(all.shown).toEqual(['Bearer at-2-canary-0123456789']);
  });

  test('whose token was taken back gets another one, once', async () => {
    const all = await signedIn(REFUSED, { body: { sub: 'robin' } });
    await expect(confirm(all)).resolves.toMatchObject({ userinfo: { sub: 'robin' } });
    expect(all.shown).toEqual(['Bearer at-1-canary-0123456789', 'Bearer at-2-canary-0123456789']);
  });

  test('of which the provider takes no token is over', async () => {
    const all = await signedIn(REFUSED);
    await expect(failure(confirm(all))).resolves.toMatchObject({
      code: 'auth_login_required',
      exit: 4,
      oauthError: 'invalid_token',
      httpStatus: 401,
    });
    expect(all.shown).toHaveLength(2);
  });

  test('whose refresh token was taken back, too, is over', async () => {
    const all = await signedIn(REFUSED);
    all.provider.good.clear();
    await expect(failure(confirm(all))).resolves.toMatchObject({ code: 'auth_refresh_rejected', exit: 4 });
  });

  test('of another user is told as such', async () => {
    const all = await signedIn({ body: { sub: 'mallory' } });
    await expect(failure(confirm(all))).resolves.toMatchObject({ code: 'token_sub_mismatch', exit: 8 });
  });

  test('without a scope for that is not refreshed for it', async () => {
    const all = await signedIn({ status: 403 });
    await expect(failure(confirm(all))).resolves.toMatchObject({
      code: 'token_inactive',
      exit: 8,
      hint: expect.stringContaining('openid'),
    });
    expect(all.shown).toHaveLength(1);
  });

  test('bound to a key is shown with a proof of that key', async () => {
    const all = world();
    const proofs: string[] = [];
    all.provider.metadata = { ...all.provider.metadata, userinfo_endpoint: `${ISSUER}userinfo` };
    all.provider.others['/userinfo'] = ({ headers }) => {
      proofs.push(`${headers?.authorization?.split(' ')[0]} ${headers?.dpop?.split('.').length}`);
      return { body: { sub: 'robin' } };
    };
    all.provider.more = { token_type: 'DPoP' };
    await all.process({ values: { dpop: true } }).authenticate();
    await expect(confirm(all)).resolves.toMatchObject({ userinfo: { sub: 'robin' } });
    expect(proofs).toEqual(['DPoP 3']);
  });

  test('is not there', async () => {
    await expect(confirm(world())).resolves.toBeUndefined();
  });

  test('of a client has no user to ask about', async () => {
    const all = world();
    await all.process({ flow: 'client-credentials' }).authenticate();
    const container = createPadlockContainer({
      issuer: ISSUER,
      clientId: CLIENT,
      flow: 'client-credentials',
      plugins: [all.shared.plugin],
      ports: { http: all.provider.http, clock: all.clock },
      values: { store: 'shared' },
    });
    await expect(failure(resolve(container, Online).confirm(new AbortController().signal))).resolves.toMatchObject({
      code: 'auth_login_required',
    });
  });
});
