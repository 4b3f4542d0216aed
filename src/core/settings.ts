/**
 * Everything that was said about one call as one frozen object: flag > sandbox > env > project file > profile > preset > default.
 * The declarations of the options are the schema (plugins add to them at run time), so no schema library is loaded.
 */
import type { Renewal } from './client-values.ts';
import { fail } from './errors.ts';
import { type Chosen, isReference, type Layer, type LayerName, type Merged, type Raw } from './layer.ts';
import { mergeLayers } from './merge-layers.ts';
import { missingOptions } from './missing-options.ts';
import { flagName, type Option, type Options, type OptionValue, type Place, readOption, type ValuesOf } from './options.ts';
import type { Prompt } from './ports.ts';
import type { Registry } from './registry.ts';
import type { Redactor } from './secret.ts';

/** Who can be asked, and what ends the waiting. Within one object each secret is fetched and each question put once. */
export interface Asking {
  readonly prompt?: Prompt | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One line of `padlock config show --origin`. */
export interface Entry {
  readonly key: string;
  readonly option: Option;
  readonly layer: LayerName;
  readonly place: Place;
  readonly raw: Raw;
  /** Undefined for a secret, which is not fetched for a list. */
  readonly value: OptionValue | undefined;
}

export class Settings {
  readonly #chosen: ReadonlyMap<string, Chosen>;
  readonly #unused: ReadonlyMap<string, string>;
  readonly #flags: ReadonlySet<string>;
  readonly #redactor: Redactor;
  readonly #asked = new WeakMap<Asking, Map<string, Promise<OptionValue>>>();

  constructor({ chosen, unused }: Merged, flags: ReadonlySet<string>, redactor: Redactor) {
    this.#chosen = chosen;
    this.#unused = unused;
    this.#flags = flags;
    this.#redactor = redactor;
    Object.freeze(this);
  }

  /** The same settings with one value that was chosen later; it counts as the call's own. */
  choosing(key: string, option: Option, raw: OptionValue): Settings {
    const place: Place = { name: flagName(key), kind: 'usage' };
    const one: Chosen = Object.freeze({ layer: 'flag', place, option, raw: { raw, place }, value: readOption(option, raw, place) });
    return new Settings({ chosen: new Map([...this.#chosen, [key, one]]), unused: this.#unused }, this.#flags, this.#redactor);
  }

  /** The value of an option that is no secret. */
  get(key: string): OptionValue | undefined {
    return this.#chosen.get(key)?.value;
  }

  /** The value of an option that is a text. */
  text(key: string): string | undefined {
    const value = this.get(key);
    return typeof value === 'string' ? value : undefined;
  }

  /** The values of declared options that need neither a secret nor a human; whatever is absent is undefined. */
  pick<O extends Options>(options: O): Partial<ValuesOf<O>> {
    return Object.freeze(Object.fromEntries(Object.keys(options).map((key) => [key, this.get(key)]))) as Partial<ValuesOf<O>>;
  }

  /** Is there a value, be it a secret or a default? */
  has(key: string): boolean {
    return this.#chosen.has(key);
  }

  /** Was it set on the command line? */
  given(key: string): boolean {
    return this.#flags.has(key);
  }

  origin(key: string): { readonly layer: LayerName; readonly place: Place } | undefined {
    const found = this.#chosen.get(key);
    return found && { layer: found.layer, place: found.place };
  }

  entries(): readonly Entry[] {
    return [...this.#chosen].map(([key, { option, layer, place, raw, value }]) => ({ key, option, layer, place, raw, value }));
  }

  /**
   * The values that a strategy declared, and no others; secrets are fetched and given as plain strings. `what` needs them, in words: "the password flow".
   * Asks for what is required and absent, or throws `usage_missing_option` with all that is missing in one sentence.
   */
  async values<O extends Options>(options: O, what: string, asking: Asking = {}): Promise<ValuesOf<O>> {
    const absent = Object.entries<Option>(options).filter(
      ([key, option]) => option.required && !this.has(key) && option.default === undefined,
    );
    const unaskable = absent.length > 0 && asking.prompt?.available ? absent.filter(([, option]) => option.prompt === undefined) : absent;
    const known = this.#known(asking);
    const missing = unaskable.filter(([key]) => !known.has(key));
    if (missing.length > 0) missingOptions(missing, what, this.#unused);
    const values: [string, OptionValue | undefined][] = [];
    for (const [key, option] of Object.entries<Option>(options)) values.push([key, await this.#value(key, option, asking)]);
    return Object.freeze(Object.fromEntries(values)) as ValuesOf<O>;
  }

  /**
   * Fetches again what of declared options was issued for the occasion, each time that it is called. Such values are not masked everywhere, as there
   * may be any number of them: only in answers to the request that they were in.
   */
  renewal(options: Options = {}): Renewal {
    const issued = Object.keys(options).flatMap((key) => {
      const found = this.#chosen.get(key);
      return found?.option.issued ? [[key, found] as const] : [];
    });
    return async (signal) => {
      const values: [string, OptionValue][] = [];
      for (const [key, { option, place, raw }] of issued) values.push([key, readOption(option, await textOf(raw, signal), place)]);
      return Object.fromEntries(values);
    };
  }

  #known(asking: Asking): Map<string, Promise<OptionValue>> {
    const known = this.#asked.get(asking) ?? new Map<string, Promise<OptionValue>>();
    this.#asked.set(asking, known);
    return known;
  }

  async #value(key: string, option: Option, asking: Asking): Promise<OptionValue | undefined> {
    const found = this.#chosen.get(key);
    if (found?.value !== undefined) return found.value;
    if (!found && option.default !== undefined) return readOption(option, option.default, { name: `The default of ${key}`, kind: 'usage' });
    const known = this.#known(asking);
    if (!known.has(key) && (found || option.required)) {
      const answer = found ? this.#secret(found, asking) : this.#ask(key, option, asking);
      known.set(key, answer);
    }
    return known.get(key);
  }

  async #secret({ raw, option, place }: Chosen, { signal }: Asking): Promise<OptionValue> {
    const text = await textOf(raw, signal);
    if (typeof text === 'string') this.#redactor.add(text);
    return readOption(option, text, place);
  }

  async #ask(key: string, option: Option, { prompt, signal }: Asking): Promise<OptionValue> {
    if (prompt === undefined || option.prompt === undefined) fail('prompt_unavailable', `Nobody can be asked for ${key}.`);
    const choices = option.choices?.map((value) => ({ value, label: value }));
    const answer = await prompt.ask(
      { message: option.prompt, ...(option.secret && { secret: true }), ...(choices && { choices }) },
      signal,
    );
    if (option.secret) this.#redactor.add(answer);
    return readOption(option, answer, { name: option.prompt, kind: 'usage' });
  }
}

const textOf = async (raw: Raw, signal?: AbortSignal): Promise<unknown> => (isReference(raw) ? raw.read(signal) : raw.raw);

/** Merges the layers, whatever their order, and checks every value that is in force. */
export function mergeSettings(layers: readonly Layer[], registry: Registry, redactor: Redactor): Settings {
  const flags = new Set(layers.filter(({ name }) => name === 'flag').flatMap(({ values }) => [...values.keys()]));
  for (const { values } of layers)
    for (const [key, raw] of values)
      if (registry.option(key)?.option.secret && !isReference(raw) && typeof raw.raw === 'string') redactor.add(raw.raw);
  return new Settings(mergeLayers(layers, registry), flags, redactor);
}
