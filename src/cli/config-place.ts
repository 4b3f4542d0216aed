/** Where the configuration file of this call is, or would be. */
import type { ConfigPlace } from '../core/config-file.ts';
import { ownFlag } from './everywhere.ts';
import type { Argv } from './flags.ts';
import type { World } from './world.ts';

/** `--config`, PADLOCK_CONFIG, else the usual place. */
export function configPlaceOf({ argv, world }: { readonly argv: Argv; readonly world: World }): ConfigPlace {
  const flag = ownFlag(argv, 'config');
  const variable = world.host.env('PADLOCK_CONFIG') || undefined;
  const usual = { directory: world.host.directories?.config, cwd: world.cwd };
  if (typeof flag === 'string') return { ...usual, named: { path: flag, place: { name: '--config', kind: 'usage' } } };
  if (variable !== undefined) return { ...usual, named: { path: variable, place: { name: 'PADLOCK_CONFIG', kind: 'usage' } } };
  return usual;
}
