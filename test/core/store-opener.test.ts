/** The store that the settings name: how it is opened, given up, and looked at. */
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../src/container.ts';
import type { Store, StoreHost } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { realClock } from '../../src/core/headless.ts';
import { resolve } from '../../src/core/inject.ts';
import type { Notice } from '../../src/core/ports.ts';
import { StoreOpener } from '../../src/core/store-opener.ts';
import { memory } from '../../src/strategies/stores/memory.ts';

const OPTIONS = { acmeUrl: { type: 'string', summary: 'where it is', required: true } } as const;

function opener(store: Partial<Store>, values: Readonly<Record<string, unknown>> = {}) {
  const warned: Notice[] = [];
  const open = (_: unknown, host: StoreHost) => memory.open({}, host);
  const acme: Store = { kind: 'store', name: 'acme', summary: 'a store', reach: 'process', options: OPTIONS, open, ...store };
  const container = createPadlockContainer({
    plugins: [{ apiVersion: 1, name: 'acme', strategies: [acme] }],
    values: { store: 'acme', ...values },
    ports: { notices: { warn: (notice) => void warned.push(notice), show: () => {} } },
  });
  return { opener: resolve(container, StoreOpener), warned };
}

describe('opening it', () => {
  test('takes what it needs, and says where its key is', async () => {
    const got: unknown[] = [];
    const keyed = async (values: unknown, host: StoreHost) => {
      got.push(values);
      return Object.assign(await memory.open({}, host), { keyPlace: 'environment' });
    };
    const { opener: own } = opener({ open: keyed as never }, { acmeUrl: 'https://acme.example' });
    expect((await own.open()).place).toEqual({ store: 'acme', key: 'environment' });
    expect(got).toEqual([{ acmeUrl: 'https://acme.example' }]);
    expect((await opener({ options: {} }).opener.open()).place).toEqual({ store: 'acme' });
  });

  test('is memory where nothing is to be kept, whatever store is named', async () => {
    expect((await opener({}, { noStore: true }).opener.open()).place).toEqual({ store: 'memory' });
    expect((await opener({}, { store: undefined }).opener.open()).place).toEqual({ store: 'memory' });
  });

  test('tells each thing that it notices once', async () => {
    const notices = [{ code: 'a', message: 'A.' }];
    const noticing = async (_: unknown, host: StoreHost) => Object.assign(await memory.open({}, host), { notices });
    const { opener: own, warned } = opener({ options: {}, open: noticing as never });
    const { tell } = await own.open();
    tell();
    expect(warned).toEqual([{ code: 'a', message: 'A.' }]);
    notices.push({ code: 'b', message: 'B.' });
    tell();
    tell();
    expect(warned.map(({ code }) => code)).toEqual(['a', 'b']);
  });

  test('fails as the store says, in its words or with its code', async () => {
    const failing = (...about: Parameters<StoreHost['fail']>) =>
      opener({ options: {}, open: async (_, host) => host.fail(...about) }).opener.open();
    await expect(failing('store_io', { message: 'There is no disk.' })).rejects.toMatchObject({
      code: 'store_io',
      message: 'There is no disk.',
    });
    await expect(failing('store_io')).rejects.toMatchObject({ code: 'store_io', message: 'store_io' });
  });
});

describe('giving it up', () => {
  const erasing = () => {
    const erased: unknown[] = [];
    const erase = async (values: unknown, { clock }: StoreHost): Promise<void> => void erased.push([values, clock]);
    return { erased, ...opener({ erase }, { acmeUrl: 'x' }) };
  };

  test.each(['store_decrypt', 'store_corrupt', 'keyring_unavailable'])('is possible where it cannot be opened for %s', async (code) => {
    const { erased, opener: own } = erasing();
    await own.erase(new PadlockError(code));
    expect(erased).toEqual([[{ acmeUrl: 'x' }, realClock]]);
  });

  test.each<[string, unknown]>([
    ['a disk that others own', new PadlockError('store_permissions')],
    ['a newer Padlock', new PadlockError('store_version')],
    ['a mistake of a program', new TypeError('a mistake')],
  ])('%s is no reason', async (_, cause) => {
    const { erased, opener: own } = erasing();
    await expect(own.erase(cause)).rejects.toBe(cause);
    expect(erased).toEqual([]);
  });

  test('is not possible where a store cannot', async () => {
    const cause = new PadlockError('store_corrupt');
    await expect(opener({ options: {} }).opener.erase(cause)).rejects.toBe(cause);
  });
});

describe('looking at it', () => {
  const finding = { name: 'disk', verdict: 'ok', detail: 'There is room.' } as const;

  test('tells what it says, and asks for nothing that it lacks', async () => {
    const got: unknown[] = [];
    const examine = async (values: unknown) => {
      got.push(values);
      return [finding];
    };
    await expect(opener({ examine }).opener.examine()).resolves.toEqual({ name: 'acme', findings: [finding] });
    expect(got).toEqual([{}]);
    await expect(opener({}).opener.open()).rejects.toMatchObject({ code: 'usage_missing_option' });
  });

  test('tells nothing where it says nothing', async () => {
    await expect(opener({}).opener.examine()).resolves.toEqual({ name: 'acme', findings: [] });
  });

  test('takes no nonsense', async () => {
    const examine = async () => [{ ...finding, verdict: 'fine' as never }];
    await expect(opener({ examine }).opener.examine()).rejects.toMatchObject({ code: 'plugin_contract' });
  });
});
