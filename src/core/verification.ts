/** What is found out about the tokens of one answer: claims or nothing. Everything that may be accepted is fixed before the request is sent. */
import { judgeAccessToken } from './access-token.ts';
import { requireBinding, requireOwn } from './binding.ts';
import { type Claims, checkClaims, checkTold, type IdTokenClaims } from './claims.ts';
import type { Client } from './client-identity.ts';
import type { Grant } from './contracts.ts';
import { boundTo } from './dpop.ts';
import { fail, isPadlockError } from './errors.ts';
import { inject, injectable } from './inject.ts';
import { checkKeyIssuer, issuerOfToken } from './issuer-spelling.ts';
import type { JsonObject } from './json-value.ts';
import type { Demands, ProviderInfo, Request } from './messages.ts';
import { Clock, Log, type Notice } from './ports.ts';
import { type Judged, prove } from './prove.ts';
import { Provider } from './provider.ts';
import type { Verdict } from './session.ts';
import { type Asking, Settings } from './settings.ts';
import type { TokenSet } from './token-set.ts';
import { type ChosenVerifier, VerifierChoice } from './verifier-choice.ts';

export interface CheckContext {
  readonly info: ProviderInfo;
  readonly client: Client;
  readonly grant: Grant;
  readonly request: Request;
  readonly asking: Asking;
  readonly signal: AbortSignal;
  readonly warn: (notice: Notice) => void;
  /** Of a refresh: whose session it is, null where that is not known. Then an ID token may be absent, and must be theirs. */
  readonly refreshes?: string | null;
  /** Of a refresh: the nonce of the sign-in, as far as it is known. */
  readonly earlierNonce?: string | undefined;
}

/** What was found out about the tokens of one answer. */
export interface Verified {
  /** Undefined where the flow or the scopes bring no ID token. */
  readonly idToken: { readonly claims: IdTokenClaims; readonly verdict: Verdict } | undefined;
  /** What the provider said of the user when it was asked about the access token, and by which verifier. */
  readonly told: { readonly claims: Claims; readonly from: string } | undefined;
  readonly accessToken: Verdict;
}

/** Judges one answer, and whether it is what the flow demanded. Throws `token_*`. */
export type TokenCheck = (tokens: TokenSet, demands?: Demands) => Promise<Verified>;

@injectable()
export class Verification {
  readonly #choice: VerifierChoice;
  readonly #settings: Settings;
  readonly #provider: Provider;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    @inject(VerifierChoice) choice: VerifierChoice,
    @inject(Settings) settings: Settings,
    @inject(Provider) provider: Provider,
    @inject(Clock) clock: Clock,
    @inject(Log) log: Log,
  ) {
    this.#choice = choice;
    this.#settings = settings;
    this.#provider = provider;
    this.#clock = clock;
    this.#log = log;
  }

  /** Fixes what will be accepted and starts fetching the keys that this needs, beside the token request. */
  async prepare(context: CheckContext): Promise<TokenCheck> {
    const { info, grant, request, asking, refreshes, signal, warn } = context;
    const { subject = 'user' } = grant;
    const asksIdToken = subject !== 'client' && (request.scope ?? []).includes('openid');
    const chosen = asksIdToken ? await this.#choice.forIdToken(info, asking) : undefined;
    const asks = await this.#choice.forAccessToken(info, asking, subject);
    const wantsKeys = chosen ? chosen.verifier.keySet === true : info.metadata.jwks_uri !== undefined;
    if (wantsKeys)
      this.#provider
        .keys(info, false, signal)
        .catch((error: unknown) => this.#log.debug('early_key_fetch_failed', { code: codeOf(error) })); // whoever needs the keys asks again and hears of it
    return async (tokens, demands = {}) => {
      requireBinding(tokens, request);
      const isMissing = asksIdToken && subject === 'user' && refreshes === undefined && tokens.idToken === undefined;
      const verifier = tokens.idToken === undefined ? undefined : (chosen ?? (await this.#choice.forIdToken(info, asking)));
      const idToken = verifier && (await this.#idToken(verifier, tokens, context, demands));
      const told = asks && (await this.#asked(asks, tokens, context, idToken?.claims.sub ?? refreshes ?? undefined));
      if (isMissing && told?.claims === undefined) noIdToken(); // check: missing ID token, and nobody else says who it is
      if (isMissing)
        warn({
          code: 'no_id_token',
          message: `The provider sent no ID token: who signed in is what it says of the access token (${asks?.verifier.name}).`,
        });
      const verdict = told?.verdict ?? (await this.#accessToken(tokens, context, wantsKeys || verifier?.verifier.keySet === true));
      return { idToken, told: told?.claims && { claims: told.claims, from: told.verdict.by }, accessToken: verdict };
    };
  }

  async #idToken(
    chosen: ChosenVerifier,
    tokens: TokenSet,
    { client, earlierNonce, info, refreshes, signal, warn }: CheckContext,
    demands: Demands,
  ): Promise<NonNullable<Verified['idToken']>> {
    const judged: Judged = { info, client: async () => client, signal };
    const { alg, kid, payload } = await prove(chosen, tokens.idToken ?? '', judged, this.#provider);
    await checkKeyIssuer(info, payload, kid, async () => (await this.#provider.keys(info, false, signal)).keys);
    const claims = checkClaims(payload, {
      ...this.expectation(info, payload),
      ...demands,
      kind: 'id',
      accessToken: tokens.accessToken,
      alg: alg ?? undefined,
      subject: refreshes ?? undefined,
      earlierNonce,
    });
    await this.#choice.pin(info, alg ?? '', chosen, warn); // check: algorithm is pinned
    return { claims, verdict: { by: chosen.verifier.name, alg, kid } };
  }

  /** The provider is asked about the access token; whoever chose that wants to hear of every failure. */
  async #asked(chosen: ChosenVerifier, { accessToken, type }: TokenSet, context: CheckContext, subject: string | undefined) {
    const { client, info, request, signal } = context;
    const { name, checks } = chosen.verifier;
    const shown = { type, ...boundTo(client.dpop, accessToken, this.#clock) };
    const { skew } = this.expectation(info);
    const judged: Judged = { info, client: async () => client, holder: async () => client, shown, skew, signal };
    const { payload } = await prove(chosen, accessToken, judged, this.#provider);
    if (checks === 'access') requireOwn(payload, client);
    const about = checks === 'user' ? 'user' : 'access';
    const claims = checkTold(payload, about, { ...this.expectation(info, payload), kind: 'access', audience: request.audience, subject });
    return { claims, verdict: { by: name, alg: null, kid: null } as const };
  }

  async #accessToken(tokens: TokenSet, { client, info, request, signal }: CheckContext, keysAtHand: boolean): Promise<Verdict> {
    const insisted = this.#settings.get('requireVerified') === true;
    const keys = async () => (await this.#provider.keys(info, false, signal)).keys;
    const usable = (keysAtHand || insisted) && info.metadata.jwks_uri !== undefined;
    const expected = {
      ...this.expectation(info),
      audience: request.audience,
      certificate: client.identity?.cert,
      dpop: client.dpop,
      keys: usable ? keys : undefined,
    };
    const verdict = await this.#judge(tokens, expected, insisted);
    if (insisted && verdict.by === null)
      fail(
        verdict.reason === 'other_issuer' ? 'token_issuer' : verdict.reason === 'no_key' ? 'token_signature' : 'token_malformed',
        `The access token cannot be verified (${verdict.reason}).`,
        { hint: 'Without --require-verified it is passed on with that label; --verifier introspection asks the provider.' },
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

  /** What tokens of this client have to say; `payload` is of the token in question. */
  expectation(info: ProviderInfo, payload: JsonObject = {}) {
    const skew = this.#settings.get('clockSkew');
    const { clientId, preset } = info;
    const clock = { now: this.#clock.now(), skew: typeof skew === 'number' ? skew : undefined };
    return { issuer: issuerOfToken(info, payload), clientId, opaque: preset?.opaqueAudiences, ...clock };
  }
}

function noIdToken(): never {
  fail('token_missing', 'The provider sent no ID token, though the scope openid asked for one.', {
    hint: 'Ask without openid (--scope) where an access token is enough, or let the provider say who it is for: --verifier userinfo.',
  });
}

const codeOf = (error: unknown): string => (isPadlockError(error) ? error.code : 'internal');
