/** issuer → metadata, and one method per endpoint. The door to openid-client, which never sees an ID token. */
import type { ServerMetadata } from 'openid-client';
import { authorization } from './authorization.ts';
import { DocumentCache } from './cache.ts';
import { type Client, endpointOf, type Holder } from './client-identity.ts';
import type { Values } from './contracts.ts';
import { discover } from './discover.ts';
import { dpopProof } from './dpop.ts';
import { DpopNonces, wantsNonce } from './dpop-nonces.ts';
import { fail, type PadlockError } from './errors.ts';
import { formOf } from './form.ts';
import { withGiven } from './given-endpoints.ts';
import { jsonOf, sentence } from './http-answers.ts';
import { inject, injectable } from './inject.ts';
import { issuerUrl } from './issuer-url.ts';
import type { JsonObject } from './json-value.ts';
import { publicKeys } from './key-policy.ts';
import { KnownProvider } from './known-provider.ts';
import type { Form, Metadata, ProviderInfo, Request, TokenResponse } from './messages.ts';
import { translated } from './openid-client-error.ts';
import { Clock, Http, type HttpResponse } from './ports.ts';
import { refusalOf, type Sent } from './refusal.ts';
import { Redactor } from './secret.ts';
import type { AccessToken } from './session.ts';
import { readTokenResponse } from './token-set.ts';
import { type UserinfoExpectation, userinfoClaims } from './userinfo.ts';

const TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;
const TOKEN_ENDPOINT = 'The token endpoint';
/** What a pushed authorization request is answered with (RFC 9126 §2.2); everything else is answered with 200. */
const CREATED: readonly number[] = [200, 201];

@injectable()
export class Provider {
  readonly #http: Http;
  readonly #documents: DocumentCache;
  readonly #clock: Clock;
  readonly #redactor: Redactor;
  readonly #nonces = new DpopNonces();
  readonly #known: KnownProvider;

  constructor(
    @inject(Http) http: Http,
    @inject(DocumentCache) documents: DocumentCache,
    @inject(Clock) clock: Clock,
    @inject(Redactor) redactor: Redactor,
    @inject(KnownProvider) known: KnownProvider,
  ) {
    this.#http = http;
    this.#documents = documents;
    this.#clock = clock;
    this.#redactor = redactor;
    this.#known = known;
  }

  /** What the issuer publishes about itself. `spelling`: another one that its document may use. Throws `proto_discovery_*`. */
  discover(issuer: string, signal?: AbortSignal, spelling?: string): Promise<Metadata> {
    return discover(this.#documents, issuer, spelling, signal);
  }

  /** The provider as a client of it sees it. Throws `config_bad_url`, `config_insecure_url`, `proto_discovery_*`. */
  async info(configured: string, clientId: string, signal?: AbortSignal): Promise<ProviderInfo> {
    const issuer = issuerUrl(configured, { name: 'The issuer', kind: 'config' });
    const { preset, endpoints } = await this.#known.of(issuer);
    const metadata = await withGiven(endpoints, issuer, () => this.discover(issuer, signal, preset?.spellings?.[issuer]));
    return Object.freeze({ issuer, clientId, metadata, ...(preset && { preset }) });
  }

  /** The issuer's key set. `fresh`: not one from a cache. */
  async keys(
    { metadata }: ProviderInfo,
    fresh = false,
    signal?: AbortSignal,
  ): Promise<{ readonly keys: readonly JsonObject[]; readonly cached: boolean; readonly fetchedAt: number }> {
    const url = metadata.jwks_uri ?? fail('proto_discovery_invalid', 'The provider publishes no key set (jwks_uri).');
    const { value, ...from } = await this.#documents.get('jwks', url, { issuer: metadata.issuer, fresh, check: keysOf, signal });
    return { keys: keysOf(value), ...from };
  }

  /** POSTs a grant to the token endpoint (RFC 6749 §3.2), once. Returns the answer with its shape checked, the ID token included. */
  exchange(client: Client, grantType: string, form: Form, request: Request): Promise<TokenResponse> {
    const send = () => this.#exchange(client, grantType, form, request);
    return client.dpop === undefined ? send() : this.#nonces.retrying(endpointOf(client, 'token_endpoint') ?? '', send);
  }

  async #exchange(client: Client, grantType: string, form: Form, request: Request): Promise<TokenResponse> {
    const values: Values = await client.values.next(request.signal);
    const oidc = await import('openid-client');
    let answer: JsonObject | undefined;
    const config = new oidc.Configuration(
      client.info.metadata as ServerMetadata,
      client.info.clientId,
      undefined,
      // oxlint-disable-next-line typescript/no-misused-promises -- its type says void, and it is awaited
      async (_server, _client, body, headers) => {
        const to = endpointOf(client, 'token_endpoint') ?? '';
        for (const [name, value] of await this.#proof(client, values, to, body)) headers.set(name, value);
      },
    );
    oidc.allowInsecureRequests(config); // plain http is the network door's to refuse: it allows loopback addresses
    config.timeout = 0; // and so are deadlines
    config[oidc.customFetch] = async (url, init) => {
      const to = endpointOf(client, 'token_endpoint') ?? url;
      const sent = {
        url: to,
        headers: { ...init.headers, ...this.#dpopProof(client, to) },
        body: String(init.body),
        form: new URLSearchParams(String(init.body)),
      };
      answer = this.#tokenAnswer(client, await this.#send(client, sent, TOKEN_ENDPOINT, request.signal), sent);
      const shown = Object.fromEntries(Object.entries(answer).filter(([member, value]) => member !== 'id_token' && value !== null));
      return new Response(JSON.stringify(shown), { status: 200, headers: { 'content-type': 'application/json' } });
    };
    try {
      await oidc.genericGrantRequest(config, grantType, formOf(form, request));
    } catch (error) {
      throw translated(error);
    }
    return answer as TokenResponse;
  }

  /**
   * POSTs to another endpoint by its name in the metadata, with the client's authentication. Returns the JSON object it answers with.
   * Throws as `exchange` does, and `client_unsupported_grant` where the provider names no such endpoint.
   */
  async post(client: Client, endpoint: string, form: Form, request: Request, format?: 'form' | 'json'): Promise<JsonObject> {
    const url = endpointOf(client, endpoint);
    const name = endpoint.replaceAll('_', ' ');
    if (url === undefined) fail('client_unsupported_grant', `The provider has no ${name}.`, { hint: 'Choose another flow with --flow.' });
    const purpose = `The ${name}`;
    const { response, sent } = await this.#post(client, url, formOf(form, request), purpose, request.signal, format);
    if (response.status >= 300) throw this.#refusal(client, response, sent, purpose); // check: endpoint status
    const answer = jsonOf(response, purpose, this.#clock.now(), CREATED);
    if (answer.error) throw this.#refusal(client, response, sent, purpose); // check: error with 200 elsewhere
    return answer;
  }

  /** The authorization endpoint's URL with the client's id and these parameters. Throws `client_unsupported_grant`. */
  authorizationUrl({ clientId, metadata }: ProviderInfo, form: Form, request: Request): string {
    const { authorization_endpoint: endpoint } = metadata;
    if (endpoint === undefined)
      fail('client_unsupported_grant', 'The provider has no authorization endpoint.', { hint: 'Choose another flow with --flow.' });
    const url = new URL(endpoint); // it may have a query of its own (RFC 6749 §3.1)
    for (const [name, value] of formOf({ client_id: clientId, ...form }, request)) url.searchParams.append(name, value);
    return url.href;
  }

  /** Revokes a token (RFC 7009). Resolves to false where the provider has no revocation endpoint. */
  async revoke(client: Client, token: string, hint: 'refresh_token' | 'access_token', signal?: AbortSignal): Promise<boolean> {
    const url = endpointOf(client, 'revocation_endpoint');
    if (url === undefined) return false;
    const purpose = 'The revocation endpoint';
    const { response, sent } = await this.#post(client, url, formOf({ token, token_type_hint: hint }), purpose, signal);
    if (response.status >= 300) throw this.#refusal(client, response, sent, purpose);
    return true;
  }

  /**
   * Asks who an access token is about (OpenID Connect Core 1.0 §5.3.1): the token in the header only. The claims are about `expected.subject`, and a
   * signed answer was verified. Throws `token_inactive` when the token is refused, `token_*`, `proto_*`.
   */
  async userinfo(
    holder: Holder,
    token: Pick<AccessToken, 'type' | 'value' | 'proof'>,
    expected: UserinfoExpectation,
    signal?: AbortSignal,
  ): Promise<JsonObject> {
    const { identity, info } = holder;
    const url = endpointOf(holder, 'userinfo_endpoint') ?? fail('proto_discovery_invalid', 'The provider publishes no userinfo endpoint.');
    const ask = async (): Promise<HttpResponse> => {
      const proof = token.proof && { dpop: token.proof('GET', url, this.#nonces.of(url)) };
      const headers = { accept: 'application/json, application/jwt', authorization: authorization(token), ...proof };
      const asking = { method: 'GET', url, headers, purpose: 'the userinfo endpoint', signal } as const;
      return this.#http.send({ ...asking, ...(identity && { identity }) });
    };
    const first = await ask();
    const isNews = this.#nonces.learn(url, first.headers);
    const again = token.proof !== undefined && isNews && wantsNonce(first.status, first.headers['www-authenticate']);
    const response = again ? await ask() : first;
    const keys = (fresh?: boolean) => this.keys(info, fresh, signal);
    return userinfoClaims(response, { ...expected, info, keys, now: this.#clock.now() });
  }

  /** A form with the client's proof, and its answer. */
  async #post(
    client: Client,
    url: string,
    form: URLSearchParams,
    purpose: string,
    signal: AbortSignal | undefined,
    format: 'form' | 'json' = 'form',
  ): Promise<{ readonly response: HttpResponse; readonly sent: Sent }> {
    const proof = await this.#proof(client, await client.values.next(signal), url, form);
    const headers = { 'content-type': TYPES[format], ...Object.fromEntries(proof) };
    const body = format === 'json' ? JSON.stringify(Object.fromEntries(form)) : form.toString();
    const sent = { url, headers, body, form };
    return { response: await this.#send(client, sent, purpose, signal), sent };
  }

  /** Lets the client prove itself: it may add to the form, and these are the headers it adds. */
  async #proof({ auth, info }: Client, values: Values, url: string, form: URLSearchParams): Promise<ReadonlyMap<string, string>> {
    const headers = new Map<string, string>();
    await auth.authenticate(values, { provider: info, url, form, headers, now: this.#clock.now() });
    return headers;
  }

  /** The one way that a request takes in the client's name. */
  async #send({ identity }: Client, { url, headers, body }: Sent, purpose: string, signal: AbortSignal | undefined): Promise<HttpResponse> {
    const response = await this.#http.send({
      method: 'POST',
      url,
      headers,
      body,
      purpose: sentence(purpose),
      signal,
      ...(identity && { identity }),
    });
    this.#nonces.learn(url, response.headers);
    return response;
  }

  /** The token endpoint binds what it issues to the key that this proves (RFC 9449 §5). */
  #dpopProof({ dpop }: Client, url: string): Readonly<Record<string, string>> {
    return dpop === undefined
      ? {}
      : { dpop: dpopProof(dpop, { method: 'POST', url, now: this.#clock.now(), nonce: this.#nonces.of(url) }) };
  }

  /** The token response of a 200, with its shape checked; anything else is the failure it stands for. */
  #tokenAnswer(client: Client, response: HttpResponse, sent: Sent): JsonObject {
    if (response.status >= 300) throw this.#refusal(client, response, sent, TOKEN_ENDPOINT); // check: token status
    const now = this.#clock.now();
    const answer = jsonOf(response, TOKEN_ENDPOINT, now);
    if (answer.error) throw this.#refusal(client, response, sent, TOKEN_ENDPOINT); // check: error with 200
    readTokenResponse(answer, now); // check: token response before openid-client
    return answer;
  }

  #refusal(client: Client, response: HttpResponse, sent: Sent, purpose: string): PadlockError {
    return refusalOf(client, response, sent, { purpose, now: this.#clock.now(), redactor: this.#redactor });
  }
}

function keysOf({ keys }: JsonObject): readonly JsonObject[] {
  if (!Array.isArray(keys)) fail('proto_jwks_invalid', "The provider's key set has no list of keys."); // check: key set list
  return publicKeys(keys);
}
