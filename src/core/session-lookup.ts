/** Which stored session a call means, and which of its access tokens. */

import { namedFlow } from './auto.ts';
import { inject, injectable } from './inject.ts';
import { issuerUrl } from './issuer-url.ts';
import { presetFacts } from './known-provider.ts';
import type { Request } from './messages.ts';
import { sameSet } from './refreshable.ts';
import { Registry } from './registry.ts';
import { requestFrom } from './request.ts';
import { type AccessRecord, accessKey } from './session-record.ts';
import { App, type Held, Sessions, type Wanted } from './sessions.ts';
import { Settings } from './settings.ts';
import { wishesOf } from './wishes.ts';

@injectable()
export class SessionLookup {
  readonly #registry: Registry;
  readonly #settings: Settings;
  readonly #sessions: Sessions;
  readonly #app: string;

  constructor(
    @inject(Registry) registry: Registry,
    @inject(Settings) settings: Settings,
    @inject(Sessions) sessions: Sessions,
    @inject(App) app: string,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#sessions = sessions;
    this.#app = app;
  }

  /** The session that the settings mean. */
  find(): Promise<Held | undefined> {
    return this.#sessions.find(this.#wanted());
  }

  /** Forgets what the settings mean, whether it can be read or not. */
  forget(): Promise<void> {
    return this.#sessions.forget(this.#wanted());
  }

  /** The access token for a request; none while what came with the last refresh was not verified. */
  async access(held: Held, request: Request): Promise<AccessRecord | undefined> {
    return held.record.pending ? undefined : held.record.access[accessKey(await this.asked(held, request))];
  }

  /** What is asked of a stored session: this call's wishes, else the settings', else what the sign-in asked for. */
  async asked({ record }: Held, request: Request): Promise<Request> {
    const wished = wishesOf(request);
    const grant = this.#registry.record('grant', record.identity.flow);
    const settled = requestFrom(this.#settings, grant, wished, presetFacts(this.#settings, this.#registry));
    const said = (key: string): boolean => key in wished || this.#settings.has(key === 'params' ? 'param' : key);
    const asked: Request = { ...record.request, ...Object.fromEntries(Object.entries(settled).filter(([key]) => said(key))) };
    // the resources of the sign-in are not those of each token
    return sameSet(asked.resource, record.resources) ? { ...asked, resource: record.request.resource ?? [] } : asked;
  }

  /** What signing in again in place of a stored session asks for: every resource that the session has, the wanted one first. */
  async again(held: Held, request: Request): Promise<Request> {
    const asked = await this.asked(held, request);
    const { request: before, resources = [] } = held.record;
    if (resources.length <= (before.resource ?? []).length) return asked;
    return { ...asked, resource: [...new Set([...(asked.resource ?? []), ...resources])] };
  }

  /**
   * What later calls without wishes ask for, after one signed in because it needed a token. A client signs in for each token, so that the
   * first one says nothing about the others.
   */
  async usual(): Promise<Request> {
    const flow = namedFlow(this.#settings);
    const grant = flow === undefined ? undefined : this.#registry.record('grant', flow);
    return grant === undefined || grant.subject === 'client'
      ? {}
      : requestFrom(this.#settings, grant, {}, presetFacts(this.#settings, this.#registry));
  }

  /** What a session that does not exist yet will be called, as far as that is known: those who would make it take turns by it. */
  expectedName(): Promise<string> {
    const { app, profile, issuer = '', clientId = '', flow = '', who = {} } = this.#wanted();
    return this.#sessions.nameOf({ app, profile, issuer, clientId, flow, who });
  }

  #wanted(): Wanted {
    const known = (key: string) => {
      const value = this.#settings.text(key);
      return value === undefined ? {} : { [key]: value };
    };
    const issuer = this.#settings.text('issuer');
    const flow = namedFlow(this.#settings);
    const who = Object.assign({}, ...this.#identityOptions().map(known)) as Record<string, string>;
    return {
      app: this.#app,
      profile: this.#settings.text('profile') ?? null,
      who,
      ...(issuer !== undefined && { issuer: issuerUrl(issuer, { name: 'The issuer', kind: 'config' }) }),
      ...known('clientId'),
      ...(flow !== undefined && { flow }),
    };
  }

  /** Options of the chosen flow that say who signs in. */
  #identityOptions(): readonly string[] {
    const flow = namedFlow(this.#settings);
    const { options = {} } = flow === undefined ? {} : this.#registry.record('grant', flow);
    return Object.entries(options)
      .filter(([, { identity, secret }]) => identity === true && secret !== true)
      .map(([key]) => key);
  }
}
