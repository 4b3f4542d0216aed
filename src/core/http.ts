/** The one way out: deadlines, a cap on bodies, no redirects, https only, proxies, certificate authorities. Over node:http, which starts nine times faster than fetch. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { abortReason } from './abort.ts';
import { secureContext } from './ca.ts';
import { isPadlockError, PadlockError } from './errors.ts';
import { sentence } from './http-answers.ts';
import { readBody } from './http-body.ts';
import { networkError } from './http-errors.ts';
import { pauseBefore } from './http-retry.ts';
import { HttpSettings } from './http-settings.ts';
import { inject, injectable } from './inject.ts';
import { USUAL_TIMEOUT } from './patience.ts';
import { Clock, Host, type Http, type HttpRequest, type HttpResponse, Log, type TlsIdentity } from './ports.ts';
import { proxyUrl, type TunnelOptions, tunnelAgent } from './tunnel.ts';
import { checkUrl, isLoopback } from './url.ts';
import { VERSION } from './version.ts';

/** Idle connections serve the next request of the same sign-in; later a server may have closed them, and a POST must not find out. */
const IDLE_MS = 2_000;
/** Node's default of 250 ms gives up on addresses that only need one repeated packet (nodejs/node#54359). */
const NEXT_ADDRESS_MS = 1_500;

const COMMON: AgentOptions = {
  keepAlive: true,
  timeout: IDLE_MS,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
  minVersion: 'TLSv1.2',
  rejectUnauthorized: true, // NODE_TLS_REJECT_UNAUTHORIZED cannot switch this off
};

/** `localhost` without asking a resolver; see `isLoopback`. */
const loopback: LookupFunction = (_name, options, done) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all) done(null, addresses);
  else done(null, '127.0.0.1', 4);
};

/** The network door on Node. Idle connections do not keep a process alive. */
@injectable()
export class NodeHttp implements Http {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #settings: HttpSettings;
  readonly #agents = new Map<string, Promise<Agent>>();

  constructor(@inject(Host) host: Host, @inject(Clock) clock: Clock, @inject(Log) log: Log, @inject(HttpSettings) settings: HttpSettings) {
    this.#host = host;
    this.#clock = clock;
    this.#log = log;
    this.#settings = settings;
  }

  /** Rejects with the reason of the caller's signal, or `cancelled`, when that aborts. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { purpose, signal } = request;
    const url = checkUrl(request.url, sentence(purpose));
    const milliseconds = (this.#settings.timeout ?? USUAL_TIMEOUT) * 1000;
    const end = performance.now() + milliseconds;
    // Time goes through Clock, except here: a test's clock must not decide how long a real socket may stay silent.
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(timedOut(url, purpose, milliseconds)), milliseconds);
    const cancel = (): void => signal && deadline.abort(abortReason(signal));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for (let mayRepeat = request.method === 'GET'; ; mayRepeat = false) {
        const answer = await this.#attempt(url, request, deadline.signal);
        const pause = mayRepeat ? pauseBefore(answer, this.#clock.now()) : undefined;
        if (pause !== undefined && performance.now() + 2 * pause < end) await this.#clock.sleep(pause, deadline.signal);
        else if (isPadlockError(answer)) throw answer;
        else return answer;
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Closes idle connections at once. The next request opens new ones. */
  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of await Promise.allSettled(agents)) if (agent.status === 'fulfilled') agent.value.destroy();
  }

  /** One request and its answer, or how it failed; both are logged. Throws only what ended the whole. */
  async #attempt(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse | PadlockError> {
    const { method, purpose } = request;
    const started = performance.now();
    const told = (outcome: { status: number } | { code: string }): void =>
      this.#log.info('http', {
        method,
        host: url.host,
        path: url.pathname,
        purpose,
        ...outcome,
        ms: Math.round(performance.now() - started),
      });
    try {
      signal.throwIfAborted();
      const response = await this.#exchange(url, request, signal);
      told({ status: response.status });
      return response;
    } catch (error) {
      if (signal.aborted) {
        told({ code: isPadlockError(signal.reason) ? signal.reason.code : 'cancelled' });
        throw signal.reason;
      }
      const failure = networkError(error, url.host, purpose);
      told({ code: failure.code });
      return failure;
    }
  }

  async #exchange(url: URL, { method, headers = {}, body, identity, purpose }: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
    const fields: Record<string, string | number> = {
      accept: 'application/json',
      'accept-encoding': 'gzip, deflate, br',
    };
    for (const [name, value] of Object.entries(headers)) fields[name.toLowerCase()] = value;
    fields['user-agent'] = `padlock/${VERSION}`; // whoever made the request: a package's name says nothing to a provider
    if (body !== undefined) fields['content-length'] = Buffer.byteLength(body);
    const options: RequestOptions & TunnelOptions = {
      method,
      headers: fields,
      agent: await this.#agentFor(url, identity),
      joinDuplicateHeaders: true,
      signal,
      closing: signal,
    };
    if (url.hostname === 'localhost') options.lookup = loopback;

    return new Promise((resolve, reject) => {
      let answered = false;
      const message = request(url, options);
      // also after the answer began: bytes beyond its content-length make it one that cannot be trusted
      message.on('error', reject);
      message.once('close', () => {
        if (!answered) reject(Object.assign(new Error(), { code: 'ECONNRESET' }));
      });
      message.once('response', (answer: IncomingMessage) => {
        answered = true;
        const maxBytes = this.#settings.maxBytes ?? 1_048_576;
        readBody(answer, maxBytes, purpose).then(
          (read) => resolve({ status: answer.statusCode ?? 0, headers: fieldsOf(answer), body: read }),
          reject,
        );
      });
      message.end(body);
    });
  }

  /**
   * Connections are shared by all requests that go the same way and show the same certificate: what one client proved must serve no other.
   * A loopback address is never behind a proxy, whatever the variables say.
   */
  async #agentFor(url: URL, identity: TlsIdentity | undefined): Promise<Agent> {
    const proxy = isLoopback(url.hostname) ? undefined : this.#host.proxyFor(url.href);
    const way = `${proxy ?? url.protocol} ${identity?.cert ?? ''}`;
    const known = this.#agents.get(way) ?? this.#agent(url, proxy, identity);
    this.#agents.set(way, known);
    known.catch(() => this.#agents.delete(way));
    return known;
  }

  async #agent({ protocol }: URL, proxy: string | undefined, identity: TlsIdentity | undefined): Promise<Agent> {
    if (protocol === 'http:') return new (await import('node:http')).Agent(COMMON);
    const withContext = async (shown?: TlsIdentity): Promise<AgentOptions> => {
      const context = await secureContext(this.#settings.ca, shown);
      return context === undefined ? COMMON : { ...COMMON, secureContext: context };
    };
    const options = await withContext(identity);
    if (proxy === undefined) return new (await import('node:https')).Agent(options);
    return tunnelAgent(proxyUrl(proxy), options, await withContext()); // the proxy is shown nothing
  }
}

/** Fields that describe the body as it travelled are gone: it is not compressed any more. */
function fieldsOf({ headers }: IncomingMessage): Record<string, string> {
  const { 'content-encoding': _encoding, 'content-length': _length, 'transfer-encoding': _transfer, ...fields } = headers;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

const timedOut = (url: URL, purpose: string, milliseconds: number): PadlockError =>
  new PadlockError('net_timeout', {
    message: `${sentence(purpose)} at ${url.host}: no complete answer within ${milliseconds / 1000} s.`,
    hint: 'Give it longer with --timeout.',
  });
