/** `fetch` with the access token, for the origins that were listed and for no other. */

import type { AllowedOrigins } from './allowed-origins.ts';
import { authorization } from './authorization.ts';
import { DpopNonces, wantsNonce } from './dpop-nonces.ts';
import { fail, isPadlockError } from './errors.ts';
import type { Log } from './ports.ts';
import type { AccessToken } from './session.ts';
import type { TokenRequest } from './token-source.ts';

export type Fetch = typeof fetch;
type Body = NonNullable<RequestInit['body']>;

/** One request on its way: each redirect makes another. */
interface Hop {
  readonly request: Request;
  /** What can be sent again; null where there is no body, undefined for a stream. */
  readonly body: Body | null | undefined;
  /** The token goes with it. */
  readonly isOurs: boolean;
  /** Undici's own option for proxies and certificates. */
  readonly extras: object;
}

/** Redirects that are followed, as many as the Fetch standard allows. */
const MOST_REDIRECTS = 20;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** What another origin must not see, and what says something about a body that is not sent any more (Fetch standard, HTTP-redirect fetch). */
const PRIVATE = ['authorization', 'cookie', 'dpop', 'proxy-authorization'];
const ABOUT_THE_BODY = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type'];
const REPLAYABLE: readonly string[] = ['ArrayBuffer', 'Blob', 'File', 'URLSearchParams'];

/**
 * The `fetch` of a Padlock. An origin that is not listed is refused before anything is sent, after a redirect, too; a redirect to another
 * listed origin goes without the token. After a 401 it asks once more with a new token, if the body can be sent again. A request that
 * brings its own Authorization keeps it.
 */
export class AuthorizedFetch {
  readonly #origins: AllowedOrigins;
  readonly #getToken: (request: TokenRequest) => Promise<AccessToken>;
  readonly #log: Log;
  readonly #nonces = new DpopNonces();

  constructor(origins: AllowedOrigins, getToken: (request: TokenRequest) => Promise<AccessToken>, log: Log) {
    this.#origins = origins;
    this.#getToken = getToken;
    this.#log = log;
  }

  readonly fetch: Fetch = async (input, init = {}) => {
    let hop = await firstHop(input as string, init);
    const follows = hop.request.redirect === 'follow';
    for (let redirects = 0; ; redirects++) {
      this.#checkOrigin(hop.request.url);
      const response = await this.#send(hop);
      const next = follows ? redirected(hop, response) : undefined;
      if (next === undefined) return response;
      if (redirects === MOST_REDIRECTS) fail('proto_redirect', `${new URL(hop.request.url).host} redirects too often.`);
      await response.body?.cancel();
      hop = next;
    }
  };

  #checkOrigin(text: string): void {
    const { host, origin } = new URL(text);
    if (this.#origins.has(origin)) return;
    fail('usage_bad_value', `Nothing is sent to ${host}: its origin is not one of allowedOrigins.`, {
      hint: this.#origins.size === 0 ? 'Name the origins of your API in allowedOrigins.' : undefined,
    });
  }

  /** Sends with the token, and once more with a new one when the server does not take it. */
  async #send(hop: Hop): Promise<Response> {
    const { body, isOurs, request } = hop;
    if (!isOurs) return sent(hop);
    const used = await this.#token(request.signal);
    const response = await this.#proved(hop, used);
    const other = response.status === 401 && body !== undefined ? await this.#another(used, request.signal) : undefined;
    if (other === undefined) return response;
    await response.body?.cancel();
    return this.#proved(again(hop), other);
  }

  /** Sends with a token; once more when the server wants another nonce in the proof that goes with it (RFC 9449 §9). */
  async #proved(hop: Hop, token: AccessToken): Promise<Response> {
    const { url } = hop.request;
    const ask = async (one: Hop): Promise<{ readonly response: Response; readonly isNews: boolean }> => {
      const response = await sent(one, token, this.#nonces.of(url));
      return { response, isNews: this.#nonces.learn(url, { 'dpop-nonce': response.headers.get('dpop-nonce') ?? '' }) };
    };
    const { isNews, response } = await ask(hop);
    const isWanted = token.proof !== undefined && isNews && wantsNonce(response.status, response.headers.get('www-authenticate'));
    if (!isWanted || hop.body === undefined) return response;
    await response.body?.cancel();
    return (await ask(again(hop))).response;
  }

  /** A token that is not the refused one; undefined when there is none to be had: then the 401 is the answer. */
  async #another(refused: AccessToken, signal: AbortSignal): Promise<AccessToken | undefined> {
    try {
      const current = await this.#token(signal); // of many requests that were refused, the first one gets it for all
      return current.value === refused.value ? await this.#token(signal, true) : current;
    } catch (error) {
      if (signal.aborted || !isPadlockError(error)) throw error;
      this.#log.info('refused_token_not_replaced', { code: error.code });
      return undefined;
    }
  }

  async #token(signal: AbortSignal, refresh = false): Promise<AccessToken> {
    try {
      return await this.#getToken({ signal, ...(refresh && { refresh }) });
    } catch (error) {
      throw signal.aborted ? signal.reason : error; // as fetch rejects
    }
  }
}

async function firstHop(input: string, init: RequestInit): Promise<Hop> {
  const request = new Request(input, init);
  const isOurs = !request.headers.has('authorization');
  const extras = 'dispatcher' in init ? { dispatcher: init.dispatcher } : {};
  if (request.body === null) return { request, body: null, isOurs, extras };
  if (kindOf(init.body) !== 'FormData') return { request, body: replayable(init.body), isOurs, extras };
  const body = new Uint8Array(await request.arrayBuffer()); // each reading of a form has another boundary
  return { request: copyOf(request, request.url, body), body, isOurs, extras };
}

/** Redirects are looked at here: Node's own would carry the request to an origin that nobody listed. */
function sent({ extras, request }: Hop, access?: AccessToken, nonce?: string): Promise<Response> {
  if (access !== undefined) request.headers.set('authorization', authorization(access));
  if (access?.proof !== undefined) request.headers.set('dpop', access.proof(request.method, request.url, nonce));
  return fetch(request, { ...extras, redirect: request.redirect === 'error' ? 'error' : 'manual' });
}

/** Where a redirect leads (Fetch standard, HTTP-redirect fetch); undefined for every other answer. */
function redirected({ body, extras, isOurs, request }: Hop, { headers, status }: Response): Hop | undefined {
  const location = headers.get('location');
  if (!REDIRECTS.includes(status) || location === null) return undefined;
  const from = new URL(request.url);
  const to = new URL(location, from);
  const becomesGet = status === 303 ? request.method !== 'HEAD' : status < 303 && request.method === 'POST';
  const kept = becomesGet ? null : body;
  if (kept === undefined) fail('proto_redirect', 'A redirect wants the body again, and a stream can be read only once.');
  const stays = to.origin === from.origin;
  const next = copyOf(request, to.href, kept, becomesGet ? 'GET' : request.method);
  const dropped = [...(isOurs ? ['authorization', 'dpop'] : []), ...(stays ? [] : PRIVATE), ...(becomesGet ? ABOUT_THE_BODY : [])];
  for (const name of dropped) next.headers.delete(name);
  return { request: next, body: kept, isOurs: isOurs && stays, extras };
}

function copyOf(request: Request, url: string, body: Body | null, method = request.method): Request {
  const { headers, integrity, keepalive, redirect, signal } = request; // its properties are the class's, so a spread has none of them
  return new Request(url, { headers, integrity, keepalive, redirect, signal, method, body });
}

/** The same request, which can be sent again. */
const again = (hop: Hop): Hop => ({ ...hop, request: copyOf(hop.request, hop.request.url, hop.body ?? null) });

const kindOf = (body: unknown): string => Object.prototype.toString.call(body).slice(8, -1);

/** The body if it can be sent a second time: everything but a stream. */
const replayable = (body: unknown): Body | undefined =>
  typeof body === 'string' || ArrayBuffer.isView(body) || REPLAYABLE.includes(kindOf(body)) ? (body as Body) : undefined;
