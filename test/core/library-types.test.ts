/** What the compiler says to a program that embeds Padlock; the runner has little to add. */
import { expect, test } from '@jest/globals';
import { type AccessToken, createPadlock, type Padlock, type PadlockOptions, type SessionStore, type Store } from '../../src/index.ts';
import { memory } from '../../src/strategies/stores/memory.ts';
import { codeOf, ISSUER } from './forge.ts';

const options: PadlockOptions = { issuer: ISSUER, clientId: 'a', flow: 'client-credentials' };

/** A store in twenty lines, as an embedder writes it. */
const own = {
  kind: 'store',
  name: 'own',
  summary: 'kept by the program',
  reach: 'process',
  open: async (values, host): Promise<SessionStore> => memory.open(values, host),
} satisfies Store;

test('a store is a name or a record', async () => {
  for (const store of ['memory', own, { ...memory, name: 'another' }] as const)
    await expect(createPadlock({ ...options, store }).sessions()).resolves.toEqual([]);
  const { reach: _reach, ...unreachable } = own;
  // @ts-expect-error a store has a reach
  const wrong: PadlockOptions = { ...options, store: unreachable };
  expect(await codeOf(() => createPadlock(wrong))).toBe('plugin_contract');
  const grant = { kind: 'grant', name: 'x', summary: 'y', acquire: async () => ({ access_token: 'a', token_type: 'b' }) } as const;
  // @ts-expect-error a grant is no store
  const other: PadlockOptions = { ...options, store: grant };
  expect(await codeOf(() => createPadlock(other))).toBe('plugin_contract');
  expect(await codeOf(() => createPadlock({ ...options, store: { ...own, name: 'memory' } }))).toBe('plugin_conflict');
  expect(await codeOf(() => createPadlock({ ...options, store: 'nowhere' }).session())).toBe('usage_unknown_strategy');
});

test('the surface is what its documentation says', () => {
  const padlock: Padlock = createPadlock({ ...options, app: 'padlock', allowedOrigins: ['https://api.example.test'] });
  const typed = {
    fetch: padlock.fetch satisfies typeof globalThis.fetch,
    token: padlock.token.bind(padlock) satisfies (request?: {
      minTtl?: number;
      refresh?: boolean;
      scope?: readonly string[];
    }) => Promise<AccessToken>,
    credential: padlock.asTokenCredential().getToken satisfies (
      scopes: string | string[],
    ) => Promise<{ token: string; expiresOnTimestamp: number }>,
    off: padlock.on('refreshed', ({ user }) => user?.id satisfies string | undefined) satisfies () => void,
  };
  expect(Object.values(typed).every((each) => typeof each === 'function')).toBe(true);
  // @ts-expect-error no such event
  padlock.on('stolen', () => {});
  // @ts-expect-error a token's value does not change
  const change = (token: AccessToken) => (token.value = '');
  expect(change).toBeDefined();
});
