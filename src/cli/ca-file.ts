/** The file of `--ca-file`, read once. A relative path starts where it was written: the working directory or the configuration's folder. */
import { resolve } from 'node:path';
import type { Config } from '../core/config-file.ts';
import { fail } from '../core/errors.ts';
import type { Settings } from '../core/settings.ts';
import { excerpt } from '../core/text.ts';
import type { World } from './world.ts';

/** PEM, or undefined when no file is named. Throws `config_bad_ca`. */
export async function caFrom(
  settings: Settings,
  config: Config | undefined,
  world: Pick<World, 'cwd' | 'files'>,
): Promise<string | undefined> {
  const path = settings.get('caFile');
  if (typeof path !== 'string') return undefined;
  const from = settings.origin('caFile')?.layer === 'profile' ? (config?.directory ?? world.cwd) : world.cwd;
  const file = resolve(from, path);
  const content = (await world.files.read(file)) ?? fail('config_bad_ca', `There is no CA file at ${excerpt(file, 200)}.`);
  return new TextDecoder().decode(content);
}
