/** Where the command line keeps sessions when nobody said: the one place that decides it. */
import { isAuto, namedFlow } from '../core/auto.ts';
import { fail } from '../core/errors.ts';
import { storeOptions } from '../core/general-options.ts';
import type { Host } from '../core/ports.ts';
import type { Registry } from '../core/registry.ts';
import type { Settings } from '../core/settings.ts';

/**
 * The settings with a store in them: files of this account, or memory where there is no place for files, and for a machine's own
 * sign-in under CI, where the next job has another disk and nobody looks after this one. Throws `usage_conflict`.
 */
export function chooseStore(settings: Settings, registry: Registry, host: Host): Settings {
  if (settings.given('store') && settings.given('noStore')) fail('usage_conflict', '--store and --no-store ask for different things.');
  if (settings.given('store')) return settings.choosing('noStore', storeOptions.noStore, false); // a profile may say otherwise
  if (settings.get('noStore') === true || settings.has('store')) return settings;
  const flow = namedFlow(settings);
  const isMachine = flow === undefined ? isAuto(settings) : registry.record('grant', flow).subject === 'client';
  const passing = host.directories === undefined || (isMachine && (host.env('CI') ?? '') !== '');
  return settings.choosing('store', storeOptions.store, passing ? 'memory' : 'file');
}
