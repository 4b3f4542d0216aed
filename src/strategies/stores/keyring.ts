import type { Recorded, Store } from '../../core/contracts.ts';

/** Sessions as items of the system's keyring, which guards them as it guards passwords. */
export const keyring = {
  kind: 'store',
  name: 'keyring',
  summary: 'the system keyring of this account',
  reach: 'machine',
  load: async () => {
    const { eraseKeyringStore, noKeyring, openKeyringStore } = await import('../../core/keyring-store.ts');
    return {
      applies: async (_values, host) => {
        const no = await noKeyring(host);
        return no === undefined ? true : { no };
      },
      open: (_values, host) => openKeyringStore(host),
      erase: (_values, host) => eraseKeyringStore(host),
      examine: async (_values, host) => (await import('../../core/keyring-store-report.ts')).examineKeyringStore(host),
    };
  },
} satisfies Recorded<Store>;
