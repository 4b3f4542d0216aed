/** Signing out: forgotten here whatever happens, given back where the provider can; and records that this Padlock cannot read. */
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../../src/container.ts';
import type { Grant } from '../../../src/core/contracts.ts';
import { resolve } from '../../../src/core/inject.ts';
import { PadlockPipeline } from '../../../src/core/padlock.ts';
import { decodeRecord, encodeRecord, type SessionRecord } from '../../../src/core/session-record.ts';
import { PadlockError, type PadlockOptions, type Session } from '../../../src/index.ts';
import { codeOf } from '../forge.ts';
import { expired, failure, gate, type World, world } from './fixture.ts';

/** The pipeline itself: forgetting all is the command line's. */
const pipeline = ({ provider, shared }: World, options: PadlockOptions = {}): PadlockPipeline =>
  resolve(
    createPadlockContainer({
      plugins: [shared.plugin],
      values: { store: 'shared' },
      ports: { http: provider.http, clock: provider.clock },
      ...options,
    }),
    PadlockPipeline,
  );
const spoil = async ({ shared }: World): Promise<void> => {
  const store = shared.opened();
  for (const name of await store.names()) {
    const data = (await store.read(name))?.data ?? new Uint8Array();
    await store.replace(name, undefined, { tag: 'spoiled', data: data.map((byte, at) => (at === 30 ? byte ^ 1 : byte)) });
  }
};

describe('logout', () => {
  test('of a session that was listed forgets that one, whoever listed it', async () => {
    const { process, provider, clock } = world();
    for (const username of ['robin', 'ada', 'grace']) {
      provider.idToken = { sub: username };
      await process({ values: { username } }).authenticate();
      clock.pass(1);
    }
    const padlock = process();
    const listed = await padlock.sessions();
    expect(listed.map(({ current, session }) => [current, session.user?.id])).toEqual([
      [true, 'grace'],
      [false, 'ada'],
      [false, 'robin'],
    ]);
    await expect(padlock.logout(listed[1]?.session)).resolves.toEqual({ revoked: true });
    await expect(process().logout(listed[2]?.session)).resolves.toEqual({ revoked: true });
    expect(provider.revoked).toEqual(['rt-2-canary-0123456789', 'rt-1-canary-0123456789']);
    await expect(process().logout(listed[2]?.session)).resolves.toEqual({ revoked: false });
    expect((await process().sessions()).map(({ session }) => session.user?.id)).toEqual(['grace']);
  });

  test('that could be either of two ends neither', async () => {
    const { process, provider } = world();
    provider.idToken = undefined;
    for (const username of ['robin', 'ada']) await process({ scope: ['read'], values: { username } }).authenticate();
    const [listed] = await process().sessions();
    await expect(process().logout(listed?.session)).resolves.toEqual({ revoked: false });
    await expect(process().sessions()).resolves.toHaveLength(2);
  });

  test('of a copy forgets exactly the session that it is a copy of', async () => {
    const { process, provider, shared } = world();
    const other: Grant = { kind: 'grant', name: 'other', summary: 'another flow', acquire: (_, host) => host.exchange('urn:other', {}) };
    const plugins = [shared.plugin, { apiVersion: 1 as const, name: 'acme', strategies: [other] }];
    const ways: readonly PadlockOptions[] = [{}, { values: { profile: 'work' } }, { clientId: 'another' }, { flow: 'other', plugins }];
    for (const way of ways) {
      provider.idToken = way.clientId === undefined ? {} : { aud: way.clientId };
      await process(way).authenticate();
    }
    const listed = async () => (await process().sessions()).map(({ session }) => session);
    const nameOf = ({ clientId, flow, profile = 'none' }: Session): string => [profile, clientId, flow].join(' ');
    const left = (await listed()).map(nameOf);
    expect(new Set(left).size).toBe(4);
    for (const session of await listed()) {
      await process().logout({ ...session } as Session, { local: true });
      left.splice(left.indexOf(nameOf(session)), 1);
      expect((await listed()).map(nameOf)).toEqual(left);
    }
  });

  test('where there is nothing that can be read removes what may be there all the same', async () => {
    const { process, shared } = world();
    await process().session();
    const store = shared.opened();
    const replace = store.replace.bind(store);
    const removed: string[] = [];
    store.replace = (name, expected, next) => {
      if (next === null) removed.push(name);
      return replace(name, expected, next);
    };
    await expect(process().logout()).resolves.toEqual({ revoked: false });
    expect(removed.length).toBeGreaterThan(0);
  });

  test('of what cannot be read forgets it, with a warning that the provider was not told', async () => {
    const all = await expired();
    const session = await all.padlock.session();
    await spoil(all);
    await expect(all.padlock.logout(session)).resolves.toEqual({ revoked: false });
    await expect(all.process().logout()).resolves.toEqual({ revoked: false });
    expect(all.warnings.map(({ code, message }) => [code, message.includes('provider was not told')])).toContainEqual([
      'store_decrypt',
      true,
    ]);
    expect(all.provider.revoked).toEqual([]);
    await expect(all.process().session()).resolves.toBeUndefined();
  });

  test('without the client secret forgets it, and says why the provider was not told', async () => {
    const { process } = await expired();
    await expect(failure(process({ clientSecret: undefined as never }).logout())).resolves.toMatchObject({
      code: 'config_missing_credential',
      message: expect.stringContaining('revoked'),
    });
    await expect(process().session()).resolves.toBeUndefined();
  });

  test('while the store is out of order says so', async () => {
    const { padlock, shared } = await expired();
    shared.opened().read = () => Promise.reject(new PadlockError('store_io', { message: 'gone' }));
    await expect(failure(padlock.logout())).resolves.toMatchObject({ code: 'store_io' });
  });

  test('a new refresh token that the provider does not take back costs nobody anything', async () => {
    const { padlock, process, provider } = await expired();
    provider.others['/revoke'] = { status: 503 };
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const refreshed = padlock.token();
    await asked;
    provider.answering = undefined;
    await process().authenticate();
    open();
    await expect(refreshed).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
  });
});

describe('forgetting all', () => {
  test('forgets every session of the app, and nobody else’s', async () => {
    const all = world();
    await all.process().authenticate();
    await all.process({ values: { username: 'ada', profile: 'work' } }).authenticate();
    await all.process({ app: 'foreign' }).authenticate();
    await pipeline(all).forgetAll();
    await expect(pipeline(all).sessions()).resolves.toEqual([]);
    await expect(all.process({ app: 'foreign' }).sessions()).resolves.toHaveLength(1);
    const current = all.process({ app: 'foreign', values: { username: undefined } });
    await expect(current.session()).resolves.toMatchObject({ user: { id: 'robin' } });
    await pipeline(all, { app: 'foreign' }).forgetAll();
    await expect(all.shared.opened().names()).resolves.toEqual([]);
  });

  test('forgets what cannot be read, too', async () => {
    const all = await expired();
    await spoil(all);
    await pipeline(all).forgetAll();
    await expect(all.shared.opened().names()).resolves.toEqual([]);
  });

  test('and a program that remembers a token does not give it out any more', async () => {
    const all = world();
    const padlock = pipeline(all, {
      issuer: 'https://id.example.test/',
      clientId: 'a',
      flow: 'client-credentials',
      clientSecret: 'b'.repeat(40),
    });
    await padlock.token();
    await padlock.forgetAll();
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-null' });
  });
});

test('a machine signs in over a session that cannot be read', async () => {
  const all = world();
  const service = { flow: 'client-credentials' } as const;
  await all.process(service).authenticate();
  await spoil(all);
  await expect(all.process(service).authenticate()).resolves.toMatchObject({ access: { value: 'at-2-null' } });
});

describe('a record', () => {
  const of = (version: unknown): Uint8Array => encodeRecord({ version } as SessionRecord);
  test.each([
    [2, 'store_version'],
    [99, 'store_version'],
    [0, 'store_corrupt'],
    [undefined, 'store_corrupt'],
  ])('of version %p is %s', async (version, code) => {
    await expect(codeOf(() => decodeRecord(of(version)))).resolves.toBe(code);
  });
});
