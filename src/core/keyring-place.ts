/** The key of a file store, kept in the system's keyring. */
import { fail } from './errors.ts';
import { type KeyringOptions, openKeyring } from './keyring.ts';
import type { KeyPlace } from './store-key.ts';

const accountOf = (id: string): string => `store-key/${id}`;

/** Undefined where there is no keyring. Throws `keyring_unavailable` for one that does not answer. */
export async function keyringKeyPlace(options: KeyringOptions): Promise<KeyPlace | undefined> {
  const keyring = await openKeyring(options, () => fail('keyring_unavailable', 'The system keyring does not answer.'));
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
