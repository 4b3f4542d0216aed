/** One place that options can be set in, and the rule by which several of them become one answer. */
import type { JsonObject } from './json-value.ts';
import { flagName, type Option, type OptionValue, type Place, readOption } from './options.ts';
import type { DeclaredOption, Registry } from './registry.ts';

/** Highest first. `program` is what an embedder passed, `sandbox` what `--sandbox` stands for. */
export const LAYERS = ['program', 'flag', 'sandbox', 'env', 'project', 'profile', 'default'] as const;
export type LayerName = (typeof LAYERS)[number];

/** A value as it was given, not read yet. */
export interface Given {
  readonly place: Place;
  readonly raw: unknown;
}

/** A secret that is somewhere else, and is fetched when it is needed. */
export interface Reference {
  readonly place: Place;
  read(signal?: AbortSignal): Promise<string>;
  /** What a profile would write for it, as in `{ file: /run/secrets/x }`; absent where nothing can be written (stdin). */
  readonly reference?: JsonObject;
}

export type Raw = Given | Reference;
export const isReference = (raw: Raw): raw is Reference => 'read' in raw;

/** What one place says, by option key. */
export interface Layer {
  readonly name: LayerName;
  readonly values: ReadonlyMap<string, Raw>;
  /** Values that are there and must not be used, and why: one sentence for the hint of the error that misses them. */
  readonly unused?: ReadonlyMap<string, string>;
}

/** The value in force: a secret as it was given, anything else read as it was declared. */
export interface Chosen {
  readonly layer: LayerName;
  readonly place: Place;
  readonly option: Option;
  readonly raw: Raw;
  /** Undefined for a secret. */
  readonly value: OptionValue | undefined;
}

export interface Merged {
  readonly chosen: ReadonlyMap<string, Chosen>;
  readonly unused: ReadonlyMap<string, string>;
}

const byRank = (a: Layer, b: Layer): number => LAYERS.indexOf(a.name) - LAYERS.indexOf(b.name);

const readRaw = (option: Option, raw: Raw): OptionValue | undefined =>
  option.secret || isReference(raw) ? undefined : readOption(option, raw.raw, raw.place);

/** Where sessions are kept has nothing to do with the provider that they are of. */
export const isOfStore = ({ owners }: DeclaredOption): boolean => owners.length > 0 && owners.every(({ kind }) => kind === 'store');

/**
 * A secret is for the provider that is configured beside it. Where a higher layer moves the call to another provider, the
 * secrets of the lower one stay home.
 */
function secretsStay(layer: Layer, above: readonly Layer[], declared: readonly DeclaredOption[]): Map<string, string> {
  const where = declared.filter(({ option }) => option.account === 'where');
  const at = (from: Layer, { key, option }: DeclaredOption): string | undefined => {
    const raw = from.values.get(key);
    return raw && JSON.stringify(readRaw(option, raw));
  };
  if (!where.some(({ key }) => layer.values.has(key))) return new Map();
  for (const one of where)
    for (const higher of above) {
      const elsewhere = at(higher, one);
      if (elsewhere === undefined || elsewhere === at(layer, one)) continue;
      const secrets = declared.filter((each) => each.option.secret && !isOfStore(each) && layer.values.has(each.key));
      const moved = higher.values.get(one.key)?.place.name ?? `--${flagName(one.key)}`;
      return new Map(
        secrets.map(({ key }) => [key, `${layer.values.get(key)?.place.name} was not used, because ${moved} names another provider.`]),
      );
    }
  return new Map();
}

/** The items of a list that start with `+` add to what the lower layers say. Without any they are left for the default. */
function added(items: OptionValue | undefined, below: () => OptionValue | undefined): OptionValue | undefined {
  if (!Array.isArray(items) || !items.some((item: string) => /^\+./.test(item))) return items;
  const base = below();
  if (!Array.isArray(base)) return items;
  return Object.freeze([...new Set([...base, ...items.map((item: string) => item.replace(/^\+(?=.)/, ''))])] as string[]);
}

function choose({ key, option }: DeclaredOption, layers: readonly Layer[]): Chosen | undefined {
  const at = layers.findIndex((layer) => layer.values.has(key));
  const layer = layers[at];
  const raw = layer?.values.get(key);
  if (layer && raw) {
    const value = added(readRaw(option, raw), () => choose({ key, option, owners: [] }, layers.slice(at + 1))?.value);
    return Object.freeze({ layer: layer.name, place: raw.place, option, raw, value });
  }
  if (option.default === undefined) return undefined;
  const place: Place = { name: `the default of --${flagName(key)}`, kind: 'usage' };
  const value = readOption(option, option.default, place);
  return Object.freeze({ layer: 'default', place, option, raw: { raw: value, place }, value });
}

/** The value in force for every declared option. Reads and so checks each of them; a secret is left alone. */
export function mergeLayers(layers: readonly Layer[], registry: Registry): Merged {
  const ranked = [...layers].sort(byRank);
  const declared = registry.options();
  const unused = new Map<string, string>();
  const usable = ranked.map((layer, at): Layer => {
    const stay = secretsStay(layer, ranked.slice(0, at), declared);
    for (const [key, why] of [...(layer.unused ?? []), ...stay]) if (!unused.has(key)) unused.set(key, why);
    return { ...layer, values: new Map([...layer.values].filter(([key]) => !stay.has(key))) };
  });
  const chosen = new Map<string, Chosen>();
  for (const one of declared) {
    const found = choose(one, usable);
    if (found) chosen.set(one.key, found);
  }
  return { chosen, unused };
}
