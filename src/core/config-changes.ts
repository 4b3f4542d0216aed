/** The changes Padlock makes to the configuration file: a saved profile, the default one, the list of plugins. */
import { editConfig } from './config-edit.ts';
import { type ConfigPlace, type PluginEntry, profileHint } from './config-file.ts';
import { fail } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isReference, type LayerName } from './layer.ts';
import { configKey, flagName, type Options, type OptionValue, quoted } from './options.ts';
import type { Files } from './ports.ts';
import type { Settings } from './settings.ts';

/** What `--save` did. */
export interface Saved {
  readonly path: string | undefined;
  /** Flag names of what the profile says now. */
  readonly saved: readonly string[];
  /** Flag names of secrets that were left out, because they were typed. */
  readonly left: readonly string[];
}

/** What these say is there without a profile, or ends with the call; and a project file must not get into a profile. */
const PASSING: ReadonlySet<LayerName> = new Set(['default', 'preset', 'project', 'sandbox']);

/** What of these settings a profile can hold: values that somebody gave, and where secrets come from. */
function keepable(settings: Settings, options: Options, asked: Readonly<Record<string, OptionValue | undefined>>) {
  const keep: [string, JsonValue][] = [];
  const left: string[] = [];
  const entries = new Map(settings.entries().map((entry) => [entry.key, entry]));
  for (const [key, option] of Object.entries(options)) {
    const entry = entries.get(key);
    if (option.flagOnly) continue;
    if (option.secret) {
      const reference: JsonObject | undefined = entry && isReference(entry.raw) ? entry.raw.reference : undefined;
      if (reference && option.account !== 'call') keep.push([key, reference]);
      else if (entry || asked[key] !== undefined) left.push(flagName(key));
    } else {
      const value = entry && !PASSING.has(entry.layer) ? entry.value : asked[key];
      if (value !== undefined) keep.push([key, value as JsonValue]);
    }
  }
  return { keep, left };
}

/** Throws `usage_bad_value` for what cannot be the name of a profile. */
export function checkProfileName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u.test(name))
    fail('usage_bad_value', 'A profile name has letters, digits, dots, dashes and underscores, at most 64.');
}

/** Sets keys of a profile, by option key; its other keys stay. Returns the path of the file, or undefined where none is kept. */
export async function writeProfile(
  files: Files,
  where: ConfigPlace,
  name: string,
  values: Iterable<readonly [string, JsonValue]>,
): Promise<string | undefined> {
  checkProfileName(name);
  return editConfig(files, where, (config) => {
    if (!config.profiles.includes(name)) config.set(['profiles', name], {});
    for (const [key, value] of values) config.set(['profiles', name, configKey(key)], value);
  });
}

/**
 * Writes what a sign-in used into a profile; other keys of the profile stay. `options` are those that took part, `asked` what a human
 * was asked for. A secret is never written, only where it comes from.
 */
export async function saveProfile(
  files: Files,
  where: ConfigPlace,
  name: string,
  settings: Settings,
  options: Options,
  asked: Readonly<Record<string, OptionValue | undefined>> = {},
): Promise<Saved> {
  const { keep, left } = keepable(settings, options, asked);
  const path = await writeProfile(files, where, name, keep);
  return { path, saved: keep.map(([key]) => flagName(key)), left };
}

/** Makes a profile the default one. Throws `config_profile_unknown`. */
export async function setDefaultProfile(files: Files, where: ConfigPlace, name: string): Promise<string | undefined> {
  return editConfig(files, where, (config) => {
    if (!config.profiles.includes(name))
      fail('config_profile_unknown', `There is no profile ${quoted(name)}.`, { hint: profileHint(name, config.profiles) });
    config.set(['default_profile'], name);
  });
}

const listed = (entries: readonly PluginEntry[]): JsonValue =>
  entries.map(({ path, sha256 }) => (sha256 === undefined ? path : { path, sha256 }));

/** Lists a plugin, or accepts the new content of one that is listed. */
export async function addPlugin(files: Files, where: ConfigPlace, plugin: PluginEntry): Promise<string | undefined> {
  return editConfig(files, where, (config) => {
    config.set(['plugins'], listed([...config.plugins.filter(({ path }) => path !== plugin.path), plugin]));
  });
}

/** Strikes a plugin off, by its path as listed. Throws `plugin_not_found`. */
export async function removePlugin(files: Files, where: ConfigPlace, path: string): Promise<string | undefined> {
  return editConfig(files, where, (config) => {
    const rest = config.plugins.filter((plugin) => plugin.path !== path);
    if (rest.length === config.plugins.length) fail('plugin_not_found', 'There is no such plugin in the configuration.');
    config.set(['plugins'], listed(rest));
  });
}
