/** Collects what killed processes left in a store's directory: now and then, after a write, never on the way of a reader. */
import { isPadlockError } from './errors.ts';
import { outdatedAside } from './set-aside.ts';
import type { StoreWorld } from './store-key.ts';

/** Milliseconds after which a temporary file is nobody's, and between two looks. */
const ABANDONED = 60_000;
const TEMPORARY = /\.tmp$/;
const CLAIM = /\.(lock|lease)(\.break)*$/;
/** Its time of change says when the directory was last looked through, by the same clock as every other file's. */
const MARK = '.swept';

/** `path`: a file that was written just now. What cannot be collected does no harm, and is tried again. */
export async function sweepAfter(world: StoreWorld, path: string): Promise<void> {
  const { directory, files, log } = world;
  try {
    const mark = `${directory}/${MARK}`;
    const [written, last] = await Promise.all([files.facts(path), files.facts(mark)]);
    if (written === undefined || (last !== undefined && Math.abs(written.changedAt - last.changedAt) < ABANDONED)) return;
    await files.remove(mark);
    await files.create(mark, '', { durable: false });
    await sweep(world, written.changedAt);
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    log.debug('store_not_swept', { why: error.code });
  }
}

async function sweep(world: StoreWorld, now: number): Promise<void> {
  const { directory, files } = world;
  const claims = await world.claims();
  const names = await files.list(directory);
  for (const name of names) {
    const path = `${directory}/${name}`;
    if (CLAIM.test(name)) await claims.collect(path);
    else if (TEMPORARY.test(name)) await removeOld(world, path, now);
  }
  for (const name of outdatedAside(names)) await files.remove(`${directory}/${name}`);
}

async function removeOld({ files }: StoreWorld, path: string, now: number): Promise<void> {
  const facts = await files.facts(path);
  if (facts !== undefined && now - facts.changedAt > ABANDONED) await files.remove(path);
}
