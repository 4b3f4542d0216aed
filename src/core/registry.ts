/** Kind and name → strategy. Knows what every strategy declares; refuses duplicates; answers an unknown name with the known ones. */
import { behaviourFaults, methodsOf } from './contract/behaviour.ts';
import { KINDS, type Kind, type Recorded, type Strategy, type StrategyOf } from './contracts.ts';
import { type ErrorCode, fail } from './errors.ts';
import { failureOf, fenced, fencedObject, type Guarded } from './guard.ts';
import { type Class, type Container, provides, resolve, type Token } from './inject.ts';
import { disagreement, flagName, type Option, quoted } from './options.ts';
import { USUAL_TIMEOUT } from './patience.ts';
import { didYouMean } from './text.ts';

/** A declared option and who declared it. */
export interface DeclaredOption {
  readonly key: string;
  readonly option: Option;
  /** Strategies that read it, or nobody when it is Padlock's own. */
  readonly owners: readonly { readonly kind: Kind; readonly name: string }[];
}

const UNKNOWN: Partial<Record<Kind, ErrorCode>> = { grant: 'usage_unknown_flow', formatter: 'usage_unknown_format' };
/** It stands for a choice among the others. */
const RESERVED: ReadonlySet<string> = new Set(['auto']);
/** What a user calls a kind. */
export const kindLabel = (kind: Kind): string =>
  ({ grant: 'flow', formatter: 'format', 'client-auth': 'client authentication' })[kind as string] ?? kind;

type Build = { readonly use: Class } | { readonly load: () => Promise<object> } | object;

export class Registry {
  /** Seconds that a plugin may do nothing; what the user chose as `timeout`, once that is known. */
  patience = USUAL_TIMEOUT;
  readonly #container: Container;
  readonly #records = new Map<Kind, Map<string, Strategy>>(KINDS.map((kind) => [kind, new Map()]));
  readonly #options = new Map<string, DeclaredOption>();
  readonly #plugins = new Map<object, string>();

  constructor(container: Container) {
    this.#container = container;
  }

  /** Adds Padlock's own options, which belong to no strategy. */
  declare(options: Readonly<Record<string, Option>>): void {
    for (const [key, option] of Object.entries(options)) this.#options.set(key, this.#declared(key, option, undefined));
  }

  /**
   * `plugin`: the name of the plugin it comes from, if any.
   * Throws `plugin_conflict` for a name that is taken or an option that another strategy declares differently.
   */
  add(strategy: Strategy, plugin?: string): void {
    const known = this.#of(strategy.kind);
    if (known.has(strategy.name) || RESERVED.has(strategy.name))
      fail('plugin_conflict', `There is a ${kindLabel(strategy.kind)} ${quoted(strategy.name)} already.`);
    const declared = Object.entries(strategy.options ?? {}).map(([key, option]) => this.#declared(key, option, strategy));
    for (const one of declared) this.#options.set(one.key, one); // none of them unless all agree
    known.set(strategy.name, strategy);
    if (plugin !== undefined) this.#plugins.set(strategy, plugin);
  }

  /** Every strategy of a kind, in the order of registration. */
  list<K extends Kind>(kind: K): readonly Recorded<StrategyOf<K>>[] {
    return [...this.#of(kind).values()] as unknown as Recorded<StrategyOf<K>>[];
  }

  /** Whose code a strategy is, for messages and for `guarded`. */
  origin(kind: Kind, name: string): Guarded {
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

  /**
   * A strategy ready to run: its module loaded, its class built by the container.
   * Throws as `record` does, and `plugin_load_failed`, `plugin_contract`.
   */
  async use<K extends Kind>(kind: K, name: string): Promise<StrategyOf<K>> {
    const record = this.record(kind, name);
    const origin = this.origin(kind, name);
    const behaviour = await this.#behaviour(record, origin);
    const isReady = behaviour === (record as object) && origin.plugin === undefined;
    return (isReady ? record : assembled(kind, record, behaviour, { origin, seconds: this.patience })) as StrategyOf<K>;
  }

  /** A part of the outside world; undefined where this call has not got it yet. */
  port<T>(key: Token<T>): T | undefined {
    return provides(this.#container, key) ? resolve(this.#container, key) : undefined;
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

  #declared(key: string, option: Option, owner: Strategy | undefined): DeclaredOption {
    const owners = owner === undefined ? [] : [{ kind: owner.kind, name: owner.name }];
    const known = this.#options.get(key);
    if (known === undefined) return { key, option, owners };
    const differs = disagreement(known.option, option);
    if (differs !== undefined) fail('plugin_conflict', `--${flagName(key)} is declared already, and differently: see its ${differs}.`);
    return { ...known, owners: [...known.owners, ...owners] };
  }

  async #behaviour(build: Build, origin: Guarded): Promise<object> {
    if ('use' in build) return resolve(this.#container, build.use) as object;
    if (!('load' in build)) return build;
    let loaded: object;
    try {
      loaded = Object(await build.load()) as object; // nothing becomes an object that lacks everything
    } catch (error) {
      throw failureOf(error, origin, 'plugin_load_failed', 'cannot be loaded');
    }
    return origin.plugin === undefined ? this.#behaviour(loaded, origin) : loaded; // in the bundle it is the record itself that is loaded
  }
}

interface Fence {
  readonly origin: Guarded;
  readonly seconds: number;
}

/** Facts and behaviour as one object. The facts are the record's; the behaviour keeps its own `this`, and a plugin's is fenced. */
function assembled(kind: Kind, record: object, behaviour: object, { origin, seconds }: Fence): object {
  const [fault] = behaviourFaults(kind, behaviour);
  if (fault !== undefined) fail('plugin_contract', `${origin.what}: ${fault}.`);
  const methods = methodsOf(kind).flatMap((name) => {
    const method: unknown = Reflect.get(behaviour, name);
    if (typeof method !== 'function') return [];
    const bound = method.bind(behaviour);
    if (origin.plugin === undefined) return [[name, bound]];
    const call = fenced(bound, origin, seconds);
    const opens = kind === 'store' && name === 'open';
    return [[name, opens ? async (...parameters: unknown[]) => fencedObject(await call(...parameters), origin, seconds) : call]];
  });
  return { ...record, ...Object.fromEntries(methods) };
}
