/** issuer → metadata, and one method per endpoint. The door to openid-client, which never sees an ID token. */
import type { ServerMetadata } from 'openid-client';
import { DocumentCache } from './cache.ts';
import type { ClientAuth, Metadata, ProviderInfo, Request, TokenResponse, Values } from './contracts.ts';
import { readMetadata, wellKnownUrls } from './discovery.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import { jsonOf } from './http-answers.ts';
import { inject, injectable } from './inject.ts';
import { issuerUrl } from './issuer-url.ts';
import type { JsonObject } from './json-value.ts';
import { publicKeys } from './key-policy.ts';
import { oauthFailure } from './oauth-error.ts';
import { Clock, Http, type HttpResponse } from './ports.ts';
import { Redactor } from './secret.ts';
import type { AccessToken } from './session.ts';
import { readTokenResponse } from './token-set.ts';
import { type UserinfoExpectation, userinfoClaims } from './userinfo.ts';

/** Who asks: the client, and how it proves itself. */
export interface Client {
  readonly info: ProviderInfo;
  readonly auth: ClientAuth;
  readonly authValues: Values;
}

/** A request, as far as its answer may quote it. */
interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const TOKEN_ENDPOINT = 'The token endpoint';
/** Parameters whose values may be told; every other one may be a credential. */
const PLAIN: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'username',
  'scope',
  'audience',
  'resource',
  'redirect_uri',
  'token_type_hint',
  'client_assertion_type',
  'subject_token_type',
  'actor_token_type',
  'requested_token_type',
]);

@injectable()
export class Provider {
  readonly #http: Http;
  readonly #documents: DocumentCache;
  readonly #clock: Clock;
  readonly #redactor: Redactor;

  constructor(
    @inject(Http) http: Http,
    @inject(DocumentCache) documents: DocumentCache,
    @inject(Clock) clock: Clock,
    @inject(Redactor) redactor: Redactor,
  ) {
    this.#http = http;
    this.#documents = documents;
    this.#clock = clock;
    this.#redactor = redactor;
  }

  /** The issuer's metadata: OpenID Connect Discovery, then RFC 8414. Throws `proto_discovery_*`. */
  async discover(issuer: string, signal?: AbortSignal): Promise<Metadata> {
    let absent: unknown;
    for (const url of wellKnownUrls(issuer)) {
      try {
        const check = (document: JsonObject): Metadata => readMetadata(document, issuer); // before it is kept: a wrong one must not outlive its fault
        return check((await this.#documents.get('discovery', url, { issuer, check, signal })).value);
      } catch (error) {
        if (!isPadlockError(error) || error.code !== 'proto_status' || error.httpStatus !== 404) throw error; // check: discovery is absent
        absent ??= error;
      }
    }
    fail('proto_discovery_invalid', `${issuer} publishes no discovery document.`, {
      cause: absent,
      hint: 'Check --issuer: it is the URL that stands before /.well-known/.',
    });
  }

  /** The provider as a client of it sees it. Throws `config_bad_url`, `config_insecure_url`, `proto_discovery_*`. */
  async info(configured: string, clientId: string, signal?: AbortSignal): Promise<ProviderInfo> {
    const issuer = issuerUrl(configured, { name: 'The issuer', kind: 'config' });
    return Object.freeze({ issuer, clientId, metadata: await this.discover(issuer, signal) });
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
  async exchange(
    client: Client,
    grantType: string,
    form: Readonly<Record<string, string | undefined>>,
    request: Request,
  ): Promise<TokenResponse> {
    const oidc = await import('openid-client');
    let answer: JsonObject | undefined;
    const config = new oidc.Configuration(
      client.info.metadata as ServerMetadata,
      client.info.clientId,
      undefined,
      // oxlint-disable-next-line typescript/no-misused-promises -- its type says void, and it is awaited
      async (_server, _client, body, headers) => {
        const added = new Map<string, string>();
        const url = client.info.metadata.token_endpoint ?? '';
        await client.auth.authenticate(client.authValues, {
          provider: client.info,
          url,
          form: body,
          headers: added,
          now: this.#clock.now(),
        });
        for (const [name, value] of added) headers.set(name, value);
      },
    );
    oidc.allowInsecureRequests(config); // plain http is the network door's to refuse: it allows loopback addresses
    config.timeout = 0; // and so are deadlines
    config[oidc.customFetch] = async (url, init) => {
      const sent = { url, headers: init.headers, body: String(init.body) };
      const response = await this.#http.send({ method: 'POST', ...sent, purpose: TOKEN_ENDPOINT, signal: request.signal });
      answer = this.#tokenAnswer(response, sent);
      const shown = Object.fromEntries(Object.entries(answer).filter(([member, value]) => member !== 'id_token' && value !== null));
      return new Response(JSON.stringify(shown), { status: 200, headers: { 'content-type': 'application/json' } });
    };
    try {
      await oidc.genericGrantRequest(config, grantType, parametersOf(form, request));
    } catch (error) {
      throw translated(error);
    }
    return answer as TokenResponse;
  }

  /** Revokes a token (RFC 7009). Resolves to false where the provider has no revocation endpoint. */
  async revoke(client: Client, token: string, hint: 'refresh_token' | 'access_token', signal?: AbortSignal): Promise<boolean> {
    const url = client.info.metadata.revocation_endpoint;
    if (url === undefined) return false;
    const form = new URLSearchParams({ token, token_type_hint: hint });
    const headers = new Map<string, string>([['content-type', 'application/x-www-form-urlencoded']]);
    await client.auth.authenticate(client.authValues, { provider: client.info, url, form, headers, now: this.#clock.now() });
    const purpose = 'The revocation endpoint';
    const sent = { url, headers: Object.fromEntries(headers), body: form.toString() };
    const response = await this.#http.send({ method: 'POST', ...sent, purpose, signal });
    if (response.status >= 300) throw this.#refusal(response, sent, purpose);
    return true;
  }

  /**
   * Asks who an access token is about (OpenID Connect Core 1.0 §5.3.1): the token in the header only. The claims are about `expected.subject`, and a
   * signed answer was verified. Throws `token_inactive` when the token is refused, `token_*`, `proto_*`.
   */
  async userinfo(
    info: ProviderInfo,
    token: Pick<AccessToken, 'type' | 'value'>,
    expected: UserinfoExpectation,
    signal?: AbortSignal,
  ): Promise<JsonObject> {
    const url = info.metadata.userinfo_endpoint ?? fail('proto_discovery_invalid', 'The provider publishes no userinfo endpoint.');
    const headers = { accept: 'application/json, application/jwt', authorization: `${token.type} ${token.value}` };
    const response = await this.#http.send({ method: 'GET', url, headers, purpose: 'the userinfo endpoint', signal });
    const keys = (fresh?: boolean) => this.keys(info, fresh, signal);
    return userinfoClaims(response, { ...expected, info, keys, now: this.#clock.now() });
  }

  /** The token response of a 200, with its shape checked; anything else is the failure it stands for. */
  #tokenAnswer(response: HttpResponse, sent: Sent): JsonObject {
    if (response.status >= 300) throw this.#refusal(response, sent, TOKEN_ENDPOINT); // check: token status
    const now = this.#clock.now();
    const answer = jsonOf(response, TOKEN_ENDPOINT, now);
    if (answer.error) throw this.#refusal(response, sent, TOKEN_ENDPOINT); // check: error with 200
    readTokenResponse(answer, now); // check: token response before openid-client
    return answer;
  }

  /** The failure an answer stands for. A server may quote the request: whatever credential was in it is masked. */
  #refusal(response: HttpResponse, { body, headers }: Sent, purpose: string): PadlockError {
    const redactor = this.#redactor.copy();
    for (const [name, value] of new URLSearchParams(body)) if (!PLAIN.has(name)) redactor.add(value);
    redactor.add(headers.authorization?.replace(/^\S+ /, '') ?? '');
    return oauthFailure(response, { purpose, now: this.#clock.now(), redactor });
  }
}

function keysOf({ keys }: JsonObject): readonly JsonObject[] {
  if (!Array.isArray(keys)) fail('proto_jwks_invalid', "The provider's key set has no list of keys."); // check: key set list
  return publicKeys(keys);
}

/** The form of a token request: the grant's own members, then what was asked for. Nothing is named in two ways. */
function parametersOf(form: Readonly<Record<string, string | undefined>>, { scope, audience, resource, params }: Request): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) if (value !== undefined) parameters.set(name, value);
  if (scope !== undefined && scope.length > 0 && !parameters.has('scope')) parameters.set('scope', scope.join(' '));
  if (audience !== undefined && !parameters.has('audience')) parameters.set('audience', audience);
  for (const one of resource ?? []) parameters.append('resource', one);
  for (const [name, value] of Object.entries(params ?? {})) {
    if (parameters.has(name) || RESERVED.has(name)) fail('usage_conflict', `--param ${name}: this parameter has an option of its own.`); // check: reserved parameter
    parameters.set(name, value);
  }
  return parameters;
}
const RESERVED = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'audience',
  'resource',
]);

/** openid-client wraps what its fetch throws; the cause is ours. Its own complaints carry the answer, so only their code is kept. */
function translated(error: unknown): unknown {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth++) {
    if (isPadlockError(at) || (at as { name?: unknown }).name === 'AbortError') return at; // check: cause of openid-client
    at = (at as { cause?: unknown }).cause;
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !code.startsWith('OAUTH_')) return error;
  return new PadlockError('proto_bad_shape', { message: `The token endpoint's answer is not valid (${code}).` });
}
