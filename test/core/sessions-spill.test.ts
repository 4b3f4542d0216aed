import { expect, test } from '@jest/globals';
import { fail } from '../../src/core/errors.ts';
import type { Notice } from '../../src/core/ports.ts';
import type { SessionStore, StoredEntry } from '../../src/core/store.ts';
import { createPadlock } from '../../src/index.ts';
import { memory } from '../../src/strategies/stores/memory.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

test('a refresh whose store goes away after the token was spent is kept aside, and the token is handed out', async () => {
  const spilled: [string, string | null, StoredEntry][] = [];
  let gone = false;
  const store = {
    kind: 'store',
    name: 'fragile',
    summary: 'goes away',
    reach: 'network',
    async open(values: unknown, host: Parameters<typeof memory.open>[1]): Promise<SessionStore> {
      const inner = await memory.open(values, host);
      return new Proxy(inner, {
        get(target, key) {
          if (key === 'replace')
            return async (...entry: Parameters<SessionStore['replace']>) => (gone ? fail('store_io', 'gone') : inner.replace(...entry));
          if (key === 'spill') return async (...entry: [string, string | null, StoredEntry]) => spilled.push(entry) > 0;
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  } as const;
  const warnings: Notice[] = [];
  const notices = { warn: (notice: Notice) => void warnings.push(notice), show: () => {} };
  const padlock = createPadlock({ ...idp().client('password'), store, ports: { ...idp().human(), notices } });
  await padlock.authenticate();
  idp().advance(3600);
  idp().requests.clear();
  padlock.on('refreshed', () => {});
  const before = idp().requests.at('token').length;
  idp().next('token', { delay: 50 });
  const asked = padlock.token();
  while (idp().requests.at('token').length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  gone = true;
  expect((await asked).value).toEqual(expect.any(String));
  expect(spilled).toHaveLength(2); // the new refresh token, then the verified access token on top of it
  expect(spilled[1]?.[1]).toBe(spilled[0]?.[2].tag);
  expect(warnings.map(({ code }) => code)).toContain('store_io');
});
