/** What `padlock doctor` tells of sessions in the system's keyring. */
import type { StoreHost } from './contracts.ts';
import { reportDirectory } from './directory-report.ts';
import { type Finding, fine } from './finding.ts';
import { keyAccount, placeOf } from './keyring-store.ts';

/** Throws `keyring_unavailable`, `store_*`. */
export async function examineKeyringStore(host: StoreHost): Promise<readonly Finding[]> {
  const place = await placeOf(host);
  const isNew = (await place.keyring.get(keyAccount(place))) === undefined;
  const store = fine('store', `Sessions ${isNew ? 'will be' : 'are'} items of the system keyring${isNew ? '; there are none yet' : ''}.`);
  return [store, ...((await reportDirectory({ ...place, clock: host.clock })) ?? [])];
}
