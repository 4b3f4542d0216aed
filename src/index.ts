/** The public door: no I/O, no environment, no output when it is imported or when a Padlock is made. */
import { builtIn } from './builtin.ts';
import { programLayer } from './core/call-layers.ts';
import { wire } from './core/compose.ts';
import type { Plugin, Recorded, Store } from './core/contracts.ts';
import { type Container, resolve } from './core/inject.ts';
import type { Request } from './core/messages.ts';
import { type Padlock, PadlockPipeline } from './core/padlock.ts';
import { readStrategy, registerPlugin } from './core/plugin-record.ts';
import type { Ports } from './core/ports.ts';
import { mergeSettings } from './core/settings.ts';

/** A value, or what fetches it when it is needed. */
export type Lazy<T> = T | (() => T | Promise<T>);

export interface PadlockOptions extends Omit<Request, 'signal'> {
  readonly issuer?: string;
  /** `auth0`, `okta`, `keycloak`, `entra`, `google`, … or one of a plugin: builds the issuer of its own options, which stand in `values`. */
  readonly provider?: string;
  readonly clientId?: string;
  /** `none`, `client-secret-post`, … Default: what fits the secret and the provider. */
  readonly clientAuth?: string;
  readonly clientSecret?: Lazy<string>;
  /** PEM or JWK: for `private-key-jwt`, or with a certificate for mutual TLS. */
  readonly privateKey?: Lazy<string>;
  /** PEM, with its chain. */
  readonly clientCertificate?: Lazy<string>;
  /** What somebody else signed for this client: a workload's identity. Fetched anew for each request. */
  readonly clientAssertion?: Lazy<string>;
  /** `password`, `client-credentials`, … or one of a plugin. */
  readonly flow?: string;
  /** For ID tokens: `auto` (default), `jwks`, `shared-secret`; for access tokens: `introspection` or `userinfo`; or of a plugin. One of each. */
  readonly verifier?: string | readonly string[];
  /** Refuse an access token that cannot be verified. */
  readonly requireVerified?: boolean;
  /** Seconds for one request. Default: 30. */
  readonly timeout?: number;
  /** PEM of certificate authorities that are trusted besides the usual ones. */
  readonly ca?: string;
  /** Further options by name: what the chosen strategies declare. An unknown name is an error. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Whose sessions. Default: `default`; `padlock` shares those of the command line. */
  readonly app?: string;
  /** Where sessions are kept: `memory` (default), `file`, `redis`, … or a store of one's own. */
  readonly store?: string | Recorded<Store>;
  /** Where {@link Padlock.fetch} may take the token: `https://api.example.test`. Nothing else gets a byte. */
  readonly allowedOrigins?: readonly string[];
  readonly plugins?: readonly Plugin[];
  /** Replaces parts of the outside world. By default there is a clock and the network, and nobody to ask. */
  readonly ports?: Partial<Ports>;
}

/** What `options` say, by option key: the names that declarations use. */
export const valuesFrom = ({
  allowedOrigins: _allowedOrigins,
  app: _app,
  ca: _ca,
  authorizationDetails,
  params,
  plugins: _plugins,
  ports: _ports,
  store,
  values,
  ...rest
}: PadlockOptions): Readonly<Record<string, unknown>> => ({
  ...rest,
  ...(authorizationDetails !== undefined && { authorizationDetails: JSON.stringify(authorizationDetails) }),
  ...(params !== undefined && { param: params }),
  ...(store !== undefined && { store: typeof store === 'string' ? store : store.name }),
  ...values,
});

/** A container with a Padlock in it, for tools that resolve from it themselves. */
export function createPadlockContainer(options: PadlockOptions): Container {
  const { container, redactor, registry } = builtIn();
  for (const plugin of options.plugins ?? []) registerPlugin(registry, plugin);
  if (typeof options.store === 'object') registry.add(readStrategy(options.store, 'store'));
  const settings = mergeSettings([programLayer(registry, valuesFrom(options))], registry, redactor);
  const { allowedOrigins, app, ca, ports = {} } = options;
  return wire(container, { settings, ports, ca, app, allowedOrigins });
}

/** A Padlock of its own, configured by `options` alone. Throws PadlockError for what is wrong with them. */
export const createPadlock = (options: PadlockOptions): Padlock => resolve(createPadlockContainer(options), PadlockPipeline);

export type { Claims } from './core/claims.ts';
export type {
  Applicable,
  ClientAuth,
  ClientAuthRequest,
  Formatter,
  Grant,
  GrantHost,
  Guide,
  Plugin,
  ProviderPreset,
  Recorded,
  Source,
  SourceHost,
  Store,
  StoreHost,
  Strategy,
  Style,
  Verifier,
} from './core/contracts.ts';
export { type About, type Category, type ErrorCode, EXIT_CODES, isPadlockError, PadlockError } from './core/errors.ts';
export type { Finding } from './core/finding.ts';
export type { JsonObject, JsonValue } from './core/json-value.ts';
export type { Demands, Form, Metadata, ProviderInfo, Request, SendOptions, TokenResponse } from './core/messages.ts';
export type { Option, Options } from './core/options.ts';
export type { ListedSession, LogoutOptions, Padlock } from './core/padlock.ts';
export type {
  Browser,
  Clock,
  Files,
  Host,
  Http,
  HttpRequest,
  HttpResponse,
  Log,
  Notice,
  Notices,
  Ports,
  Prompt,
  Question,
} from './core/ports.ts';
export type { AccessToken, Identity, IdToken, Session, User, Verdict } from './core/session.ts';
export type { PadlockEvent, SessionListener } from './core/session-events.ts';
export type { Lease, Reach, SessionStore, StoredEntry } from './core/store.ts';
export type { GetTokenOptions, TokenCredential } from './core/token-credential.ts';
export type { TokenRequest } from './core/token-source.ts';
export type { Proof, VerifierHost } from './core/verifier-host.ts';
export type { Column, Row, View } from './core/view.ts';
