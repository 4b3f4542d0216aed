/** Where a call goes, as its layers say: the issuer that was given, or the one that a preset builds of its parameters. */
import { fail } from './errors.ts';
import { isReference, type Layer } from './layer.ts';
import { flagName, type Place, readOption } from './options.ts';
import type { PresetFacts } from './preset.ts';
import type { DeclaredOption, Registry } from './registry.ts';

/** Where a call goes. */
export interface Whereabouts {
  /** The name of the preset in force. */
  readonly preset: string | undefined;
  readonly issuer: string | undefined;
  /** The preset built the issuer. */
  readonly built: boolean;
}

interface Found {
  readonly value: string;
  /** The rank of its layer; 0 is the highest. */
  readonly at: number;
  readonly place: Place;
}

const PARAMETER = /\{(\w+)\}/g;

/** Does this option say where the provider is, under this preset? */
export const isWhere = ({ option, owners }: DeclaredOption, preset: string | undefined): boolean =>
  option.account === 'where' || owners.some(({ kind, name }) => kind === 'provider' && name === preset);

/**
 * `layers`: the highest first. The issuer counts where it was given above everything that the preset builds one of; below or beside that it is
 * what a server of one's own starts from. Throws `usage_unknown_strategy`, and `usage_conflict` for two issuers in one place.
 */
export function whereabouts(layers: readonly Layer[], registry: Registry): Whereabouts {
  const find = (key: string): Found | undefined => {
    const at = layers.findIndex((layer) => layer.values.has(key));
    const raw = layers[at]?.values.get(key);
    const option = registry.option(key)?.option;
    if (raw === undefined || option === undefined || isReference(raw)) return undefined;
    return { value: String(readOption(option, raw.raw, raw.place)), at, place: raw.place };
  };
  const issuer = find('issuer');
  const named = find('provider');
  const given = { preset: named?.value, issuer: issuer?.value, built: false };
  if (named === undefined) return given;
  const preset = registry.record('provider', named.value);
  const parameters = Object.keys(preset.options ?? {}).flatMap((key) => {
    const found = find(key);
    return found === undefined ? [] : [[key, found] as const];
  });
  const closest = Math.min(named.at, ...parameters.map(([, { at }]) => at));
  if (issuer !== undefined && issuer.at < closest) return given;
  const values = new Map(parameters.map(([key, { value }]) => [key, value] as const));
  const built = build(preset, values, registry, issuer?.value);
  if (built === undefined || built === issuer?.value) return given;
  if (issuer?.at === closest && !built.startsWith(issuer.value))
    fail('usage_conflict', `${issuer.place.name} is not the issuer that the preset ${named.value} builds.`, {
      hint: `Give the issuer or ${parameters.map(([key]) => `--${flagName(key)}`).join(' and ')}, not both.`,
    }); // check: two issuers
  return { ...given, issuer: built, built: true };
}

/** The first template that can be filled in. */
function build(
  { issuers }: PresetFacts,
  values: ReadonlyMap<string, string>,
  registry: Registry,
  issuer: string | undefined,
): string | undefined {
  for (const template of issuers) {
    const names = [...template.matchAll(PARAMETER)].map(([, name = '']) => name);
    if (!names.every((name) => (name === 'issuer' ? issuer !== undefined : values.has(name)))) continue;
    return template.replace(PARAMETER, (_, name: string) => {
      if (name === 'issuer') return baseOf(issuer ?? '', template);
      const value = values.get(name) ?? '';
      return registry.option(name)?.option.form === 'host' ? value.toLowerCase() : value;
    });
  }
  return undefined;
}

/** A configured issuer without what the template is about to add, be it for the same parameters or for others. */
function baseOf(issuer: string, template: string): string {
  const tail = template.replace('{issuer}', '').split(PARAMETER);
  const pattern = tail.map((part, at) => (at % 2 === 1 ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('');
  return issuer.replace(new RegExp(`${pattern}/?$`), '').replace(/\/$/, '');
}
