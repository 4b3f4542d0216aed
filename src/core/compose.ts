/** The container of one Padlock: which class stands behind which token, and for how long. Everything lives as long as its container. */
import { CacheSettings, DocumentCache } from './cache.ts';
import { Chain } from './chain.ts';
import type { Plugin, Strategy } from './contracts.ts';
import { generalOptions } from './general-options.ts';
import { type HeadlessPorts, headlessPorts } from './headless.ts';
import { HttpSettings, NodeHttp } from './http.ts';
import { type Class, type Container, createContainer, provide, provideClass, resolve } from './inject.ts';
import { KnownProvider } from './known-provider.ts';
import { Online } from './online.ts';
import { PadlockPipeline } from './padlock.ts';
import { AllowedOrigins, originsOf } from './padlock-fetch.ts';
import { AlgorithmPins } from './pins.ts';
import { registerPlugin } from './plugin-record.ts';
import { Browser, Clock, Files, Host, Http, Log, Notices, type Ports, Prompt } from './ports.ts';
import { Provider } from './provider.ts';
import { Refresher } from './refresher.ts';
import { Registry } from './registry.ts';
import { Redactor } from './secret.ts';
import { SessionEvents } from './session-events.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SessionLookup } from './session-lookup.ts';
import { App, Sessions } from './sessions.ts';
import { Settings } from './settings.ts';
import { SignIn } from './sign-in.ts';
import { StoreOpener } from './store-opener.ts';
import { TokenSource } from './token-source.ts';
import { Turns } from './turns.ts';
import { Verification } from './verification.ts';

/** A container with a registry that knows the strategies and the plugins; nothing of the world is in it yet. Throws `plugin_*`. */
export function createRegistry(
  strategies: readonly Strategy[],
  plugins: readonly Plugin[] = [],
): { readonly container: Container; readonly registry: Registry; readonly redactor: Redactor } {
  const container = createContainer();
  const registry = new Registry(container);
  const redactor = new Redactor();
  provide(container, Registry, registry);
  provide(container, Redactor, redactor);
  registry.declare(generalOptions);
  for (const strategy of strategies) registry.add(strategy);
  for (const plugin of plugins) registerPlugin(registry, plugin);
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

/** Puts the world and the settings into the container and builds the pipeline. */
export function wire(container: Container, { app = 'default', settings, ports, ca, allowedOrigins = [] }: Wiring): PadlockPipeline {
  const world = headlessPorts(ports);
  const timeout = settings.get('timeout');
  if (typeof timeout === 'number') resolve(container, Registry).patience = timeout;
  provide(container, Settings, settings);
  provide(container, App, app);
  provide(container, AllowedOrigins, originsOf(allowedOrigins));
  provide(container, HttpSettings, { timeout: typeof timeout === 'number' ? timeout : undefined, ca });
  provide(container, CacheSettings, { files: settings.get('noCache') === true ? undefined : world.files, ca });
  providePorts(container, world);
  for (const service of SERVICES) provideClass<unknown>(container, service, service);
  return resolve(container, PadlockPipeline);
}

/** One of each per container. */
const SERVICES: readonly Class[] = [
  DocumentCache,
  KnownProvider,
  Provider,
  AlgorithmPins,
  Verification,
  Chain,
  SignIn,
  StoreOpener,
  Sessions,
  SessionLookup,
  Refresher,
  Turns,
  SessionEvents,
  SessionKeeper,
  TokenSource,
  Online,
  PadlockPipeline,
];

function providePorts(container: Container, ports: HeadlessPorts): void {
  provide(container, Clock, ports.clock);
  provide(container, Prompt, ports.prompt);
  provide(container, Browser, ports.browser);
  provide(container, Files, ports.files);
  provide(container, Host, ports.host);
  provide(container, Log, ports.log);
  provide(container, Notices, ports.notices);
  if (ports.http === undefined) provideClass(container, Http, NodeHttp);
  else provide(container, Http, ports.http);
}
