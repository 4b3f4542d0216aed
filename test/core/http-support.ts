/** Real servers on loopback for the network door: well-behaved, lying, TLS, and a proxy. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createSocketServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { NodeHttp } from '../../src/core/http.ts';
import type { HttpSettings } from '../../src/core/http-settings.ts';
import type { Clock, Host, HttpRequest, LogFields } from '../../src/core/ports.ts';

const open = new Set<NetServer>();
const sockets = new Set<Socket>();

async function listen(server: NetServer, host = '127.0.0.1'): Promise<number> {
  open.add(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

/** Ends every server of the test. */
export async function closeServers(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await Promise.all([...open].map((server) => new Promise((resolve) => server.close(resolve))));
  open.clear();
}

export interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A server that answers as told and remembers what it was asked. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, seen: readonly Seen[]) => void,
  host = '127.0.0.1',
) {
  const seen: Seen[] = [];
  const connections: Socket[] = [];
  const server: Server = createServer(collecting(seen, answer));
  server.on('connection', (socket) => connections.push(socket));
  const port = await listen(server, host);
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port, seen, connections };
}

const collecting =
  (seen: Seen[], answer: (request: IncomingMessage, response: ServerResponse, seen: readonly Seen[]) => void): RequestListener =>
  (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.push({ request, body });
      answer(request, response, seen);
    });
  };

/** A server that speaks bytes: for answers no HTTP library would send. */
export async function serveBytes(answer: (socket: Socket, request: string) => void) {
  const port = await listen(createSocketServer((socket) => socket.once('data', (chunk) => answer(socket, String(chunk)))));
  return `http://127.0.0.1:${port}`;
}

/** A port where nobody listens. */
export async function deadPort(): Promise<number> {
  const server = createSocketServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  open.delete(server);
  return port;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate for names, made by openssl now. */
export function certificate(names = 'DNS:idp.test,IP:127.0.0.1', days = '1'): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-tls-'));
  const [key, request, cert] = ['key.pem', 'request.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string, string];
  const openssl = (...parameters: string[]): Buffer => execFileSync('openssl', parameters, { stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  openssl('req', '-new', ...curve, '-subj', '/CN=idp.test', '-addext', `subjectAltName=${names}`, '-out', request);
  openssl('x509', '-req', '-in', request, '-signkey', key, '-days', days, '-copy_extensions', 'copy', '-out', cert);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

export async function serveTls(identity: Certificate, answer: RequestListener, options: object = {}) {
  const server = createTlsServer({ ...identity, ...options }, answer);
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  return { url: `https://127.0.0.1:${port}`, port };
}

/** A CONNECT proxy that leads every name to `target`; with an `identity` it speaks TLS itself, and asks for a certificate. */
export async function proxyTo(target: number, credentials?: string, identity?: Certificate, met: (socket: TLSSocket) => void = () => {}) {
  const connects: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const asking = { requestCert: true, rejectUnauthorized: false };
  const server = identity === undefined ? createServer() : createTlsServer({ ...identity, ...asking }).on('secureConnection', met);
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    connects.push(request.url ?? '');
    authorizations.push(request.headers['proxy-authorization']);
    if (credentials !== undefined && request.headers['proxy-authorization'] !== `Basic ${Buffer.from(credentials).toString('base64')}`) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const onward = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  return { port: await listen(server), connects, authorizations };
}

/** A door whose waits are recorded and take no time, and whose log is kept. */
export function door(settings: HttpSettings = {}, host: Partial<Host> = {}) {
  const waits: number[] = [];
  const log: (LogFields & { event: string })[] = [];
  const clock: Clock = {
    now: () => 1_700_000_000_000,
    sleep: async (milliseconds) => void waits.push(milliseconds),
  };
  const keep = (event: string, fields: LogFields = {}): void => void log.push({ event, ...fields });
  const http = new NodeHttp({ proxyFor: () => undefined, ...host } as Host, clock, { debug: keep, info: keep }, settings);
  const get = (url: string, more: Partial<HttpRequest> = {}) => http.send({ method: 'GET', purpose: 'the key set', url, ...more });
  const post = (url: string, body = 'grant_type=password', more: Partial<HttpRequest> = {}) =>
    http.send({ method: 'POST', purpose: 'the token endpoint', url, body, ...more });
  return { http, get, post, waits, log };
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Runs a script that has `get(url)` in a process of its own; gives what it prints. Not execFileSync: the servers live in this process. */
export async function runWithDoor(script: string, env: Record<string, string> = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-door-'));
  const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--outfile=${join(folder, 'door.mjs')}`];
  execFileSync('node_modules/.bin/esbuild', ['src/core/http.ts', ...options]);
  writeFileSync(
    join(folder, 'run.mjs'),
    `import { NodeHttp } from './door.mjs';
    const http = new NodeHttp({ proxyFor: () => undefined }, { now: Date.now, sleep: async () => {} }, { debug: () => {}, info: () => {} }, {});
    const get = (url) => http.send({ method: 'GET', purpose: 'x', url });
    ${script}`,
  );
  const child = spawn(process.execPath, [join(folder, 'run.mjs')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  await once(child, 'close');
  return output;
}
