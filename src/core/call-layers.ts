/** The layers of one call: what an embedder passed, the command line, the environment. */
import { resolve } from 'node:path';
import { fail } from './errors.ts';
import { isOfStore, type Layer, type LayerName, type Raw, type Reference } from './layer.ts';
import { once } from './once.ts';
import { envName, flagName, type Option, type Place, quoted } from './options.ts';
import type { Files, Host } from './ports.ts';
import type { DeclaredOption, Registry } from './registry.ts';
import { readSecretFile, secretText } from './secret-text.ts';
import { typedReference } from './source-reference.ts';
import { didYouMean } from './text.ts';

/** What the layers of a call may reach. */
export interface CallWorld {
  readonly files: Files;
  /** Absolute; what relative paths start from. */
  readonly cwd: string;
  readonly host: Host;
  /** All of standard input, read when a secret is to come from there. */
  readonly readStdin?: (() => Promise<Uint8Array>) | undefined;
}

const usage = (name: string, { unreadable }: Partial<Option> = {}): Place => ({ name, kind: 'usage', ...(unreadable && { unreadable }) });

function fromFile(path: unknown, place: Place, { files, cwd }: CallWorld): Reference {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) fail('usage_bad_value', `${place.name} must name a file.`);
  const file = resolve(cwd, path);
  return { place, reference: { file }, read: async () => secretText(await readSecretFile(files, file, place), place) };
}

/** The ways in which a command line can give one secret. */
function secretFlag(
  { key, option }: DeclaredOption,
  given: ReadonlyMap<string, unknown>,
  registry: Registry,
  world: CallWorld,
  claimStdin: (name: string, option: Option) => Reference,
): Raw | undefined {
  const flag = `--${flagName(key)}`;
  const ways = [key, `${key}File`, `${key}Stdin`, `${key}Source`].filter((way) => given.get(way) !== undefined && given.get(way) !== false);
  const [way, second] = ways;
  if (second !== undefined) fail('usage_conflict', `--${flagName(way ?? '')} and --${flagName(second)} cannot be used together.`);
  if (way === undefined) return undefined;
  const raw = single(given.get(way), flagName(way));
  if (way === key) return { raw, place: usage(flag) };
  if (way === `${key}Source`) return typedReference(raw, usage(`${flag}-source`, option), world.cwd, registry, world);
  return way === `${key}Stdin` || raw === '-'
    ? claimStdin(`--${flagName(way)}`, option)
    : fromFile(raw, usage(`${flag}-file`, option), world);
}

function single(raw: unknown, name: string): unknown {
  if (Array.isArray(raw) && raw.length > 1) fail('usage_conflict', `--${name} is given twice.`);
  return Array.isArray(raw) ? raw[0] : raw;
}

const isMany = ({ type }: Option): boolean => type === 'list' || type === 'map';

/**
 * What the command line says, by option key; a secret `x` may also come as `xFile`, `xStdin` and `xSource`. Keys that nobody declared are the command's own.
 * Throws `usage_conflict` for a value given twice, `usage_bad_value`.
 */
export function flagLayer(registry: Registry, given: ReadonlyMap<string, unknown>, world: CallWorld): Layer {
  const values = new Map<string, Raw>();
  let claimed: string | undefined;
  const claimStdin = (name: string, option: Option): Reference => {
    if (claimed !== undefined) fail('usage_conflict', `${claimed} and ${name} cannot both read standard input.`);
    claimed = name;
    const place = usage(name, option);
    const { readStdin } = world;
    if (readStdin === undefined) fail('prompt_unavailable', `${name}: there is no standard input here.`);
    return { place, read: once(async () => secretText(await readStdin(), place)) };
  };
  for (const declared of registry.options()) {
    const { key, option } = declared;
    const name = flagName(key);
    if (option.secret) {
      const raw = secretFlag(declared, given, registry, world, claimStdin);
      if (raw) values.set(key, raw);
    } else if (given.get(key) !== undefined) {
      values.set(key, { raw: isMany(option) ? given.get(key) : single(given.get(key), name), place: usage(`--${name}`) });
    }
  }
  return { name: 'flag', values };
}

/** What the environment says. An empty variable is an unset one. Throws `usage_conflict` for two of `PADLOCK_X`, `PADLOCK_X_FILE` and `PADLOCK_X_SOURCE`. */
export function environmentLayer(registry: Registry, env: (name: string) => string | undefined, world: CallWorld): Layer {
  const values = new Map<string, Raw>();
  for (const { key, option } of registry.options()) {
    if (option.flagOnly) continue;
    const name = envName(key);
    const [way, second] = (option.secret ? [name, `${name}_FILE`, `${name}_SOURCE`] : [name]).filter((each) => env(each));
    if (way === undefined) continue;
    if (second !== undefined) fail('usage_conflict', `${way} and ${second} cannot both be set.`);
    const raw = env(way) ?? '';
    const place = usage(way, option);
    if (way.endsWith('_FILE') && way !== name) values.set(key, fromFile(raw, place, world));
    else if (way.endsWith('_SOURCE') && way !== name) values.set(key, typedReference(raw, place, world.cwd, registry, world));
    else values.set(key, option.secret ? { place, reference: { env: name }, read: async () => raw } : { raw, place });
  }
  return { name: 'env', values };
}

const inUnit = (declared: DeclaredOption): boolean => {
  const { option, owners } = declared;
  if (isOfStore(declared) || option.account === 'call') return false;
  return (
    option.account !== undefined || option.identity === true || option.secret === true || owners.some(({ kind }) => kind !== 'formatter')
  );
};

/** The environment beside a profile that was asked for by name: what says where to sign in, as whom and with what, is the profile's to say. */
export function besideProfile(layer: Layer, registry: Registry): Layer {
  const values = new Map(layer.values);
  const unused = new Map<string, string>();
  for (const one of registry.options()) {
    const raw = values.get(one.key);
    if (raw === undefined || !inUnit(one)) continue;
    values.delete(one.key);
    unused.set(one.key, `${raw.place.name} was not used, because --profile was given.`);
  }
  return { ...layer, values, unused };
}

/** What a program says. A secret may be a function that fetches it. Throws `usage_unknown_option`. */
export function programLayer(registry: Registry, given: Readonly<Record<string, unknown>>, name: LayerName = 'program'): Layer {
  const values = new Map<string, Raw>();
  for (const [key, raw] of Object.entries(given)) {
    if (raw === undefined) continue;
    const declared = registry.option(key);
    if (!declared)
      fail('usage_unknown_option', `There is no option ${quoted(key)}.`, {
        hint: didYouMean(
          key,
          registry.options().map((option) => option.key),
        ),
      });
    const place = usage(key);
    if (declared.option.secret && typeof raw === 'function')
      values.set(key, { place, read: async () => await (raw as () => string | Promise<string>)() });
    else values.set(key, { raw, place });
  }
  return { name, values };
}
