/** One sign-in, from settings to a verified session; nothing is stored here. */

import { isAuto, namedFlow } from './auto.ts';
import { Chain } from './chain.ts';
import { chooseClient } from './client.ts';
import type { Client } from './client-identity.ts';
import type { Grant, Values } from './contracts.ts';
import { newDpopKey } from './dpop.ts';
import { fail } from './errors.ts';
import { factorOptions } from './factor-options.ts';
import { providerOptions } from './general-options.ts';
import { grantHost } from './grant-host.ts';
import { guarded, whyNot } from './guard.ts';
import { inject, injectable } from './inject.ts';
import type { Demands, ProviderInfo, Request } from './messages.ts';
import { Outcome } from './outcome.ts';
import { Browser, Clock, Http, type Notice, Notices, type Ports, Prompt } from './ports.ts';
import { Provider } from './provider.ts';
import { Registry } from './registry.ts';
import { requestFrom } from './request.ts';
import type { FactorInput } from './second-factor.ts';
import { Redactor } from './secret.ts';
import type { Session } from './session.ts';
import { sessionFrom } from './session-from.ts';
import { type Asking, Settings } from './settings.ts';
import { readTokenResponse } from './token-set.ts';
import { Verification } from './verification.ts';

/** What every sign-in needs, whatever the flow. */
const WHERE = { issuer: { ...providerOptions.issuer, required: true }, clientId: { ...providerOptions.clientId, required: true } } as const;

/** A session, and what is needed to go on with it. */
export interface SignedIn {
  readonly session: Session;
  readonly client: Client;
  readonly grant: Grant;
  /** What the access token was asked for with, defaults included. */
  readonly request: Request;
  /** Every resource that the sign-in named; the access token may be for one of them only. */
  readonly resources: readonly string[];
  /** The values that the flow declared as identity. */
  readonly who: Readonly<Record<string, string>>;
  /** To be ended once the session is kept. */
  readonly outcome: Outcome;
}

@injectable()
export class SignIn {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #provider: Provider;
  readonly #verification: Verification;
  readonly #chain: Chain;
  readonly #redactor: Redactor;
  readonly #ports: Pick<Ports, 'browser' | 'clock' | 'http' | 'notices' | 'prompt'>;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Provider) provider: Provider,
    @inject(Verification) verification: Verification,
    @inject(Chain) chain: Chain,
    @inject(Clock) clock: Clock,
    @inject(Http) http: Http,
    @inject(Prompt) prompt: Prompt,
    @inject(Notices) notices: Notices,
    @inject(Browser) browser: Browser,
    @inject(Redactor) redactor: Redactor,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#provider = provider;
    this.#verification = verification;
    this.#chain = chain;
    this.#redactor = redactor;
    this.#ports = { browser, clock, http, notices, prompt };
  }

  /** Signs in. `human`: somebody may take part, if the flow is not named. Throws PadlockError. */
  async run(request: Request, signal: AbortSignal, human: boolean): Promise<SignedIn> {
    const asking: Asking = { prompt: this.#ports.prompt, signal };
    const warnings: Notice[] = [];
    const warn = (notice: Notice): void => {
      warnings.push(notice);
      this.#ports.notices.warn(notice);
    };
    const { grant, info, values } = await this.#chosen(asking, human);
    const asked = requestFrom(this.#settings, grant, request, info.preset);
    const dpop = asked.dpop === true ? await newDpopKey(info.metadata.dpop_signing_alg_values_supported) : undefined;
    const client: Client = { ...(await chooseClient(this.#registry, this.#settings, info, asking, this.#ports.clock)), dpop };
    const check = await this.#verification.prepare({ info, client, grant, request: asked, asking, signal, warn });
    if (grant.deprecated !== undefined && this.#settings.get('acceptDeprecated') !== true)
      warn({ code: 'deprecated_flow', message: grant.deprecated });

    let demands: Demands = {};
    const demand = (more: Demands): void => {
      demands = { ...demands, ...more };
    };
    let first: Request = asked;
    const narrow = (resource: string): void => {
      first = { ...asked, resource: [resource] };
    };
    const factor = this.#factor(signal, human);
    const origin = this.#registry.origin('grant', grant.name);
    const outcome = new Outcome(this.#redactor, signal, origin);
    const call = { grant, values, client, request: asked, signal, warn, demand, outcome, narrow, factor, redactor: this.#redactor };
    const host = grantHost(call, this.#provider, this.#ports);
    const session = await outcome.part(async () => {
      const response = await guarded(origin, () => grant.acquire(values, host), isAnswer, signal);
      const tokens = readTokenResponse(response, this.#ports.clock.now());
      const verified = await check(tokens, demands);
      const profile = this.#settings.text('profile');
      return sessionFrom({ profile, grant, info, request: asked, tokens, dpop, clock: this.#ports.clock, verified, warnings, warn });
    });
    this.#chain.won(grant.name);
    return { session, client, grant, request: first, resources: asked.resource ?? [], who: identityOf(grant, values), outcome };
  }

  /** What the settings say about a second factor. A code is fetched when it is needed, and not before. */
  #factor(signal: AbortSignal, mayAsk: boolean): FactorInput {
    return {
      mfa: this.#settings.text('mfa'),
      mayAsk,
      has: (code) => this.#settings.has(code),
      get: async (code) =>
        (await this.#settings.values({ [code]: factorOptions[code] }, 'the second factor', { signal }))[code] as string | undefined,
    };
  }

  /** Would signing in now have to ask somebody? */
  needsHuman(): boolean {
    const flow = namedFlow(this.#settings);
    return flow === undefined ? !isAuto(this.#settings) || !this.#chain.mayBeUnattended() : !this.#chain.isUnattended(flow);
  }

  /** The flow, what it declared, and where it goes. All that is missing is asked for before the first request, where the flow is known by then. */
  async #chosen(asking: Asking, human: boolean): Promise<{ grant: Grant; info: ProviderInfo; values: Values }> {
    const flow = namedFlow(this.#settings);
    if (flow === undefined && !isAuto(this.#settings))
      fail('usage_missing_flow', 'No flow was chosen.', { hint: `Choose one of ${this.#registry.names('grant').join(', ')}.` });
    const named = flow === undefined ? undefined : await this.#registry.use('grant', flow);
    const preset = this.#settings.text('provider');
    if (preset !== undefined && !this.#settings.has('issuer'))
      await this.#settings.values(this.#registry.record('provider', preset).options ?? {}, `the provider ${preset}`); // names what it lacks
    const { issuer, clientId } = await this.#settings.values(WHERE, named === undefined ? 'signing in' : `the ${named.name} flow`, asking);
    const early = named && (await this.#settings.values(named.options ?? {}, `the ${named.name} flow`, asking));
    const info = await this.#provider.info(issuer, clientId, asking.signal);
    const grant = named ?? (await this.#chain.choose(info, human && this.#ports.prompt.available, asking));
    const values = early ?? (await this.#settings.values(grant.options ?? {}, `the ${grant.name} flow`, asking));
    applies(grant, values, info);
    return { grant, info, values };
  }
}

function applies(grant: Grant, values: unknown, info: ProviderInfo): void {
  const no = grant.applies && whyNot(grant.applies(values, info));
  if (no !== undefined) fail('client_unsupported_grant', `The ${grant.name} flow cannot be used here: ${no}.`);
}

/** What the flow declared to be part of who signs in; it is not secret. */
function identityOf({ options = {} }: Grant, values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const own = Object.entries(options).filter(([, { identity, secret }]) => identity === true && secret !== true);
  return Object.fromEntries(own.flatMap(([key]) => (values[key] === undefined ? [] : [[key, String(values[key])]])));
}

const isAnswer = (response: unknown): boolean =>
  typeof response === 'object' && response !== null && typeof (response as { access_token?: unknown }).access_token === 'string';
