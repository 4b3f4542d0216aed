/**
 * The listener that a browser comes back to (RFC 8252 §7.3): on loopback, opened just before the browser, closed with the one answer. Import it
 * when it is needed: it brings Node's server along.
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail } from './errors.ts';
import { answeredPage, type Page, strayPage } from './landing-page.ts';
import { type LoopbackUri, loopbackUri } from './redirect-uri.ts';
import { parseUrl } from './url.ts';

/** The browser came back. */
export interface Callback {
  readonly answer: URLSearchParams;
  /** What the human sees now. Resolves when it is sent, or nobody is there any more. */
  reply(page: Page): Promise<void>;
}

export interface Loopback {
  readonly redirectUri: string;
  /** The first answer; from then on nobody can connect. */
  readonly callback: Promise<Callback>;
  /** Ends every connection. */
  close(): void;
}

/** Milliseconds that a request may take to arrive, and bytes of its head: a slow or an endless one is nobody's answer. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1000, maxHeaderSize: 16_384 } as const;
/** An answer has one of these; a request without any is somebody who looks around. */
const SIGNS = ['code', 'error', 'state'] as const;
/** Another program has it, or only an administrator may. */
const TAKEN: ReadonlySet<unknown> = new Set(['EADDRINUSE', 'EACCES']);
/** The machine has no such address. */
const ABSENT: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);
const TRIES = 5;

/** Listens where the first of these redirect URIs says that can be had. Throws `usage_bad_value`, `net_connect`. */
export async function openLoopback(redirectUris: readonly string[]): Promise<Loopback> {
  for (const uri of redirectUris.map(loopbackUri)) {
    const found = await listen(uri);
    if (found === undefined) continue;
    const { servers, port } = found;
    const stop = (): void => {
      for (const server of servers) server.close();
    };
    return {
      redirectUri: uri.at(port),
      callback: new Promise((resolve) => {
        const receive = receiver(uri.path, stop, resolve);
        for (const server of servers) server.on('request', receive);
      }),
      close() {
        stop();
        for (const server of servers) server.closeAllConnections();
      },
    };
  }
  fail('net_connect', `No redirect URI has a port that is free: ${redirectUris.join(', ')}.`, {
    hint: 'End what listens there, or give further ones with --redirect-uri.',
  });
}

/** Answers requests; the first one that is an answer is handed on. */
function receiver(path: string, stop: () => void, hand: (callback: Callback) => void): RequestListener {
  let answered = false;
  return (request, response) => {
    request.resume();
    const url = parseUrl(`http://127.0.0.1${request.url ?? ''}`);
    if (request.method !== 'GET') return void send(response, strayPage(405)); // check: stray method
    if (url?.pathname !== path || !SIGNS.some((name) => url.searchParams.has(name))) return void send(response, strayPage(404)); // check: stray request
    if (answered) return void send(response, answeredPage()); // check: second answer
    answered = true;
    stop();
    hand({ answer: url.searchParams, reply: (page) => send(response, page) });
  };
}

/** Resolves when the page is sent, or the browser is gone. */
function send(response: ServerResponse, { status, headers, body }: Page): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', resolve).writeHead(status, { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}

/** One port on all addresses of the URI that the machine has; undefined when it cannot be had. */
async function listen({
  addresses,
  port,
}: LoopbackUri): Promise<{ readonly servers: readonly Server[]; readonly port: number } | undefined> {
  for (let tries = 0; tries < (port === 0 ? TRIES : 1); tries++) {
    const servers: Server[] = [];
    let taken = false;
    for (const address of addresses) {
      const server = createServer(LIMITS);
      const trouble = await bind(server, address, servers[0] === undefined ? port : portOf(servers[0]));
      if (trouble === undefined) servers.push(server);
      else if (TAKEN.has(trouble))
        taken = true; // what else listens there could be given the code
      else if (!ABSENT.has(trouble)) fail('net_connect', `Nothing can listen on ${address} (${trouble}).`);
    }
    const [first] = servers;
    if (!taken) return first && { servers, port: portOf(first) };
    for (const server of servers) server.close();
  }
  return undefined;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** The system's code for why it does not listen, or undefined when it does. */
const bind = (server: Server, host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => resolve(undefined));
  });
