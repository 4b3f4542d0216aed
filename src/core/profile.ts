/** One profile of the configuration file as a layer: every key checked against the declarations, secrets as references. */
import { type Config, configPlace, type Members, profileOf, refuseUnknown } from './config-file.ts';
import { fail } from './errors.ts';
import type { Layer, Raw } from './layer.ts';
import { configKey, type Option, type Place, readOption } from './options.ts';
import type { DeclaredOption, Registry } from './registry.ts';
import { type SourceWorld, sourceReference } from './source-reference.ts';
import { excerpt } from './text.ts';

/** These say which profile, so no profile can say them. */
const ABOUT_PROFILES: ReadonlySet<string> = new Set(['profile', 'config']);

/** The options that a profile may set. */
export const profileOptions = (registry: Registry): readonly DeclaredOption[] =>
  registry.options().filter(({ key, option }) => !option.flagOnly && !ABOUT_PROFILES.has(key));

function rawOf(option: Option, value: unknown, place: Place, config: Config, registry: Registry, world: SourceWorld): Raw {
  const { unreadable } = option;
  if (option.secret && typeof value === 'object' && value !== null)
    return sourceReference(value, { ...place, ...(unreadable && { unreadable }) }, config.directory, registry, world);
  readOption(option, value, place);
  return { raw: value, place };
}

/** A plain secret in a file that others can read. Throws `config_insecure_permissions`. */
function guardSecrets(config: Config, registry: Registry): void {
  if (config.openMode === undefined) return;
  const secret = new Set(profileOptions(registry).flatMap(({ key, option }) => (option.secret ? [configKey(key)] : [])));
  for (const [name, members] of config.profiles)
    for (const [key, value] of members)
      if (secret.has(key) && typeof value !== 'object')
        fail('config_insecure_permissions', `${configPlace('profiles', name, key).name} is a secret in a file that others can read.`, {
          hint: `Run: chmod 600 ${excerpt(config.path, 200)}`,
        });
}

function readProfile(name: string, members: Members, config: Config, registry: Registry, world: SourceWorld): ReadonlyMap<string, Raw> {
  const known = new Map(profileOptions(registry).map((one) => [configKey(one.key), one]));
  refuseUnknown(members.keys(), [...known.keys()], ['profiles', name]);
  const values = new Map<string, Raw>();
  for (const [key, value] of members) {
    const declared = known.get(key);
    if (declared) values.set(declared.key, rawOf(declared.option, value, configPlace('profiles', name, key), config, registry, world));
  }
  return values;
}

/** A profile, and its name as the value of `profile`. `place` is what chose it. Throws `config_profile_unknown`, `config_schema`, `config_insecure_permissions`. */
export function profileLayer(config: Config | undefined, name: string, place: Place, registry: Registry, world: SourceWorld): Layer {
  const members = profileOf(config, name, place);
  if (!config) return { name: 'profile', values: new Map() };
  guardSecrets(config, registry);
  const values = readProfile(name, members, config, registry, world);
  return { name: 'profile', values: new Map([...values, ['profile', { raw: name, place }]]) };
}

/** Checks every profile and the default one's name, as `padlock config show` and `doctor` want it; a sign-in checks only its own. */
export function checkConfig(config: Config, registry: Registry, world: SourceWorld): void {
  guardSecrets(config, registry);
  for (const [name, members] of config.profiles) readProfile(name, members, config, registry, world);
  if (config.defaultProfile !== undefined) profileOf(config, config.defaultProfile, configPlace('default_profile'));
}
