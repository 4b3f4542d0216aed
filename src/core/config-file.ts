/** The user's configuration file: where it is, whether it can be trusted, and what it holds before anyone knows the options. */
import { dirname, join, resolve } from 'node:path';
import { parseConfigText } from './config-text.ts';
import { fail } from './errors.ts';
import { type Place, quoted } from './options.ts';
import type { FileFacts, Files } from './ports.ts';
import { didYouMean, excerpt } from './text.ts';

/** Where to look: a file that was named, or the two usual names in the configuration directory. */
export interface ConfigPlace {
  readonly named?: { readonly path: string; readonly place: Place } | undefined;
  readonly directory?: string | undefined;
  /** Absolute; what a relative named path starts from. */
  readonly cwd: string;
}

/** A plugin as listed; `path` as written, relative to the file. */
export interface PluginEntry {
  readonly path: string;
  readonly sha256?: string;
}

export type Members = ReadonlyMap<string, unknown>;

export interface Config {
  /** Absolute. */
  readonly path: string;
  readonly directory: string;
  readonly defaultProfile: string | undefined;
  readonly plugins: readonly PluginEntry[];
  readonly profiles: ReadonlyMap<string, Members>;
  /** The permission bits, if others than the owner can read the file. */
  readonly openMode: number | undefined;
}

const CONFIG_KEYS = ['default_profile', 'plugins', 'profiles'] as const;

/** The configuration file that applies, and one that could be created where there is none. Throws `config_conflict`, `config_not_found`. */
export async function locateConfig(
  files: Files,
  { named, directory, cwd }: ConfigPlace,
): Promise<{ path: string; exists: boolean } | undefined> {
  if (named) {
    const path = resolve(cwd, named.path);
    const facts = await files.facts(path, true);
    if (!facts) fail('config_not_found', `${named.place.name} names a file that does not exist: ${excerpt(path, 200)}.`);
    return { path, exists: true };
  }
  if (directory === undefined) return undefined;
  const usual = [join(directory, 'config.yaml'), join(directory, 'config.json')] as const;
  const found: string[] = [];
  for (const path of usual) if (await files.facts(path)) found.push(path);
  if (found.length > 1)
    fail('config_conflict', 'There are two configuration files: config.yaml and config.json.', {
      hint: `Remove one of them from ${excerpt(directory, 200)}.`,
    });
  return { path: found[0] ?? usual[0], exists: found.length > 0 };
}

/** A file that holds what others must not decide or see. Throws `config_insecure_permissions`. */
function guard(facts: FileFacts, path: string): void {
  const name = excerpt(path, 200);
  if (!facts.own)
    fail('config_insecure_permissions', `${name} belongs to another user.`, { hint: `Name it with --config to use it all the same.` });
  if (facts.mode !== undefined && facts.mode & 0o002)
    fail('config_insecure_permissions', `${name} can be written by anyone.`, { hint: `Run: chmod 600 ${name}` });
}

/** Where a key stands, as messages name it. */
export const configPlace = (...path: readonly string[]): Place => ({
  name: path.map((part) => excerpt(part, 60)).join('.'),
  kind: 'config',
});

/** A mapping's members. Throws `config_schema`. */
export function membersOf(value: unknown, place: Place): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('config_schema', `${place.name} must be a mapping.`);
  return new Map(Object.entries(value));
}

function textOf(value: unknown, place: Place): string {
  if (typeof value !== 'string' || value === '') fail('config_schema', `${place.name} must be a text.`);
  return value;
}

/** Throws `config_schema` for the first key that is not known. */
export function refuseUnknown(keys: Iterable<string>, known: readonly string[], under: readonly string[]): void {
  for (const key of keys)
    if (!known.includes(key))
      fail('config_schema', `There is no key ${configPlace(...under, key).name}.`, { hint: didYouMean(key, known) });
}

function pluginOf(value: unknown, at: number): PluginEntry {
  const where = `plugins[${at}]`;
  if (typeof value === 'string') return { path: textOf(value, configPlace(where)) };
  const members = membersOf(value, configPlace(where));
  refuseUnknown(members.keys(), ['path', 'sha256'], [where]);
  const path = textOf(members.get('path'), configPlace(where, 'path'));
  return members.has('sha256') ? { path, sha256: textOf(members.get('sha256'), configPlace(where, 'sha256')) } : { path };
}

/** The parts of a configuration that need no option's declaration. Throws `config_schema`. */
export function readStructure(content: unknown): Pick<Config, 'defaultProfile' | 'plugins' | 'profiles'> {
  const top = content === undefined ? new Map<string, unknown>() : membersOf(content, { name: 'The configuration file', kind: 'config' });
  refuseUnknown(top.keys(), CONFIG_KEYS, []);
  const plugins = top.get('plugins') ?? [];
  if (!Array.isArray(plugins)) fail('config_schema', 'plugins must be a list.');
  const profiles = membersOf(top.get('profiles') ?? {}, configPlace('profiles'));
  return {
    defaultProfile: top.has('default_profile') ? textOf(top.get('default_profile'), configPlace('default_profile')) : undefined,
    plugins: plugins.map(pluginOf),
    profiles: new Map([...profiles].map(([name, value]) => [name, membersOf(value ?? {}, configPlace('profiles', name))])),
  };
}

/** Reads the configuration file, if there is one. Throws `config_*`. A file that was named is trusted, whoever owns it. */
export async function readConfig(files: Files, where: ConfigPlace): Promise<Config | undefined> {
  const found = await locateConfig(files, where);
  if (!found?.exists) return undefined;
  const { path } = found;
  const facts = await files.facts(path, true);
  if (facts && facts.kind !== 'file' && !where.named) fail('config_not_found', `${excerpt(path, 200)} is not a file.`);
  if (facts && !where.named) guard(facts, path);
  const content = await files.read(path);
  if (content === undefined) fail('config_not_found', `${excerpt(path, 200)} is not there any more.`);
  const openMode = facts?.mode !== undefined && facts.mode & 0o077 ? facts.mode : undefined;
  return Object.freeze({ path, directory: dirname(path), ...readStructure(await parseConfigText(content, path)), openMode });
}

/** Throws `config_profile_unknown`. */
export function profileOf(config: Config | undefined, name: string, place: Place): Members {
  const found = config?.profiles.get(name);
  if (found) return found;
  const known = [...(config?.profiles.keys() ?? [])];
  fail('config_profile_unknown', `${place.name} names a profile that does not exist: ${quoted(name)}.`, {
    hint: profileHint(name, known),
  });
}

/** For the error that a profile does not exist. */
export const profileHint = (name: string, known: readonly string[]): string =>
  known.length > 0
    ? `${didYouMean(name, known)} padlock config init NAME makes a new one.`
    : 'There are no profiles yet; padlock config init makes one.';
