/** The configuration file, every profile in it, and the plugins that it lists. */
import { configPlace } from '../../core/config-file.ts';
import { isPadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, failing, fine } from '../../core/finding.ts';
import { profileLayer } from '../../core/profile.ts';
import { excerpt } from '../../core/text.ts';
import type { Context } from '../command.ts';
import { pluginState } from '../plugin-state.ts';

/** `used`: the profile of this call. What is wrong with another one keeps only that from working. */
export function configuration({ config, faults, registry, world }: Context, used: string | undefined): readonly Finding[] {
  const [fault] = faults.filter(({ category }) => category !== 'plugin');
  if (fault !== undefined) return [failing('configuration', fault)];
  if (config === undefined) return [fine('configuration', 'There is no configuration file.')];
  const found = new Map<string, Finding>();
  for (const name of config.profiles.keys()) {
    try {
      profileLayer(config, name, configPlace('profiles', name), registry, world);
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      const finding = failing('configuration', error);
      const isUsed = name === used || error.code === 'config_insecure_permissions'; // one open file keeps every profile from working
      found.set(error.message, isUsed ? finding : { ...finding, verdict: 'warning' });
    }
  }
  const count = config.profiles.size;
  const path = excerpt(config.path, 200);
  return found.size > 0 ? [...found.values()] : [fine('configuration', `${path} has ${count} profile${count === 1 ? '' : 's'}.`)];
}

export async function plugins({ config, faults, world }: Context): Promise<readonly Finding[]> {
  const broken = faults.filter(({ category }) => category === 'plugin').map((fault) => failing('plugins', fault));
  const listed = config?.plugins ?? [];
  const states = await Promise.all(
    listed.map(async (entry) => ({ ...entry, state: await pluginState(world.files, entry, config?.directory ?? world.cwd) })),
  );
  const unpinned = states
    .filter(({ state }) => state === 'unpinned')
    .map(({ path }) =>
      doubtful(
        'plugins',
        `${excerpt(path, 200)} is listed without its fingerprint, so that nobody notices when it changes.`,
        `Run: padlock plugin add ${excerpt(path, 200)}`,
      ),
    );
  const found = [...broken, ...unpinned];
  if (found.length > 0) return found;
  return [fine('plugins', listed.length === 0 ? 'None are listed.' : `Listed: ${listed.length}. They are what was added.`)];
}
