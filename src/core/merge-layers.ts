/** The rule by which the layers of a call become one answer. */
import { isPadlockError } from './errors.ts';
import { type Chosen, isOfStore, isReference, LAYERS, type Layer, type Merged, type Raw } from './layer.ts';
import { flagName, type Option, type OptionValue, type Place, readOption } from './options.ts';
import type { DeclaredOption, Registry } from './registry.ts';
import { isWhere, type Whereabouts, whereabouts } from './whereabouts.ts';

const byRank = (a: Layer, b: Layer): number => LAYERS.indexOf(a.name) - LAYERS.indexOf(b.name);

const readRaw = (option: Option, raw: Raw): OptionValue | undefined =>
  option.secret || isReference(raw) ? undefined : readOption(option, raw.raw, raw.place);

/**
 * A secret is for the provider that is configured beside it. Where a higher layer moves the call to another provider, the
 * secrets of the lower one stay home. `beside`: where the call would go without what is above.
 */
function secretsStay(layer: Layer, above: readonly Layer[], declared: readonly DeclaredOption[], now: Whereabouts, beside?: Whereabouts) {
  const where = declared.filter((one) => isWhere(one, now.preset) || isWhere(one, beside?.preset));
  const at = (from: Layer, { key, option }: DeclaredOption): string | undefined => {
    const raw = from.values.get(key);
    return raw && JSON.stringify(readRaw(option, raw));
  };
  if (!where.some(({ key }) => layer.values.has(key))) return new Map<string, string>();
  const moving = where.flatMap((one) => {
    const higher = above.find((each) => at(each, one) !== undefined && at(each, one) !== at(layer, one));
    return higher === undefined ? [] : [{ one, place: higher.values.get(one.key)?.place }];
  });
  const isElsewhere = (key: string): boolean => (beside?.issuer === undefined ? layer.values.has(key) : beside.issuer !== now.issuer);
  const isEndpoint = ({ key, owners }: DeclaredOption): boolean => key !== 'issuer' && key !== 'provider' && owners.length === 0;
  const moved = moving.find(({ one }) => isElsewhere(one.key) || isEndpoint(one));
  if (moved === undefined) return new Map<string, string>();
  const secrets = declared.filter((each) => each.option.secret && !isOfStore(each) && layer.values.has(each.key));
  const name = moved.place?.name ?? `--${flagName(moved.one.key)}`;
  return new Map(
    secrets.map(({ key }) => [key, `${layer.values.get(key)?.place.name} was not used, because ${name} names another provider.`]),
  );
}

/** A layer that is overruled may be wrong in itself: then nothing is beside its secrets. */
function orNowhere(look: () => Whereabouts): Whereabouts | undefined {
  try {
    return look();
  } catch (error) {
    if (isPadlockError(error)) return undefined;
    throw error;
  }
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
  const now = whereabouts(ranked, registry);
  const usable = ranked.map((layer, at): Layer => {
    const beside = orNowhere(() => whereabouts(ranked.slice(at), registry));
    const stay = secretsStay(layer, ranked.slice(0, at), declared, now, beside);
    for (const [key, why] of [...(layer.unused ?? []), ...stay]) if (!unused.has(key)) unused.set(key, why);
    return { ...layer, values: new Map([...layer.values].filter(([key]) => !stay.has(key))) };
  });
  const chosen = new Map<string, Chosen>();
  for (const one of declared) {
    const found = choose(one, usable);
    const issuer = one.key === 'issuer' && now.built ? ofPreset(one.option, now) : undefined;
    if (issuer ?? found) chosen.set(one.key, (issuer ?? found) as Chosen);
  }
  return { chosen, unused };
}

function ofPreset(option: Option, { issuer, preset }: Whereabouts): Chosen {
  const place: Place = { name: `the preset ${preset}`, kind: 'config' };
  return Object.freeze({ layer: 'preset', place, option, raw: { raw: issuer, place }, value: issuer });
}
