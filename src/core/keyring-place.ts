/** The key of a file store, kept in the system's keyring. */
import { type KeyringOptions, openKeyring } from './keyring.ts';
import type { KeyPlace } from './store-key.ts';

const accountOf = (id: string): string => `store-key/${id}`;

/** Undefined where there is no keyring. */
export async function keyringKeyPlace(options: KeyringOptions): Promise<KeyPlace | undefined> {
  const keyring = await openKeyring(options);
  return (
    keyring && {
      read: (id) => keyring.get(accountOf(id)),
      keep: async (id, key) => {
        await keyring.set(accountOf(id), key);
        return key;
      },
      remove: async (id) => void (await keyring.delete(accountOf(id))),
    }
  );
}
