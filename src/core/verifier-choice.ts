/** Which verifier judges which token, and which algorithms it may accept: fixed before a request is sent, never read from a token. */

import { expectedAlgorithms } from './algorithms.ts';
import type { Grant, Values, Verifier } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { type Guarded, whyNot } from './guard.ts';
import { inject, injectable } from './inject.ts';
import type { ProviderInfo } from './messages.ts';
import { optional } from './optional.ts';
import { AlgorithmPins } from './pins.ts';
import { Clock, type Notice } from './ports.ts';
import { Registry } from './registry.ts';
import { type Asking, Settings } from './settings.ts';

/** A verifier with what it may accept. */
export interface ChosenVerifier {
  readonly verifier: Verifier;
  readonly values: Values;
  readonly algorithms: readonly string[];
  readonly origin: Guarded;
  /** Milliseconds since the epoch: keys that were fetched later are no old copy. */
  readonly chosenAt: number;
}

@injectable()
export class VerifierChoice {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #pins: AlgorithmPins;
  readonly #clock: Clock;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(AlgorithmPins) pins: AlgorithmPins,
    @inject(Clock) clock: Clock,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#pins = pins;
    this.#clock = clock;
  }

  /** The ID token's verifier by name, or the one that checks what `auto` expects. Throws `usage_*`, `config_*`, `token_alg_not_allowed`. */
  async forIdToken(info: ProviderInfo, asking: Asking): Promise<ChosenVerifier> {
    const named = this.#named(true);
    const names = named === undefined ? this.#registry.names('verifier').filter((name) => this.#isForIdTokens(name)) : [named];
    const candidates = await Promise.all(names.map((name) => this.#candidate(name, asking)));
    const lengths = candidates.map(({ verifier, values }) => verifier.keyLength?.(values)).filter((length) => length !== undefined);
    const algorithms = expectedAlgorithms({
      configured: this.#settings.text('idTokenSignedResponseAlg'),
      pinned: named === undefined ? await this.#pins.get(this.#subject(info)) : undefined,
      supported: info.metadata.id_token_signing_alg_values_supported,
      secretLength: lengths.length === 0 ? undefined : Math.max(...lengths),
      allowWeakSecret: this.#settings.get('allowWeakSecret') === true,
      verifiers: candidates.map(({ verifier }) => verifier),
    });
    const found = candidates.find(({ verifier }) => algorithms.some((alg) => verifier.algorithms.includes(alg)));
    if (found === undefined)
      fail('token_alg_not_allowed', 'The provider signs ID tokens with nothing that could be checked here.', {
        hint: 'Choose a verifier with --verifier.',
      });
    return { ...found, algorithms, chosenAt: this.#clock.now() };
  }

  /** The verifier that asks the provider about access tokens, if one was named. Throws `config_conflict` where it cannot be used. */
  async forAccessToken(info: ProviderInfo, asking: Asking, subject: Grant['subject'] = 'user'): Promise<ChosenVerifier | undefined> {
    const named = this.#named(false);
    if (named === undefined) return undefined;
    const found = await this.#candidate(named, asking);
    const { verifier, values } = found;
    const no =
      verifier.checks === 'user' && subject === 'client'
        ? "a client's own token has no user"
        : whyNot(verifier.applies?.(values, info) ?? true);
    if (no !== undefined)
      fail('config_conflict', `The ${named} verifier cannot be used here: ${no}.`, { hint: 'Choose another with --verifier.' });
    return { ...found, algorithms: [], chosenAt: this.#clock.now() };
  }

  /** Trust on first use: what `auto` found is what it expects from now on. */
  async pin(info: ProviderInfo, alg: string, { algorithms }: ChosenVerifier, warn: (notice: Notice) => void): Promise<void> {
    const isChosen = this.#named(true) !== undefined || this.#settings.has('idTokenSignedResponseAlg');
    if (isChosen || (await this.#pins.get(this.#subject(info))) === alg || !algorithms.includes(alg)) return;
    try {
      await this.#pins.set(this.#subject(info), alg);
    } catch (error) {
      // a disk that cannot be written costs the pin and not the sign-in
      if (!isPadlockError(error) || error.category !== 'storage') throw error;
      warn({ code: 'algorithm_not_pinned', message: `The algorithm of the ID token cannot be remembered: ${error.message}` });
    }
  }

  /** The one that was named for ID tokens, or for access tokens. */
  #named(isForIdTokens: boolean): string | undefined {
    const wish = this.#settings.get('verifier');
    const names = (Array.isArray(wish) ? (wish as string[]) : []).filter((name) => name !== 'auto');
    const [name, second] = [...new Set(names)].filter((each) => this.#isForIdTokens(each) === isForIdTokens);
    if (second !== undefined)
      fail('usage_conflict', `${name} and ${second} both verify ${isForIdTokens ? 'ID' : 'access'} tokens.`, { hint: 'Name one of them.' });
    return name;
  }

  #isForIdTokens(name: string): boolean {
    return (this.#registry.record('verifier', name).checks ?? 'id') === 'id';
  }

  async #candidate(name: string, asking: Asking): Promise<Omit<ChosenVerifier, 'algorithms' | 'chosenAt'>> {
    const verifier = await this.#registry.use('verifier', name);
    const values = await this.#settings.values(optional(verifier.options), `the ${name} verifier`, asking);
    return { verifier, values, origin: this.#registry.origin('verifier', name) };
  }

  #subject({ issuer, clientId }: ProviderInfo): Parameters<AlgorithmPins['get']>[0] {
    return { profile: this.#settings.text('profile'), issuer, clientId };
  }
}
