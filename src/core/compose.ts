/** The container of one Padlock: which class stands behind which token, and for how long. Everything lives as long as its container. */
import { AllowedOrigins, originsOf } from './allowed-origins.ts';
import { CacheSettings } from './cache-settings.ts';
import type { Strategy } from './contracts.ts';
import { generalOptions } from './general-options.ts';
import { headlessPorts } from './headless.ts';
import { HttpSettings } from './http-settings.ts';
import { type Class, type Container, createContainer, provide, provideClass, resolve } from './inject.ts';
import { once } from './once.ts';
import { PadlockPipeline } from './padlock.ts';
import { Browser, Clock, Files, Host, Http, Log, Notices, type Ports, Prompt } from './ports.ts';
import { Registry } from './registry.ts';
import { Redactor } from './secret.ts';
import { Services } from './services.ts';
import { SessionEvents } from './session-events.ts';
import { SessionLookup } from './session-lookup.ts';
import { App, Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import { StoreOpener } from './store-opener.ts';

/** A container with a registry that knows the strategies; nothing of the world is in it yet. */
export function createRegistry(strategies: readonly Strategy[]): {
  readonly container: Container;
  readonly registry: Registry;
  readonly redactor: Redactor;
} {
  const container = createContainer();
  const registry = new Registry(container);
  const redactor = new Redactor();
  provide(container, Registry, registry);
  provide(container, Redactor, redactor);
  registry.declare(generalOptions);
  for (const strategy of strategies) registry.add(strategy);
  return { container, registry, redactor };
}

export interface Wiring {
  readonly settings: Settings;
  readonly ports: Partial<Ports>;
  /** PEM of additional certificate authorities. */
  readonly ca?: string | undefined;
  /** Whose sessions. */
  readonly app?: string | undefined;
  /** Where `fetch` may take a token. */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/**
 * A container of its own for one set of settings, with the pipeline in it. The world goes into the registry's container, too: strategies are
 * built there.
 */
export function wire(container: Container, { app = 'default', settings, ports, ca, allowedOrigins = [] }: Wiring): Container {
  const world = headlessPorts(ports);
  const timeout = settings.get('timeout');
  if (typeof timeout === 'number') resolve(container, Registry).patience = timeout;
  const own = container.createChildContainer();
  provide(own, Settings, settings);
  provide(own, App, app);
  provide(own, AllowedOrigins, originsOf(allowedOrigins));
  provide(own, HttpSettings, { timeout: typeof timeout === 'number' ? timeout : undefined, ca });
  provide(own, CacheSettings, { files: settings.get('noCache') === true ? undefined : world.files, ca });
  provide(own, Services, async () => (await import('./wire-services.ts')).wireServices(own));
  const http = world.http ?? nodeHttp(own);
  for (const each of [container, own]) providePorts(each, { ...world, http });
  for (const service of SERVICES) provideClass<unknown>(own, service, service);
  return own;
}

/** What every call needs, also one that finds its token stored. One of each per container. */
const SERVICES: readonly Class[] = [StoreOpener, Sessions, SessionLookup, SessionEvents, PadlockPipeline];

function providePorts(container: Container, ports: Ports): void {
  provide(container, Clock, ports.clock);
  provide(container, Prompt, ports.prompt);
  provide(container, Browser, ports.browser);
  provide(container, Files, ports.files);
  provide(container, Host, ports.host);
  provide(container, Log, ports.log);
  provide(container, Notices, ports.notices);
  provide(container, Http, ports.http);
}

/** The network door, which is loaded by the first request. */
function nodeHttp(container: Container): Http {
  const door = once(async () => resolve(container, (await import('./http.ts')).NodeHttp));
  return { send: async (request) => (await door()).send(request) };
}
