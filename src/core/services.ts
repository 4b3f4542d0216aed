/** What signs in, refreshes and signs out, and asks the provider: loaded by the first call that what is stored does not answer. */
import { token } from './inject.ts';
import type { Online } from './online.ts';
import type { Provider } from './provider.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { TokenSource } from './token-source.ts';
import type { Verification } from './verification.ts';
import type { VerifierChoice } from './verifier-choice.ts';

export interface Services {
  readonly keeper: SessionKeeper;
  readonly tokens: TokenSource;
  readonly provider: Provider;
  readonly verification: Verification;
  readonly choice: VerifierChoice;
  readonly online: Online;
}

/** Loads them: most commands never need them. */
export const Services = token<() => Promise<Services>>('Services');
