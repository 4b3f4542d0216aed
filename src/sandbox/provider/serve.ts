/** Listens on loopback and puts oidc-provider behind the door. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { SandboxTls, Setup } from '../protocol.ts';
import { configuration } from './configuration.ts';
import { type Ask, door } from './door.ts';
import { registerJwtBearerGrant } from './jwt-bearer-grant.ts';
import { registerPasswordGrant } from './password-grant.ts';
import { Phone } from './phone.ts';
import { registerTokenExchangeGrant } from './token-exchange-grant.ts';

const HOST = '127.0.0.1';
/** Longer than a client keeps an idle connection, so that no request meets one that is being closed. */
const KEEP_ALIVE = 120_000;

/** Any certificate, or none, may be shown: what it proves is judged client by client. */
const tlsOptions = ({ cert, client, key }: SandboxTls): ServerOptions =>
  client === undefined ? { cert, key } : { cert, key, requestCert: true, rejectUnauthorized: false, ca: client.ca ?? client.cert };

/** Resolves when requests are answered. The issuer has the port in it, so listening comes first. */
export async function serve(setup: Setup, ask: Ask): Promise<{ readonly issuer: string; readonly port: number }> {
  let handle: RequestListener = () => {};
  const listener: RequestListener = (request, response) => handle(request, response);
  const server = setup.tls === undefined ? createHttp(listener) : createHttps(tlsOptions(setup.tls), listener);
  server.keepAliveTimeout = KEEP_ALIVE;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(setup.port, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const issuer = `${setup.tls === undefined ? 'http' : 'https'}://${HOST}:${port}`;
  const phone = new Phone();
  const provider = new Provider(issuer, configuration(setup, phone));
  registerPasswordGrant(provider);
  registerJwtBearerGrant(provider, setup);
  registerTokenExchangeGrant(provider, setup);
  provider.use(door(provider, phone, setup, ask) as Parameters<Provider['use']>[0]);
  // oxlint-disable-next-line typescript/no-misused-promises -- Koa answers every error itself
  handle = provider.callback();
  return { issuer, port };
}
