/** Kind and name → strategy. Knows what every strategy declares; refuses duplicates; answers an unknown name with the known ones. */
import { KINDS, type Kind, type Recorded, type Strategy, type StrategyOf } from './contracts.ts';
import { type ErrorCode, fail } from './errors.ts';
import { type Class, type Container, resolve } from './inject.ts';
import { disagreement, flagName, type Option, quoted } from './options.ts';
import { didYouMean } from './text.ts';

/** A declared option and who declared it. */
export interface DeclaredOption {
  readonly key: string;
  readonly option: Option;
  /** Strategies that read it, or nobody when it is Padlock's own. */
  readonly owners: readonly { readonly kind: Kind; readonly name: string }[];
}

const UNKNOWN: Partial<Record<Kind, ErrorCode>> = { grant: 'usage_unknown_flow', formatter: 'usage_unknown_format' };
/** What a user calls a kind. */
export const kindLabel = (kind: Kind): string =>
  ({ grant: 'flow', formatter: 'format', 'client-auth': 'client authentication' })[kind as string] ?? kind;

type Build = { readonly use: Class } | { readonly load: () => Promise<object> } | object;

export class Registry {
  readonly #container: Container;
  readonly #records = new Map<Kind, Map<string, Strategy>>(KINDS.map((kind) => [kind, new Map()]));
  readonly #options = new Map<string, DeclaredOption>();
  readonly #plugins = new Map<object, string>();

  constructor(container: Container) {
    this.#container = container;
  }

  /** Adds Padlock's own options, which belong to no strategy. */
  declare(options: Readonly<Record<string, Option>>): void {
    for (const [key, option] of Object.entries(options)) this.#declare(key, option, undefined);
  }

  /**
   * `plugin`: the name of the plugin it comes from, if any.
   * Throws `plugin_conflict` for a name that is taken or an option that another strategy declares differently.
   */
  add(strategy: Strategy, plugin?: string): void {
    const known = this.#of(strategy.kind);
    if (known.has(strategy.name)) fail('plugin_conflict', `There is a ${kindLabel(strategy.kind)} ${quoted(strategy.name)} already.`);
    for (const [key, option] of Object.entries(strategy.options ?? {})) this.#declare(key, option, strategy);
    known.set(strategy.name, strategy);
    if (plugin !== undefined) this.#plugins.set(strategy, plugin);
  }

  /** Every strategy of a kind, in the order of registration. */
  list<K extends Kind>(kind: K): readonly Recorded<StrategyOf<K>>[] {
    return [...this.#of(kind).values()] as unknown as Recorded<StrategyOf<K>>[];
  }

  /** Whose code a strategy is, for messages and for `guarded`. */
  origin(kind: Kind, name: string): { readonly plugin: string | undefined; readonly what: string } {
    return { plugin: this.#plugins.get(this.record(kind, name)), what: `The ${kindLabel(kind)} ${quoted(name)}` };
  }

  names(kind: Kind): readonly string[] {
    return [...this.#of(kind).keys()];
  }

  /** The static facts of a strategy. Throws `usage_unknown_flow`, `usage_unknown_format` or `usage_unknown_strategy`. */
  record<K extends Kind>(kind: K, name: string): Recorded<StrategyOf<K>> {
    const found = this.#of(kind).get(name);
    if (found === undefined)
      fail(UNKNOWN[kind] ?? 'usage_unknown_strategy', `There is no ${kindLabel(kind)} ${quoted(name)}.`, {
        hint: didYouMean(name, this.names(kind)),
      });
    return found as unknown as Recorded<StrategyOf<K>>;
  }

  /** A strategy ready to run: its module loaded, its class built by the container. */
  async use<K extends Kind>(kind: K, name: string): Promise<StrategyOf<K>> {
    const record = this.record(kind, name);
    const build = record as Build;
    if ('use' in build) return joined(record, resolve(this.#container, build.use) as object) as StrategyOf<K>;
    if ('load' in build) return joined(record, await build.load()) as StrategyOf<K>;
    return record as StrategyOf<K>;
  }

  /** Every declared option, Padlock's own first. */
  options(): readonly DeclaredOption[] {
    return [...this.#options.values()];
  }

  option(key: string): DeclaredOption | undefined {
    return this.#options.get(key);
  }

  #of(kind: Kind): Map<string, Strategy> {
    return this.#records.get(kind) ?? fail('plugin_contract', `There is no kind ${quoted(String(kind))} of strategy.`);
  }

  #declare(key: string, option: Option, owner: Strategy | undefined): void {
    const owners = owner === undefined ? [] : [{ kind: owner.kind, name: owner.name }];
    const known = this.#options.get(key);
    if (known === undefined) {
      this.#options.set(key, { key, option, owners });
      return;
    }
    const differs = disagreement(known.option, option);
    if (differs !== undefined) fail('plugin_conflict', `--${flagName(key)} is declared already, and differently: see its ${differs}.`);
    this.#options.set(key, { ...known, owners: [...known.owners, ...owners] });
  }
}

/** Facts and behaviour as one object; the behaviour keeps its own `this`. */
function joined(record: object, behaviour: object): object {
  return new Proxy(record, {
    get(target, property) {
      const value: unknown = Reflect.get(behaviour, property);
      if (typeof value === 'function') return value.bind(behaviour);
      return Reflect.get(target, property);
    },
    has: (target, property) => Reflect.has(target, property) || Reflect.has(behaviour, property),
  });
}
