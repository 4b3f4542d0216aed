/** One profile of the configuration file as a layer: every key checked against the declarations, secrets as references. */
import { resolve } from 'node:path';
import { type Config, configPlace, type Members, membersOf, profileOf, refuseUnknown } from './config-file.ts';
import type { SourceHost } from './contracts.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import type { JsonValue } from './json-value.ts';
import type { Layer, Raw, Reference } from './layer.ts';
import { configKey, type Option, type Place, readOption } from './options.ts';
import type { Files, Host } from './ports.ts';
import type { DeclaredOption, Registry } from './registry.ts';
import { decodeText, readSecretFile, secretText } from './secret-text.ts';
import { didYouMean, excerpt } from './text.ts';

/** What the sources of secrets may reach. */
export interface ProfileWorld {
  readonly files: Files;
  readonly host: Host;
  /** How long a source may take, in milliseconds. Default: 60 000, as a human may have to unlock something. */
  readonly patience?: number;
}

/** These say which profile, so no profile can say them. */
const ABOUT_PROFILES: ReadonlySet<string> = new Set(['profile', 'config']);

/** The options that a profile may set. */
export const profileOptions = (registry: Registry): readonly DeclaredOption[] =>
  registry.options().filter(({ key, option }) => !option.flagOnly && !ABOUT_PROFILES.has(key));

/** Settles as `work` does, unless the signal is first; a source that ignores its signal must not hold the call. */
function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function sourceHost(place: Place, directory: string, { files, host }: ProfileWorld, signal: AbortSignal): SourceHost {
  return {
    env: (name) => host.env(name),
    read: async (path) => decodeText(await readSecretFile(files, resolve(directory, path), place), place),
    run: async (command) => {
      try {
        return await host.run(command, signal);
      } catch (error) {
        if (!isPadlockError(error) || error.code !== 'config_missing_credential') throw error;
        fail('config_missing_credential', `${place.name}: ${error.message}`, { hint: error.hint, cause: error });
      }
    },
    fail: (code, about = {}) => {
      throw new PadlockError(code, { ...about, message: `${place.name} ${about.message ?? 'yields nothing'}` });
    },
  };
}

function referenceOf(value: unknown, place: Place, directory: string, registry: Registry, world: ProfileWorld): Reference {
  const members = membersOf(value, place);
  const [[name, argument] = [], second] = [...members];
  const known = registry.names('source');
  if (name === undefined || second) fail('config_schema', `${place.name} must be a text or have one key: ${known.join(', ')}.`);
  if (!known.includes(name))
    fail('config_schema', `There is no key ${place.name}.${excerpt(name, 60)}.`, { hint: didYouMean(name, known) });
  const { patience = 60_000 } = world;
  const read = async (signal?: AbortSignal): Promise<string> => {
    const late = AbortSignal.timeout(patience);
    const both = signal ? AbortSignal.any([signal, late]) : late;
    const source = await registry.use('source', name);
    try {
      const text = await until(Promise.resolve(source.read(argument as JsonValue, sourceHost(place, directory, world, both))), both);
      if (typeof text !== 'string') fail('plugin_contract', `The source ${name} gave something else than a text for ${place.name}.`);
      return secretText(text, place);
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted)
        fail('config_missing_credential', `${place.name}: the source ${name} did not answer within ${patience / 1000} seconds.`);
      if (isPadlockError(error)) throw error;
      fail('plugin_crashed', `The source ${name} failed for ${place.name}.`, { cause: error });
    }
  };
  return { place, read, reference: { [name]: argument as JsonValue } };
}

function rawOf(option: Option, value: unknown, place: Place, config: Config, registry: Registry, world: ProfileWorld): Raw {
  const { unreadable } = option;
  if (option.secret && typeof value === 'object' && value !== null)
    return referenceOf(value, { ...place, ...(unreadable && { unreadable }) }, config.directory, registry, world);
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

function readProfile(name: string, members: Members, config: Config, registry: Registry, world: ProfileWorld): ReadonlyMap<string, Raw> {
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
export function profileLayer(config: Config | undefined, name: string, place: Place, registry: Registry, world: ProfileWorld): Layer {
  const members = profileOf(config, name, place);
  if (!config) return { name: 'profile', values: new Map() };
  guardSecrets(config, registry);
  const values = readProfile(name, members, config, registry, world);
  return { name: 'profile', values: new Map([...values, ['profile', { raw: name, place }]]) };
}

/** Checks every profile and the default one's name, as `padlock config show` and `doctor` want it; a sign-in checks only its own. */
export function checkConfig(config: Config, registry: Registry, world: ProfileWorld): void {
  guardSecrets(config, registry);
  for (const [name, members] of config.profiles) readProfile(name, members, config, registry, world);
  if (config.defaultProfile !== undefined) profileOf(config, config.defaultProfile, configPlace('default_profile'));
}
