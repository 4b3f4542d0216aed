/** The pipeline as code: authenticate = settings → strategies → provider → tokens → verified claims → session. */
import { chooseClient } from './client.ts';
import type { Grant, ProviderInfo, Request } from './contracts.ts';
import { fail } from './errors.ts';
import { providerOptions } from './general-options.ts';
import { grantHost } from './grant-host.ts';
import { guarded } from './guard.ts';
import { inject, injectable } from './inject.ts';
import { Clock, Http, type Notice, Notices, Prompt } from './ports.ts';
import { type Client, Provider } from './provider.ts';
import { Registry } from './registry.ts';
import { requestFrom } from './request.ts';
import type { AccessToken, Session } from './session.ts';
import { sessionFrom } from './session-from.ts';
import { type Asking, Settings } from './settings.ts';
import { readTokenResponse } from './token-set.ts';
import { Verification } from './verification.ts';

/** Signing in, and what was signed in to. One object per configuration; nothing is shared between two. */
export interface Padlock extends AsyncDisposable {
  /** Always signs in. Throws PadlockError. */
  authenticate(request?: Request): Promise<Session>;
  /** A token that is still good for a minute, or a new one if no human is needed; else `auth_login_required`. */
  token(request?: Request): Promise<AccessToken>;
  /** The sessions this object signed in to and still holds. */
  sessions(): Promise<readonly Session[]>;
  /** Forgets a session, or the latest one, and revokes its refresh token where the provider can (RFC 7009). */
  logout(session?: Session): Promise<{ readonly revoked: boolean }>;
  /** Returns what ends the listening. */
  on(event: PadlockEvent, listener: (session: Session) => void): () => void;
}
export type PadlockEvent = 'acquired' | 'dropped';

/** What every sign-in needs, whatever the flow. */
const WHERE = { issuer: { ...providerOptions.issuer, required: true }, clientId: { ...providerOptions.clientId, required: true } } as const;

/** Seconds a token must still live to be handed out again. */
const MIN_TTL = 60;

@injectable()
export class PadlockPipeline implements Padlock {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #provider: Provider;
  readonly #verification: Verification;
  readonly #ports: { readonly clock: Clock; readonly http: Http; readonly prompt: Prompt; readonly notices: Notices };
  readonly #held = new Map<Session, { readonly client: Client; readonly key: string }>();
  readonly #pending = new Map<string, Promise<Session>>();
  readonly #listeners = new Map<PadlockEvent, Set<(session: Session) => void>>();
  readonly #ending = new AbortController();

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Provider) provider: Provider,
    @inject(Verification) verification: Verification,
    @inject(Clock) clock: Clock,
    @inject(Http) http: Http,
    @inject(Prompt) prompt: Prompt,
    @inject(Notices) notices: Notices,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#provider = provider;
    this.#verification = verification;
    this.#ports = { clock, http, prompt, notices };
  }

  async authenticate(request: Request = {}): Promise<Session> {
    const signal = this.#signal(request.signal);
    const asking: Asking = { prompt: this.#ports.prompt, signal };
    const warnings: Notice[] = [];
    const warn = (notice: Notice): void => {
      warnings.push(notice);
      this.#ports.notices.warn(notice);
    };

    const grant = await this.#grant();
    const { issuer, clientId } = await this.#settings.values(WHERE, `the ${grant.name} flow`, asking);
    const values = await this.#settings.values(grant.options ?? {}, `the ${grant.name} flow`, asking);
    const info = await this.#provider.info(issuer, clientId, signal);
    this.#applies(grant, values, info);
    const client = await chooseClient(this.#registry, this.#settings, info, asking);
    const asked = requestFrom(this.#settings, grant, request);
    const check = await this.#verification.prepare({ info, grant, request: asked, asking, signal, warn });
    if (grant.deprecated !== undefined && this.#settings.get('acceptDeprecated') !== true)
      warn({ code: 'deprecated_flow', message: grant.deprecated });

    const host = grantHost({ grant, values, client, request: asked, signal }, this.#provider, this.#ports);
    const response = await guarded(this.#registry.origin('grant', grant.name), () => grant.acquire(values, host), isAnswer, signal);
    const tokens = readTokenResponse(response, this.#ports.clock.now());
    const verified = await check(tokens);
    const session = sessionFrom({ profile: this.#profile(), grant, info, request: asked, tokens, verified, warnings, warn });
    this.#held.set(session, { client, key: keyOf(request) });
    this.#emit('acquired', session);
    return session;
  }

  async token(request: Request = {}): Promise<AccessToken> {
    const key = keyOf(request);
    const soon = this.#ports.clock.now() + MIN_TTL * 1000;
    for (const [session, held] of this.#held)
      if (held.key === key && session.access.expiresAt !== undefined && session.access.expiresAt.getTime() > soon) return session.access;
    const pending = this.#pending.get(key) ?? this.#acquireAlone(request).finally(() => this.#pending.delete(key));
    this.#pending.set(key, pending);
    return (await pending).access;
  }

  async sessions(): Promise<readonly Session[]> {
    return [...this.#held.keys()];
  }

  async logout(session: Session | undefined = [...this.#held.keys()].at(-1)): Promise<{ readonly revoked: boolean }> {
    const held = session && this.#held.get(session);
    if (session === undefined || held === undefined) return { revoked: false };
    this.#held.delete(session);
    this.#emit('dropped', session);
    const revoked =
      session.refreshToken !== undefined &&
      (await this.#provider.revoke(held.client, session.refreshToken, 'refresh_token', this.#signal()));
    return { revoked };
  }

  on(event: PadlockEvent, listener: (session: Session) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#held.clear();
  }

  #profile(): string | undefined {
    const profile = this.#settings.get('profile');
    return typeof profile === 'string' ? profile : undefined;
  }

  async #grant(): Promise<Grant> {
    const flow = this.#settings.get('flow');
    if (typeof flow !== 'string')
      fail('usage_missing_flow', 'No flow was chosen.', { hint: `Choose one of ${this.#registry.names('grant').join(', ')}.` });
    return this.#registry.use('grant', flow);
  }

  #applies(grant: Grant, values: unknown, info: ProviderInfo): void {
    const applicable = grant.applies?.(values, info) ?? true;
    if (applicable !== true) fail('client_unsupported_grant', `The ${grant.name} flow cannot be used here: ${applicable.no}.`);
  }

  /** Signs in for `token()`, where nobody may be asked. */
  async #acquireAlone(request: Request): Promise<Session> {
    const grant = await this.#grant();
    const lacks = Object.entries(grant.options ?? {}).filter(
      ([key, { required, default: preset }]) => required && preset === undefined && !this.#settings.has(key),
    );
    if (grant.interactive === true || lacks.length > 0)
      fail('auth_login_required', `The ${grant.name} flow needs you.`, { hint: 'Sign in first, or allow this command to ask.' });
    return this.authenticate(request);
  }

  #signal(signal?: AbortSignal): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
  }

  #emit(event: PadlockEvent, session: Session): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(session);
  }
}

const isAnswer = (response: unknown): boolean =>
  typeof response === 'object' && response !== null && typeof (response as { access_token?: unknown }).access_token === 'string';

const keyOf = ({ scope, audience, resource, params }: Request): string => JSON.stringify([scope, audience, resource, params]);
