/** What a strategy is. Anything a user chooses by name is one of these records. */
import type { Fail } from './errors.ts';
import type { Finding } from './finding.ts';
import type { Class } from './inject.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Demands, Form, ProviderInfo, Request, SendOptions, TokenResponse } from './messages.ts';
import type { Options } from './options.ts';
import type { Aids, Clock, Files, Host, HttpRequest, HttpResponse, Log, Notice, Question, TlsIdentity } from './ports.ts';
import type { PresetBehaviour, PresetFacts } from './preset.ts';
import type { Reach, SessionStore } from './store.ts';
import type { Proof, VerifierHost } from './verifier-host.ts';
import type { View } from './view.ts';

/** Can this strategy do its work here? The reason is for a human. */
export type Applicable = true | { readonly no: string };

/** Values arrive as declared: an absent optional one is undefined, a secret is a plain string. */
// biome-ignore lint/suspicious/noExplicitAny: each strategy types its own values; `defineStrategy`-free records stay plain objects
export type Values = any;

interface Named {
  /** Kebab-case; what the user types. */
  readonly name: string;
  /** A few words for lists and help, lower case, without a full stop. */
  readonly summary: string;
  readonly options?: Options;
}

/**
 * What a grant may ask for. A plugin's grant that waits for none of this for `timeout` seconds ends in `plugin_timeout`; to wait for something
 * of its own it races that with `sleep`.
 */
export interface GrantHost {
  readonly provider: ProviderInfo;
  readonly request: Request;
  readonly signal: AbortSignal;
  /** POSTs a grant to the token endpoint with the client's authentication and the request's scope, audience, resource and params. */
  exchange(grantType: string, form: Form, options?: SendOptions): Promise<TokenResponse>;
  /**
   * POSTs to another endpoint by its name in the metadata, as `device_authorization_endpoint`, with the client's authentication and what is
   * asked for. Returns the JSON object of a 2xx answer. Throws what the token endpoint throws, and `client_unsupported_grant` where the
   * provider has no such endpoint.
   */
  post(endpoint: string, form: Form, options?: SendOptions): Promise<JsonObject>;
  /** The authorization endpoint's URL with the client's id, these parameters and what is asked for (RFC 6749 §4.1.1). */
  authorizationUrl(form: Form, options?: SendOptions): string;
  /** What the ID token of the answer has to say. The host checks it. */
  demand(demands: Demands): void;
  /** `tell` hears how it ended, when all is checked and kept: `why` is a sentence, without secrets, where nobody is signed in. It is waited for. */
  afterwards(tell: (why: string | undefined) => unknown): void;
  /** Any other request: to the issuer's hosts, or to those the strategy's `hosts` names. */
  http(request: Omit<HttpRequest, 'signal'>): Promise<HttpResponse>;
  ask(question: Question): Promise<string>;
  /** A line to read now, before waiting. `event` is its machine form; a line without one is for people only. */
  show(line: string, event?: Readonly<Record<string, string | number>>, aids?: Aids): void;
  warn(notice: Notice): void;
  /** Opens the system's browser. False where there is none. */
  browse(url: string): Promise<boolean>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects when the sign-in is cancelled, or when `signal` aborts: a wait that nobody needs any more must not keep a process alive. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
  readonly fail: Fail;
}

/** What somebody who chooses among flows has to know: one or two sentences each. */
export interface Guide {
  readonly use: string;
  readonly avoid: string;
  readonly needs: string;
}

/** How tokens are obtained. */
export interface Grant extends Named {
  readonly kind: 'grant';
  /** Every built-in flow has one; `padlock strategies grant` and the documentation show it. */
  readonly guide?: Guide;
  /**
   * Whose tokens these are. Default: `user`. `given`: whoever the token is about that was handed in, a user or not: nothing is asked for by
   * itself, and no ID token is owed.
   */
  readonly subject?: 'user' | 'client' | 'given';
  /** A human has to take part each time. */
  readonly interactive?: boolean;
  /** False when the result must not outlive the call. */
  readonly storable?: boolean;
  /** Why the specifications discourage it; shown once per sign-in. */
  readonly deprecated?: string;
  /** It goes through a browser on this machine, unless its options say otherwise. */
  readonly browser?: boolean;
  /** The `grant_type` this flow sends, to compare with what discovery lists. */
  readonly grantType?: string;
  /** Options of which one at least has to be given; the flow `auto` passes it over where none is. */
  readonly oneOf?: readonly string[];
  hosts?(values: Values): readonly string[];
  applies?(values: Values, provider: ProviderInfo): Applicable;
  acquire(values: Values, host: GrantHost): Promise<TokenResponse>;
}

/** What a client authentication method may touch: the form and the headers of one request. */
export interface ClientAuthRequest {
  readonly provider: ProviderInfo;
  /** Where the request goes. */
  readonly url: string;
  readonly form: URLSearchParams;
  readonly headers: Map<string, string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * How the client proves itself at the token endpoint (RFC 6749 §2.3). The first one registered that applies is the default;
 * one that was chosen by name is used whether it applies or not.
 */
export interface ClientAuth extends Named {
  readonly kind: 'client-auth';
  /** Its name in `token_endpoint_auth_methods_supported`. */
  readonly method: string;
  applies(values: Values, provider: ProviderInfo): Applicable;
  authenticate(values: Values, request: ClientAuthRequest): void | Promise<void>;
  /** The certificate that the connection itself shows (RFC 8705 §2). */
  tls?(values: Values): TlsIdentity | Promise<TlsIdentity>;
}

/** How a token is verified. */
export interface Verifier extends Named {
  readonly kind: 'verifier';
  /**
   * `id` (default): the signature of an ID token. The others ask the provider about an access token: `access` is told what the token is
   * (RFC 7662 §2.2), `user` is told whom it is for.
   */
  readonly checks?: 'id' | 'access' | 'user';
  /** The JOSE `alg` values it can check; none where it asks the provider. */
  readonly algorithms: readonly string[];
  /** It reads the issuer's key set, so the host fetches that beside the token request. */
  readonly keySet?: boolean;
  applies?(values: Values, provider: ProviderInfo): Applicable;
  /** Bytes of the secret it would check with, if it has one: an HMAC is only expected where this is long enough. */
  keyLength?(values: Values): number | undefined;
  /** Throws `token_*` unless the signature, or what the provider says, is good. Returns what it proved; anything else is refused. */
  verify(token: string, values: Values, host: VerifierHost): Promise<Proof>;
}

export interface Style {
  /** Columns of the terminal, or undefined when the text goes elsewhere: then nothing is cut or folded. */
  readonly width: number | undefined;
  readonly colour: boolean;
}

/** How an answer is printed. Claims are hostile text; the formatter's output goes to a terminal as it is. */
export interface Formatter extends Named {
  readonly kind: 'formatter';
  /** For programs: warnings go into the document, errors are JSON on stderr. */
  readonly machine?: boolean;
  /** It prints tokens and nothing else; where there are both, this one unless another is asked for. */
  readonly token?: 'access' | 'id';
  /** Returns the text without a final newline. */
  format(view: View, style: Style): string | Promise<string>;
}

export interface SourceHost {
  env(name: string): string | undefined;
  /** UTF-8 text of a file; a relative path is taken from the file that names it. */
  read(path: string): Promise<string>;
  run(command: readonly string[]): Promise<string>;
  /** A request to one of the hosts that the source's `hosts` names. */
  http(request: Omit<HttpRequest, 'signal' | 'identity'>): Promise<HttpResponse>;
  readonly fail: Fail;
}

/** Where a secret or an identity token comes from: the key of a reference in a profile, as in `{ file: /run/secrets/x }`. */
export interface Source extends Named {
  readonly kind: 'source';
  /** What its one argument is called at length, as in `{ source: file, path: /run/secrets/x }`. One called `path` is a path. */
  readonly argument?: string;
  hosts?(argument: JsonValue, env: (name: string) => string | undefined): readonly string[];
  /** `argument` is what stands behind the key, null where nothing does. One trailing newline is the caller's to remove. */
  read(argument: JsonValue, host: SourceHost): Promise<string>;
}

export interface StoreHost {
  /** Undefined where nothing can be kept on a disk. */
  readonly files: Files | undefined;
  readonly host: Host;
  readonly clock: Clock;
  readonly log: Log;
  readonly fail: Fail;
}

/** Where sessions live. */
export interface Store extends Named {
  readonly kind: 'store';
  /** Who shares it; the contract suite tests that much. */
  readonly reach: Reach;
  applies?(values: Values, host: StoreHost): Applicable | Promise<Applicable>;
  /** Opens it, creating what is missing. Throws `store_*`, `keyring_unavailable`, `config_missing_credential`. */
  open(values: Values, host: StoreHost): Promise<SessionStore>;
  /** Removes everything it keeps, its key too, also where it cannot be opened any more. */
  erase?(values: Values, host: StoreHost): Promise<void>;
  /** What `padlock doctor` tells of it: where things are, who may read them, what can be lost. It creates nothing, and `values` may lack what is required. */
  examine?(values: Values, host: StoreHost): Promise<readonly Finding[]>;
}

/** A well-known provider: its issuer as a template of parameters, and what else is known of it. Every option it declares says where it is. */
export interface ProviderPreset extends Named, PresetFacts, PresetBehaviour {
  readonly kind: 'provider';
}

interface Kinds {
  readonly grant: Grant;
  readonly 'client-auth': ClientAuth;
  readonly verifier: Verifier;
  readonly formatter: Formatter;
  readonly source: Source;
  readonly store: Store;
  readonly provider: ProviderPreset;
}
export type Kind = keyof Kinds;
export const KINDS: readonly Kind[] = ['grant', 'client-auth', 'verifier', 'formatter', 'source', 'store', 'provider'];
/** A strategy of a kind, ready to run. */
export type StrategyOf<K extends Kind> = Kinds[K];

type Methods<S> = { [K in keyof S as NonNullable<S[K]> extends (...parameters: never[]) => unknown ? K : never]: S[K] };
type Facts<S> = Omit<S, keyof Methods<S>>;
/** The parts of a strategy that run. */
export type Behaviour<S> = Methods<S>;

/**
 * A strategy as it is registered: its facts are static (help reads them), and its behaviour is in the record itself,
 * in a class the container builds, behind a factory, or in a module that is loaded when it is chosen.
 */
export type Recorded<S> =
  | S
  | (Facts<S> & { readonly use: Class<Behaviour<S>> })
  | (Facts<S> & { readonly load: () => Promise<Behaviour<S>> });

export type Strategy = { [K in Kind]: Recorded<StrategyOf<K>> }[Kind];

/** Strategies from outside. Needs nothing from Padlock at run time. */
export interface Plugin {
  readonly apiVersion: 1;
  /** Lower case letters, digits and dashes; the prefix of its own error codes (with `_`). */
  readonly name: string;
  readonly strategies: readonly Strategy[];
}
