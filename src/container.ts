/**
 * The container itself, for tools that use tsyringe too: its tokens, its services, and our tsyringe,
 * since another copy does not know our classes.
 */

import type { Container } from './core/inject.ts';
import { wireServices } from './core/wire-services.ts';
import { createPadlockContainer as createLightContainer, type PadlockOptions } from './index.ts';

export { type Container, createContainer, inject, injectable, provide, provideClass, resolve, type Token, token } from './core/inject.ts';
export { PadlockPipeline } from './core/padlock.ts';
export { Browser, Clock, Files, Host, Http, Log, Notices, Prompt } from './core/ports.ts';
export { Provider } from './core/provider.ts';
export { Registry } from './core/registry.ts';
export { Redactor, Secret } from './core/secret.ts';
export { Settings } from './core/settings.ts';
export { Verification } from './core/verification.ts';
export type { PadlockOptions } from './index.ts';

/** A container with a Padlock in it, and every service of it, for tools that resolve from it themselves. */
export function createPadlockContainer(options: PadlockOptions): Container {
  const container = createLightContainer(options);
  wireServices(container);
  return container;
}
