/** A provider on a real socket that says what a row tells it, and otherwise what a good one would. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type Answer, type Asked, type Fixed, reply, speak } from './answer.ts';
import { CLIENT_ID, type Good, GoodProvider, USERNAME } from './good.ts';
import type { Network } from './network.ts';

const PATHS = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/oauth-authorization-server': 'metadata',
  '/jwks': 'jwks',
  '/token': 'token',
  '/device': 'device',
  '/authorize': 'authorize',
  '/revoke': 'revoke',
  '/introspect': 'introspect',
  '/userinfo': 'userinfo',
} as const;
/** `metadata` is RFC 8414's place for discovery, where a good provider here has nothing; `other` is any path it does not have. */
export type Endpoint = (typeof PATHS)[keyof typeof PATHS] | 'other';

/** What each endpoint says; of several answers one after the other, the last for all that follow. */
export type Script = Partial<Record<Endpoint, Answer | readonly Answer[]>>;

/** Options of `tls.createServer`, and the PEM of the authority that whoever trusts the server has to trust. */
export type Tls = ServerOptions & { readonly authority?: string };

export interface ProviderOptions {
  /** Serves https; see tls.ts. */
  readonly tls?: () => Tls;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** The name in the issuer, where it is not the host's: for certificates and proxies. */
  readonly name?: string;
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}
function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export class HostileProvider {
  readonly issuer: string;
  readonly port: number;
  readonly good: GoodProvider;
  /** PEM for `--ca-file`. */
  readonly authority: string | undefined;
  /** Every request, in order. */
  readonly requests: (Asked & { readonly endpoint: Endpoint })[] = [];
  #script: Script;
  readonly #turns = new Map<Endpoint, number>();
  #gate = gate();

  private constructor(issuer: string, port: number, script: Script, authority: string | undefined) {
    this.issuer = issuer;
    this.port = port;
    this.good = new GoodProvider(issuer);
    this.#script = script;
    this.authority = authority;
  }

  static async start(
    network: Network,
    script: Script = {},
    { tls, host = '127.0.0.1', name }: ProviderOptions = {},
  ): Promise<HostileProvider> {
    let provider: HostileProvider | undefined;
    const listener = (request: IncomingMessage, response: ServerResponse): void => void provider?.handle(request, response);
    const secured = tls?.();
    const server = secured === undefined ? createServer(listener) : createTlsServer(secured, listener);
    server.on('tlsClientError', () => {});
    const { port } = await network.listen(server, host);
    const authority = `${name ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
    provider = new HostileProvider(`${tls === undefined ? 'http' : 'https'}://${authority}`, port, script, secured?.authority);
    return provider;
  }

  /** From now on it says this; without an argument, what a good provider says. */
  behave(script: Script = {}): void {
    this.#script = script;
    this.#turns.clear();
    this.#gate = gate();
  }

  /** Lets out the answers that come `after: 'opened'`. */
  open(): void {
    this.#gate.open();
  }

  at(endpoint: Endpoint): readonly Asked[] {
    return this.requests.filter((request) => request.endpoint === endpoint);
  }

  /** Resolves when that many requests to an endpoint have come. */
  async asked(endpoint: Endpoint, times = 1): Promise<void> {
    while (this.at(endpoint).length < times) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The settings of its client and its user, as variables; a secret in each. */
  env(): Record<string, string> {
    return {
      PADLOCK_ISSUER: this.issuer,
      PADLOCK_CLIENT_ID: CLIENT_ID,
      PADLOCK_CLIENT_SECRET: this.good.clientSecret,
      PADLOCK_FLOW: 'password',
      PADLOCK_USERNAME: USERNAME,
      PADLOCK_PASSWORD: this.good.password,
      PADLOCK_ACCEPT_DEPRECATED: '1',
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {});
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const endpoint = PATHS[pathname as keyof typeof PATHS] ?? 'other';
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const asked: Asked = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body,
      form: new URLSearchParams(body),
    };
    this.requests.push({ ...asked, endpoint });
    const answer = this.#take(endpoint);
    const fixed = typeof answer === 'function' ? answer(asked) : answer;
    if ('steps' in fixed) return speak(response.socket ?? request.socket, fixed.steps);
    const plain = 'body' in fixed ? fixed : this.#changed(endpoint, asked, fixed);
    if ('lost' in fixed) request.socket.resetAndDestroy();
    else await reply(response, plain, this.#gate.opened);
  }

  #take(endpoint: Endpoint): Answer {
    const answers = this.#script[endpoint] ?? {};
    if (!Array.isArray(answers)) return answers as Answer;
    const turn = this.#turns.get(endpoint) ?? 0;
    this.#turns.set(endpoint, turn + 1);
    return answers[Math.min(turn, answers.length - 1)] ?? {};
  }

  #changed(endpoint: Endpoint, asked: Asked, change: Exclude<Fixed, { steps: unknown }>): Parameters<typeof reply>[1] {
    const { members = {}, idToken, headers, status, after } = change as Exclude<typeof change, { body?: unknown }>;
    const good = this.#good(endpoint, asked, idToken);
    return {
      status: status ?? good.status,
      headers: { ...good.headers, ...headers },
      body: { ...good.members, ...members },
      ...(after !== undefined && { after }),
    };
  }

  #good(endpoint: Endpoint, asked: Asked, idToken: Parameters<GoodProvider['token']>[1]): Good {
    if (endpoint === 'other' || endpoint === 'metadata') return { status: 404, members: {} };
    return this.good[endpoint](asked, idToken);
  }
}
