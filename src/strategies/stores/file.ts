import type { Recorded, Store } from '../../core/contracts.ts';

/** One sealed file per session in the state directory, shared by all processes of the account. */
export const file = {
  kind: 'store',
  name: 'file',
  summary: 'encrypted files of this account',
  reach: 'machine',
  load: async () => {
    const { eraseFileStore, noPlace, openFileStore } = await import('../../core/file-store.ts');
    return {
      applies: (_values, host) => {
        const no = noPlace(host);
        return no === undefined ? true : { no };
      },
      open: (_values, host) => openFileStore(host),
      erase: (_values, host) => eraseFileStore(host),
      examine: async (_values, host) => (await import('../../core/file-store-report.ts')).examineFileStore(host),
    };
  },
} satisfies Recorded<Store>;
