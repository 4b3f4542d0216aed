/** Which classes sign in, refresh and sign out. One of each per wired container, built when it is first needed. */

import { DocumentCache } from './cache.ts';
import { Chain } from './chain.ts';
import { type Class, type Container, provideClass, provides, resolve } from './inject.ts';
import { KnownProvider } from './known-provider.ts';
import { Online } from './online.ts';
import { AlgorithmPins } from './pins.ts';
import { Provider } from './provider.ts';
import { Refresher } from './refresher.ts';
import type { Services } from './services.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SignIn } from './sign-in.ts';
import { TokenSource } from './token-source.ts';
import { Turns } from './turns.ts';
import { Verification } from './verification.ts';
import { VerifierChoice } from './verifier-choice.ts';

const CLASSES: readonly Class[] = [
  DocumentCache,
  KnownProvider,
  Provider,
  AlgorithmPins,
  VerifierChoice,
  Verification,
  Chain,
  SignIn,
  Refresher,
  Turns,
  SessionKeeper,
  TokenSource,
  Online,
];

/** Puts them into a container that was wired; what is there already stays. */
export function wireServices(container: Container): Services {
  for (const one of CLASSES) if (!provides(container, one)) provideClass<unknown>(container, one, one);
  return {
    get keeper() {
      return resolve(container, SessionKeeper);
    },
    get tokens() {
      return resolve(container, TokenSource);
    },
    get provider() {
      return resolve(container, Provider);
    },
    get verification() {
      return resolve(container, Verification);
    },
    get choice() {
      return resolve(container, VerifierChoice);
    },
    get online() {
      return resolve(container, Online);
    },
  };
}
