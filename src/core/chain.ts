/** What `--flow auto` means: the flows in an order, of which the first that can work here is used. */
import type { Grant } from './contracts.ts';
import { fail } from './errors.ts';
import { whyNot } from './guard.ts';
import { inject, injectable } from './inject.ts';
import type { ProviderInfo } from './messages.ts';
import { optional } from './optional.ts';
import { flagName } from './options.ts';
import { Browser, Log } from './ports.ts';
import { Registry } from './registry.ts';
import { type Asking, Settings } from './settings.ts';

/** What was given for this sign-in comes before a human, and a human before the client itself. */
const rank = ({ interactive, subject }: Pick<Grant, 'interactive' | 'subject'>): number =>
  subject === 'client' ? 2 : interactive === true ? 1 : 0;

@injectable()
export class Chain {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #browser: Browser;
  readonly #log: Log;
  /** What worked last: it is tried first from now on. */
  #winner: string | undefined;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Browser) browser: Browser,
    @inject(Log) log: Log,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#browser = browser;
    this.#log = log;
  }

  /**
   * The first flow that applies; a link that fails afterwards fails the sign-in, and so does a source that was configured and yields nothing.
   * `human`: somebody may take part. Throws `usage_missing_flow` with the reason of every link.
   */
  async choose(info: ProviderInfo, human: boolean, asking: Asking): Promise<Grant> {
    const reasons: string[] = [];
    for (const name of this.#links()) {
      const grant = await this.#registry.use('grant', name);
      const no = await this.#whyNot(grant, info, human, asking);
      this.#log.info('flow_considered', { flow: name, ...(no === undefined ? { applies: true } : { applies: false, reason: no }) });
      if (no === undefined) return grant;
      reasons.push(`${name}: ${no}`);
    }
    fail('usage_missing_flow', 'No flow can sign in here by itself.', { hint: `${reasons.join('; ')}. Choose one with --flow.` });
  }

  /** Remembers what signed in, here or in an earlier process. */
  won(name: string): void {
    this.#winner = name;
  }

  /** Could a link work without anybody? */
  mayBeUnattended(): boolean {
    return this.#links().some((name) => this.isUnattended(name));
  }

  /** Could this flow sign in now without asking anybody? Throws `usage_unknown_flow`. */
  isUnattended(name: string): boolean {
    const record = this.#registry.record('grant', name);
    return record.interactive !== true && this.#lacking(record).length === 0;
  }

  /** A flow that its specification discourages is never chosen for somebody. */
  #links(): readonly string[] {
    const usable = this.#registry.list('grant').filter(({ deprecated }) => deprecated === undefined);
    const names = [...usable].sort((a, b) => rank(a) - rank(b)).map(({ name }) => name);
    const winner = this.#winner;
    return winner !== undefined && names.includes(winner) ? [winner, ...names.filter((name) => name !== winner)] : names;
  }

  async #whyNot(grant: Grant, info: ProviderInfo, human: boolean, asking: Asking): Promise<string | undefined> {
    if (grant.interactive === true && !human) return 'it needs a human, and nobody is here';
    if (grant.browser === true && this.#browser.available === false) return 'no browser can be opened here';
    const lacking = this.#lacking(grant);
    if (lacking.length > 0) return `it needs ${lacking.map((key) => `--${flagName(key)}`).join(' and ')}`;
    const { oneOf = [] } = grant;
    if (oneOf.length > 0 && !oneOf.some((key) => this.#settings.has(key)))
      return `it needs one of ${oneOf.map((key) => `--${flagName(key)}`).join(', ')}`;
    const { grant_types_supported: listed } = info.metadata;
    if (grant.grantType !== undefined && listed !== undefined && !listed.includes(grant.grantType)) return 'the provider does not list it';
    if (grant.applies === undefined) return undefined;
    return whyNot(grant.applies(await this.#settings.values(optional(grant.options), `the ${grant.name} flow`, asking), info));
  }

  /** What it would have to ask for. */
  #lacking({ options = {} }: Pick<Grant, 'options'>): readonly string[] {
    return Object.entries(options)
      .filter(([key, { default: preset, required }]) => required === true && preset === undefined && !this.#settings.has(key))
      .map(([key]) => key);
  }
}
