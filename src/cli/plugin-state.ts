import type { PluginEntry } from '../core/config-file.ts';
import { isPadlockError } from '../core/errors.ts';
import { fingerprint, locatePlugin } from '../core/plugins.ts';
import type { Files } from '../core/ports.ts';

export type PluginState = 'unchanged' | 'changed' | 'unpinned' | 'missing';

/** Is a listed plugin what was added? `from`: the folder of the file that lists it. */
export async function pluginState(files: Files, { path, sha256 }: PluginEntry, from: string): Promise<PluginState> {
  try {
    const file = await locatePlugin(files, { path, from });
    if (sha256 === undefined) return 'unpinned';
    return (await fingerprint(files, file)) === sha256 ? 'unchanged' : 'changed';
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return 'missing';
  }
}
