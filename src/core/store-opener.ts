/** The store that the settings name: opened, or given up. */
import type { Store, StoreHost, Values } from './contracts.ts';
import { type ErrorCode, fail, isPadlockError } from './errors.ts';
import { areFindings, type Finding } from './finding.ts';
import { guarded } from './guard.ts';
import { inject, injectable } from './inject.ts';
import { optional } from './optional.ts';
import type { Options } from './options.ts';
import { Clock, Files, Host, Log, Notices } from './ports.ts';
import { Registry } from './registry.ts';
import { Settings } from './settings.ts';
import type { SessionStore } from './store.ts';
import { Vault } from './vault.ts';

export interface Opened {
  readonly store: SessionStore;
  readonly vault: Vault;
  /** For people. */
  readonly place: { readonly store: string; readonly key?: string };
  /** Tells the user what the store has noticed since it was last asked. */
  readonly tell: () => void;
}

@injectable()
export class StoreOpener {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #notices: Notices;
  readonly #world: StoreHost;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Host) host: Host,
    @inject(Files) files: Files | undefined,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
    @inject(Notices) notices: Notices,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#notices = notices;
    const refuse: StoreHost['fail'] = (code, about = {}) => fail(code as ErrorCode, about.message ?? code, about);
    this.#world = { files, host, clock, log, fail: refuse };
  }

  async open(): Promise<Opened> {
    const { name, strategy, values } = await this.#strategy();
    const store = await strategy.open(values, this.#world);
    let told = 0;
    const tell = (): void => {
      for (const notice of store.notices.slice(told)) this.#notices.warn(notice);
      told = store.notices.length;
    };
    tell();
    const place = { store: name, ...(store.keyPlace !== undefined && { key: store.keyPlace }) };
    return { store, vault: new Vault(store.key), place, tell };
  }

  /** Removes a store that cannot be opened any more, for this reason; any other reason is thrown. */
  async erase(cause: unknown): Promise<void> {
    if (!isPadlockError(cause) || !GIVEN_UP.has(cause.code)) throw cause;
    const { strategy, values } = await this.#strategy();
    if (strategy.erase === undefined) throw cause;
    await strategy.erase(values, this.#world);
  }

  /** What the store says of itself. Nobody is asked for what it lacks, and nothing is created. */
  async examine(): Promise<{ readonly name: string; readonly findings: readonly Finding[] }> {
    const { name, strategy, values } = await this.#strategy(optional);
    const examine = async (): Promise<readonly Finding[]> => (strategy.examine === undefined ? [] : strategy.examine(values, this.#world));
    return { name, findings: await guarded(this.#registry.origin('store', name), examine, areFindings) };
  }

  async #strategy(
    demands = (options?: Options): Options => options ?? {},
  ): Promise<{ readonly name: string; readonly strategy: Store; readonly values: Values }> {
    const name = (this.#settings.get('noStore') === true ? undefined : this.#settings.text('store')) ?? 'memory';
    const strategy = await this.#registry.use('store', name);
    return { name, strategy, values: await this.#settings.values(demands(strategy.options), `the ${name} store`) };
  }
}

const GIVEN_UP: ReadonlySet<string> = new Set(['store_decrypt', 'store_corrupt', 'keyring_unavailable']);
