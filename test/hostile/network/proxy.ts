/** Proxies that CONNECT, and those that do not. */
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Listening, Network } from './network.ts';

export interface Proxy extends Listening {
  /** `http://127.0.0.1:PORT`, with the credentials if it wants some. */
  readonly url: string;
  /** The authorities it was asked to connect to. */
  readonly connects: readonly string[];
}

export interface ProxyOptions {
  /** The port behind every name. */
  readonly to: number;
  /** `user:password`. */
  readonly credentials?: string;
  /** What it answers to CONNECT, instead of a tunnel. */
  readonly says?: string;
}

/** Leads every name to one port of this machine, so no name has to be resolved. */
export async function proxy(network: Network, { to, credentials, says }: ProxyOptions): Promise<Proxy> {
  const connects: string[] = [];
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    connects.push(request.url ?? '');
    if (says !== undefined) return void socket.end(says);
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) return void socket.end(DENIED);
    network.pipe(socket, to, () => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
  });
  const listening = await network.listen(server);
  return { ...listening, connects, url: `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${listening.port}` };
}

export const DENIED = 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n';
