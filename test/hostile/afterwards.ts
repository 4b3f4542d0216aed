/** What a row leaves in the home: a store that works, a refresh token that is not lost, and after the next run no lock and no temporary file (G6, G10). */
import { readdirSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { HostileProvider } from './network/provider.ts';
import type { Run, Stage } from './run-row.ts';

/** Where Padlock keeps what it writes by itself. */
const KEPT = ['.local/state/padlock', '.cache/padlock', '.config/padlock'];
const LEFTOVER = /\.(tmp|lock|lease|break)$/;
const SESSION = /\/sessions\/[\w-]{20,}$/;
/** Milliseconds; longer than any lock or temporary file is believed in. */
const AGES = 3_600_000;

function kept(home: string): readonly string[] {
  return KEPT.flatMap((folder) => {
    try {
      const entries = readdirSync(join(home, folder), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    } catch {
      return [];
    }
  });
}

/** Throws what does not hold. */
export async function whatIsLeft(stage: Stage, run: Run): Promise<void> {
  const { afterwards, exit, id, signedIn = false, stores = false } = stage.row;
  const changed = run.ended.changed.filter((path) => KEPT.some((folder) => path.startsWith(join(stage.home, folder))));
  if (exit !== 0 && !signedIn && !stores && changed.some((path) => SESSION.test(path)))
    throw new Error(`${id}: G6: it failed and stored a session`);
  if (typeof afterwards === 'object') return;
  if (changed.length === 0 && !signedIn) return; // byte for byte what it was
  const then = new Date(Date.now() - AGES);
  for (const path of kept(stage.home)) utimesSync(path, then, then);
  stage.provider?.behave();
  const idp = stage.provider ?? (await HostileProvider.start(stage.net));
  const usable = afterwards === 'kept' || (signedIn && afterwards !== 'gone');
  await stage.good(usable ? ['token', '--refresh'] : ['auth'], idp);
  if (usable && idp.good.isRevoked) throw new Error(`${id}: G6: a refresh token was used twice`);
  const left = kept(stage.home).filter((path) => LEFTOVER.test(path));
  if (left.length > 0) throw new Error(`${id}: G10: it left ${left.map((path) => relative(stage.home, path)).join(', ')}`);
}
