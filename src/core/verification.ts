/** Which verifier, which algorithms, fixed before the request is sent; then claims or nothing. */
import { judgeAccessToken } from './access-token.ts';
import { expectedAlgorithms } from './algorithms.ts';
import { type Claims, checkClaims } from './claims.ts';
import { optional } from './client.ts';
import type { Grant, Proof, Values, Verifier, VerifierHost } from './contracts.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import { type Guarded, guarded } from './guard.ts';
import { inject, injectable } from './inject.ts';
import { checkKeyIssuer, issuerOfToken } from './issuer-spelling.ts';
import type { JsonObject } from './json-value.ts';
import type { Demands, ProviderInfo, Request } from './messages.ts';
import { AlgorithmPins } from './pins.ts';
import { Clock, Log, type Notice } from './ports.ts';
import { isProof } from './proof.ts';
import { Provider } from './provider.ts';
import { Registry } from './registry.ts';
import type { Verdict } from './session.ts';
import { type Asking, Settings } from './settings.ts';
import type { TokenSet } from './token-set.ts';

export interface CheckContext {
  readonly info: ProviderInfo;
  readonly grant: Grant;
  readonly request: Request;
  readonly asking: Asking;
  readonly signal: AbortSignal;
  readonly warn: (notice: Notice) => void;
  /** Of a refresh: whose session it is, null where that is not known. Then an ID token may be absent, and must be theirs. */
  readonly refreshes?: string | null;
  /** PEM of the certificate that the client showed. */
  readonly certificate?: string | undefined;
}

/** What was found out about the tokens of one answer. */
export interface Verified {
  /** Undefined where the flow or the scopes bring no ID token. */
  readonly idToken: { readonly claims: Claims; readonly verdict: Verdict } | undefined;
  readonly accessToken: Verdict;
}

/** Judges one answer, and whether it is what the flow demanded. Throws `token_*`. */
export type TokenCheck = (tokens: TokenSet, demands?: Demands) => Promise<Verified>;

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
export class Verification {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #provider: Provider;
  readonly #pins: AlgorithmPins;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Provider) provider: Provider,
    @inject(AlgorithmPins) pins: AlgorithmPins,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#provider = provider;
    this.#pins = pins;
    this.#clock = clock;
    this.#log = log;
  }

  /** Fixes what will be accepted and starts fetching the keys that this needs, beside the token request. */
  async prepare(context: CheckContext): Promise<TokenCheck> {
    const { info, grant, request, asking, refreshes, signal } = context;
    const { subject = 'user' } = grant;
    const asksIdToken = subject !== 'client' && (request.scope ?? []).includes('openid');
    const chosen = asksIdToken ? await this.choose(info, asking) : undefined;
    const wantsKeys = chosen ? chosen.verifier.keySet === true : info.metadata.jwks_uri !== undefined;
    if (wantsKeys)
      this.#provider
        .keys(info, false, signal)
        .catch((error: unknown) => this.#log.debug('early_key_fetch_failed', { code: codeOf(error) })); // whoever needs the keys asks again and hears of it
    return async (tokens, demands = {}) => {
      requireBinding(tokens, request);
      if (asksIdToken && subject === 'user' && refreshes === undefined && tokens.idToken === undefined)
        fail('token_missing', 'The provider sent no ID token, though the scope openid asked for one.', {
          hint: 'Ask without openid (--scope) where an access token is enough.',
        }); // check: missing ID token
      const verifier = tokens.idToken === undefined ? undefined : (chosen ?? (await this.choose(info, asking)));
      const idToken = verifier && (await this.#idToken(verifier, tokens, context, demands));
      return { idToken, accessToken: await this.#accessToken(tokens, context, wantsKeys || verifier?.verifier.keySet === true) };
    };
  }

  /** The verifier by name, or the one that checks what `auto` expects. */
  async choose(info: ProviderInfo, asking: Asking): Promise<ChosenVerifier> {
    const wish = this.#settings.get('verifier');
    const names = typeof wish === 'string' && wish !== 'auto' ? [wish] : this.#registry.names('verifier');
    const candidates = await Promise.all(names.map((name) => this.#candidate(name, asking)));
    const lengths = candidates.map(({ verifier, values }) => verifier.keyLength?.(values)).filter((length) => length !== undefined);
    const configured = this.#settings.get('idTokenSignedResponseAlg');
    const algorithms = expectedAlgorithms({
      configured: typeof configured === 'string' ? configured : undefined,
      pinned: names.length > 1 ? await this.#pins.get(this.#subject(info)) : undefined,
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

  /** Runs a verifier on a token. Throws `token_*`. */
  async prove(chosen: ChosenVerifier, token: string, info: ProviderInfo, signal: AbortSignal): Promise<Proof> {
    const { verifier, values, algorithms, origin, chosenAt } = chosen;
    const host: VerifierHost = {
      provider: info,
      algorithms,
      signal,
      keys: async (fresh) => {
        const { keys, cached, fetchedAt } = await this.#provider.keys(info, fresh, signal);
        return { keys, cached: cached && fetchedAt < chosenAt };
      },
      fail(code, about): never {
        throw new PadlockError(code, about);
      },
    };
    return guarded(
      origin,
      () => verifier.verify(token, values, Object.freeze(host)),
      (proof) => isProof(proof, algorithms),
      signal,
    );
  }

  async #candidate(name: string, asking: Asking): Promise<Omit<ChosenVerifier, 'algorithms' | 'chosenAt'>> {
    const verifier = await this.#registry.use('verifier', name);
    const values = await this.#settings.values(optional(verifier.options), `the ${name} verifier`, asking);
    return { verifier, values, origin: this.#registry.origin('verifier', name) };
  }

  async #idToken(
    chosen: ChosenVerifier,
    tokens: TokenSet,
    { info, refreshes, signal, warn }: CheckContext,
    demands: Demands,
  ): Promise<NonNullable<Verified['idToken']>> {
    const { alg, kid, payload } = await this.prove(chosen, tokens.idToken ?? '', info, signal);
    await checkKeyIssuer(info, payload, kid, async () => (await this.#provider.keys(info, false, signal)).keys);
    const subject = refreshes ?? undefined;
    const claims = checkClaims(payload, {
      ...this.expectation(info, payload),
      ...demands,
      kind: 'id',
      accessToken: tokens.accessToken,
      alg,
      subject,
    });
    await this.#pin(info, alg, chosen, warn); // check: algorithm is pinned
    return { claims, verdict: { by: chosen.verifier.name, alg, kid } };
  }

  async #accessToken(tokens: TokenSet, { certificate, info, request, signal }: CheckContext, keysAtHand: boolean): Promise<Verdict> {
    const insisted = this.#settings.get('requireVerified') === true;
    const keys = async () => (await this.#provider.keys(info, false, signal)).keys;
    const usable = (keysAtHand || insisted) && info.metadata.jwks_uri !== undefined;
    const verdict = await this.#judge(
      tokens,
      { ...this.expectation(info), audience: request.audience, certificate, keys: usable ? keys : undefined },
      insisted,
    );
    if (insisted && verdict.by === null)
      fail(
        verdict.reason === 'other_issuer' ? 'token_issuer' : verdict.reason === 'no_key' ? 'token_signature' : 'token_malformed',
        `The access token cannot be verified (${verdict.reason}).`,
        { hint: 'Without --require-verified it is passed on with that label.' },
      ); // check: require verified
    return verdict;
  }

  /** Keys that cannot be had leave an access token unchecked; only someone who insists has to hear of it. */
  async #judge(tokens: TokenSet, expected: Parameters<typeof judgeAccessToken>[1], insisted: boolean): Promise<Verdict> {
    try {
      return await judgeAccessToken(tokens.accessToken, expected);
    } catch (error) {
      if (insisted || !isPadlockError(error) || error.category === 'verification') throw error; // check: access token failure
      this.#log.debug('access_token_not_checked', { code: error.code });
      return { by: null, reason: 'not_checked' };
    }
  }

  /** Trust on first use: what `auto` found is what it expects from now on. */
  async #pin(info: ProviderInfo, alg: string, { algorithms }: ChosenVerifier, warn: CheckContext['warn']): Promise<void> {
    if (
      this.#settings.get('verifier') !== 'auto' ||
      this.#settings.has('idTokenSignedResponseAlg') ||
      (await this.#pins.get(this.#subject(info))) === alg
    )
      return;
    if (!algorithms.includes(alg)) return;
    try {
      await this.#pins.set(this.#subject(info), alg);
    } catch (error) {
      // a disk that cannot be written costs the pin and not the sign-in
      if (!isPadlockError(error) || error.category !== 'storage') throw error;
      warn({ code: 'algorithm_not_pinned', message: `The algorithm of the ID token cannot be remembered: ${error.message}` });
    }
  }

  #subject({ issuer, clientId }: ProviderInfo): Parameters<AlgorithmPins['get']>[0] {
    const profile = this.#settings.get('profile');
    return { profile: typeof profile === 'string' ? profile : undefined, issuer, clientId };
  }

  /** What tokens of this client have to say; `payload` is of the token in question. */
  expectation(info: ProviderInfo, payload: JsonObject = {}): { issuer: string; clientId: string; now: number; skew: number | undefined } {
    const skew = this.#settings.get('clockSkew');
    return {
      issuer: issuerOfToken(info, payload),
      clientId: info.clientId,
      now: this.#clock.now(),
      skew: typeof skew === 'number' ? skew : undefined,
    };
  }
}

/** Whoever asks for a key to be proved must not get a token that works without, and a token for somebody else's key works for nobody here. */
function requireBinding({ type }: TokenSet, { dpop }: Request): void {
  if (dpop === true && type !== 'DPoP')
    fail('client_dpop', 'DPoP was asked for, and the provider answered with a token that is not bound to a key.', {
      hint: 'The provider does not know DPoP, or not for this client. Without --dpop its token is as good as whoever holds it.',
    }); // check: DPoP downgrade
  if (dpop !== true && type === 'DPoP')
    fail('client_dpop', 'The provider bound the token to a key that nobody here has.', { hint: 'Ask for such tokens with --dpop.' }); // check: DPoP without a key
}

const codeOf = (error: unknown): string => (isPadlockError(error) ? error.code : 'internal');
