/** Which stored session the settings mean, and what is asked of it. */
import { describe, expect, test } from '@jest/globals';
import type { Grant } from '../../../src/core/contracts.ts';
import type { PadlockOptions } from '../../../src/index.ts';
import { world } from './fixture.ts';

const badge: Grant = {
  kind: 'grant',
  name: 'badge',
  summary: 'a badge',
  options: {
    badge: { type: 'string', summary: 'whose badge', identity: true },
    proof: { type: 'string', summary: 'what proves it', identity: true, secret: true },
    note: { type: 'string', summary: 'a note' },
  },
  acquire: (_, host) => host.exchange('urn:badge', {}),
};

describe('who signed in', () => {
  const desk = () => {
    const all = world();
    const plugins = [all.shared.plugin, { apiVersion: 1 as const, name: 'acme', strategies: [badge] }];
    return { ...all, by: (values: Readonly<Record<string, unknown>>) => all.process({ flow: 'badge', plugins, values }) };
  };

  test('is told by the options that say so, never by a secret or by anything else', async () => {
    const { by } = desk();
    const { access } = await by({ badge: 'b1', proof: 'p1', note: 'n1' }).authenticate();
    for (const values of [{ badge: 'b1' }, { badge: 'b1', proof: 'p2', note: 'n2' }, {}])
      expect((await by(values).session())?.access).toEqual(access);
    await expect(by({ badge: 'b2', proof: 'p1', note: 'n1' }).session()).resolves.toBeUndefined();
  });

  test('has one session, however often and with whatever proof', async () => {
    const { by } = desk();
    for (const proof of ['p1', 'p2']) await by({ badge: 'b1', proof }).authenticate();
    await expect(by({}).sessions()).resolves.toHaveLength(1);
    await by({ badge: 'b2' }).authenticate();
    await by({ note: 'nobody in particular' }).authenticate();
    await expect(by({}).sessions()).resolves.toHaveLength(3);
  });
});

describe('a session that is named in part', () => {
  const anybody = { issuer: undefined as never, clientId: undefined as never };

  test.each<[string, PadlockOptions, boolean]>([
    ['by nothing', { ...anybody, values: { username: undefined } }, true],
    ['by who signed in', anybody, true],
    ['by its client', { issuer: undefined as never }, true],
    ['by its issuer', { clientId: undefined as never }, true],
    ['and somebody else signs in', { ...anybody, values: { username: 'ada' } }, false],
    ['and the client is another', { issuer: undefined as never, clientId: 'another' }, false],
    ['and the issuer is another', { clientId: undefined as never, issuer: 'https://elsewhere.example.test/' }, false],
    ['and the flow is another', { ...anybody, flow: 'client-credentials' }, false],
    ['and the profile is another', { ...anybody, values: { profile: 'work' } }, false],
  ])('%s', async (_, options, isMeant) => {
    const { process } = world();
    await process().authenticate();
    expect((await process(options).session())?.user?.id).toBe(isMeant ? 'robin' : undefined);
  });
});

test('a session that is not there yet has the name that it will have: those who would make it take turns by that', async () => {
  const { process, shared } = world();
  const flow = 'client-credentials';
  await process({ flow }).session();
  const store = shared.opened();
  const lease = store.lease.bind(store);
  const taken: string[] = [];
  store.lease = async (name, milliseconds) => {
    taken.push(name);
    return lease(name, milliseconds);
  };
  for (const options of [{}, { clientId: 'another' }, { app: 'own' }, { values: { profile: 'work' } }])
    await process({ flow, ...options }).token();
  expect(new Set(taken).size).toBe(4);
  expect(await store.names()).toEqual(expect.arrayContaining(taken));
});

describe('a refresh asks for', () => {
  /** What the last request sent, after a sign-in for all of this. */
  async function asked(options: PadlockOptions, wishes = {}) {
    const { clock, process, provider } = world();
    await process().authenticate({ scope: ['openid', 'read'], audience: 'a', params: { ui: '1' } });
    clock.pass(4000);
    await process(options).token(wishes);
    const form = provider.forms().at(-1);
    expect(form?.get('grant_type')).toBe('refresh_token');
    return ['scope', 'audience', 'ui'].map((name) => form?.get(name));
  }

  test.each<[string, PadlockOptions, object, readonly (string | null)[]]>([
    ['what the sign-in asked for', {}, {}, ['openid read', 'a', '1']],
    ['what the settings say', { scope: ['openid'], audience: 'b', params: { ui: '2' } }, {}, ['openid', 'b', '2']],
    [
      'what the call says, before them',
      { audience: 'b', params: { ui: '2' } },
      { audience: 'c', params: { ui: '3' } },
      ['openid read', 'c', '3'],
    ],
  ])('%s', async (_, options, wishes, sent) => {
    expect(await asked(options, wishes)).toEqual(sent);
  });
});
