/**
 * Connections through an HTTP proxy: CONNECT (RFC 9110 §9.3.6), then TLS to the target inside. Written here because a proxy that accepts
 * and stays silent must end with the request, and because the proxy's password must not reach a debug log.
 */
import type { Agent, AgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { fail, PadlockError } from './errors.ts';
import { parseUrl } from './url.ts';

/** What a request hands to its agent; `closing` ends a CONNECT that nobody waits for any more. */
export interface TunnelOptions {
  readonly closing?: AbortSignal;
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly servername?: string;
}

type Done = (error: Error | null, socket?: Duplex) => void;

const refused = (proxy: URL, what: string): PadlockError =>
  new PadlockError('net_proxy', { message: `The proxy ${proxy.host} ${what}.`, hint: 'Check HTTPS_PROXY and NO_PROXY.' });

/** A proxy's URL; without a scheme it is http. Throws `net_proxy`, never quoting it: it may hold a password. */
export function proxyUrl(text: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = parseUrl(full) ?? fail('net_proxy', 'The proxy is not a URL.', { hint: 'Check HTTPS_PROXY.' });
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    fail('net_proxy', `The proxy ${url.host} is neither http nor https; others are not supported.`, {
      hint: 'Check HTTPS_PROXY and ALL_PROXY.',
    });
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare % in a password: meant literally
  }
}

const authorization = ({ username, password }: URL): Record<string, string> =>
  username === '' && password === ''
    ? {}
    : { 'proxy-authorization': `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}` };

/** An agent whose connections go through `proxy`. `options` are for TLS to the target, `toProxy` for TLS to the proxy where it speaks that. */
export async function tunnelAgent(proxy: URL, options: AgentOptions, toProxy: AgentOptions): Promise<Agent> {
  const [https, tls] = await Promise.all([import('node:https'), import('node:tls')]);
  const { request } = proxy.protocol === 'https:' ? https : await import('node:http');
  const { secureContext } = options;
  const { secureContext: contextToProxy } = toProxy;

  const connect = (target: TunnelOptions, done: Done): undefined => {
    const host = target.host?.includes(':') ? `[${target.host}]` : target.host;
    const path = `${host}:${target.port}`;
    const asking = request({
      // not the URL itself: Node would decode its password, and fail on a bare %
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path,
      agent: false,
      rejectUnauthorized: true,
      headers: { host: path, ...authorization(proxy) },
      ...(contextToProxy && { secureContext: contextToProxy }),
      ...(target.closing && { signal: target.closing }),
    });
    asking.once('error', (error: Error & { code?: string }) => done(refused(proxy, `could not be used (${error.code ?? 'unknown'})`)));
    asking.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) {
        done(null, tls.connect({ ...(target as object), ...(secureContext && { secureContext }), socket }));
        return;
      }
      socket.destroy();
      done(refused(proxy, statusCode === 407 ? 'wants another user name or password (407)' : `refused with status ${statusCode}`));
    });
    asking.end();
  };
  return Object.assign(new https.Agent(options), { createConnection: connect as Agent['createConnection'] });
}
