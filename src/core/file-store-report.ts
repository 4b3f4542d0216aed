/** What `padlock doctor` tells of sessions in files: where they are, where their key is, who may read them. */
import type { StoreHost } from './contracts.ts';
import { reportDirectory } from './directory-report.ts';
import { isPadlockError } from './errors.ts';
import { placesOf, worldOf } from './file-store.ts';
import { doubtful, type Finding, failing, fine } from './finding.ts';
import { openKeyring } from './keyring.ts';
import { knownKey, type StoreWorld } from './store-key.ts';
import { excerpt } from './text.ts';

export async function examineFileStore(host: StoreHost): Promise<readonly Finding[]> {
  const world = worldOf(host);
  const found = await reportDirectory(world); // before the key is looked at, which makes its file private
  const place = excerpt(world.directory, 200);
  const where = fine(
    'store',
    found === undefined ? `Sessions will be files in ${place}; there are none yet.` : `Sessions are files in ${place}.`,
  );
  return [where, await key(world, host), ...(found ?? [])];
}

async function key(world: StoreWorld, host: StoreHost): Promise<Finding> {
  try {
    const known = await knownKey(world, placesOf(world, host));
    const hasKeyring = known?.place === 'keyring' || (await openKeyring(host)) !== undefined;
    if (known === undefined)
      return fine(
        'key',
        hasKeyring ? 'Their key will be in the system keyring.' : 'There is no system keyring: their key will be a file beside them.',
      );
    if (known.place === 'keyring') return fine('key', 'Their key is in the system keyring.');
    if (hasKeyring)
      return doubtful(
        'key',
        'Their key is in a file beside them, and there is a system keyring.',
        'To keep it there, sign out with padlock logout --all, and in again.',
      );
    return fine(
      'key',
      'There is no system keyring: their key is a file beside them, which protects a backup that holds only one of the two.',
    );
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return failing('key', error);
  }
}
