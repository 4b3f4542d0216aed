/** What a grant may do while it runs, and nothing else: the provider's token endpoint, its hosts, the human, the clock. */

import type { Client } from './client-identity.ts';
import { continued } from './continuation.ts';
import type { Grant, GrantHost, Values } from './contracts.ts';
import { thumbprintOf } from './dpop.ts';
import { type About, fail, PadlockError } from './errors.ts';
import type { Demands, Form, ProviderInfo, Request, SendOptions } from './messages.ts';
import { quoted } from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Notice, Ports } from './ports.ts';
import type { Provider } from './provider.ts';
import { type FactorInput, withCode } from './second-factor.ts';
import type { Redactor } from './secret.ts';
import { parseUrl } from './url.ts';

/** Its requests stand for those of the authorization endpoint: what binds a code to a key goes here, too (RFC 9449 §10.1). */
const PAR = 'pushed_authorization_request_endpoint';

export interface GrantCall {
  readonly grant: Grant;
  readonly values: Values;
  readonly client: Client;
  readonly request: Request;
  readonly signal: AbortSignal;
  readonly warn: (notice: Notice) => void;
  /** Told what the ID token has to say. */
  readonly demand: (demands: Demands) => void;
  readonly outcome: Outcome;
  /** Told which of several resources the access token was asked for. */
  readonly narrow: (resource: string) => void;
  /** What the call says about a second factor. */
  readonly factor: FactorInput;
  readonly redactor: Redactor;
}

/** The host for one run of a grant. */
export function grantHost(
  { grant, values, client, request, signal, warn, demand, outcome, narrow, factor, redactor }: GrantCall,
  provider: Provider,
  ports: Pick<Ports, 'browser' | 'clock' | 'http' | 'notices' | 'prompt'>,
): GrantHost {
  const declared: unknown = grant.hosts?.(values) ?? [];
  if (!Array.isArray(declared)) fail('plugin_contract', `The flow ${quoted(grant.name)} did not return a list of hosts.`);
  const allowed = hostsOf(client.info, declared as readonly string[]);
  /** Of what an earlier request asked for, the resource is named again where the token is asked for: one, for one token (RFC 8707 §2.2). */
  const redeeming = ({ asked = true }: SendOptions = {}): Request => {
    const [first] = request.resource ?? [];
    if (asked || first === undefined) return wishes({ asked });
    narrow(first);
    return { resource: [first], signal };
  };
  const wishes = ({ asked = true }: SendOptions = {}): Request => ({ ...(asked && request), signal });
  const bound = (form: Form): Form => (client.dpop === undefined ? form : { ...form, dpop_jkt: thumbprintOf(client.dpop) });
  return Object.freeze({
    provider: client.info,
    request,
    signal,
    async exchange(grantType, form, options) {
      const sent = { ...form, ...(await withCode(client.info.preset?.otpParameter, grantType, factor)) };
      const asked = redeeming(options);
      try {
        return await provider.exchange(client, grantType, sent, asked);
      } catch (error) {
        return continued(error, { client, provider, ports, factor, request: asked, warn, redactor });
      }
    },
    post: (endpoint, form, options) => provider.post(client, endpoint, endpoint === PAR ? bound(form) : form, wishes(options)),
    authorizationUrl: (form, options) =>
      provider.authorizationUrl(client.info, form.request_uri === undefined ? bound(form) : form, wishes(options)),
    demand,
    afterwards: (tell) => outcome.to(tell),
    http(call) {
      const { host } = new URL(call.url);
      if (!allowed.has(host))
        fail(
          'plugin_contract',
          `The flow ${quoted(grant.name)} may not call ${quoted(host)}: it is neither the issuer's nor among its hosts.`,
        );
      return ports.http.send({ ...call, signal });
    },
    ask: (question) => ports.prompt.ask(question, signal),
    show: (line, event, aids) => ports.notices.show(line, event, aids),
    warn,
    browse: (url) => ports.browser.open(url),
    now: () => ports.clock.now(),
    sleep: (seconds, own) => ports.clock.sleep(seconds * 1000, own === undefined ? signal : AbortSignal.any([signal, own])),
    fail(code: string, about: About = {}): never {
      throw new PadlockError(code, about);
    },
  } satisfies GrantHost);
}

/** Hosts of the issuer and of every endpoint it published, and those that the grant declared. */
function hostsOf({ issuer, metadata }: ProviderInfo, declared: readonly string[]): ReadonlySet<string> {
  const published = [issuer, ...Object.values(metadata)].flatMap((value) =>
    typeof value === 'string' ? (parseUrl(value)?.host ?? []) : [],
  );
  return new Set([...published, ...declared]);
}
