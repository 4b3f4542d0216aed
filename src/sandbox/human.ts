/** A human at the keyboard: answers questions and finishes what is opened in the browser. */
import type { Browser, Clock, Prompt } from '../core/ports.ts';
import { browse } from './browse.ts';

export interface HumanPorts {
  readonly prompt: Prompt;
  readonly browser: Browser;
  readonly clock: Clock;
}

export interface Scene {
  readonly issuer: string;
  readonly clock: Clock;
  /** Certificate the browser trusts, PEM. */
  readonly ca: string | undefined;
}

/** Types the password where a question is secret, takes the first of given choices, else types the user name. */
export function human(username: string, password: string, { issuer, clock, ca }: Scene): HumanPorts {
  const answers: Readonly<Record<string, string>> = { username, password };
  return {
    clock,
    prompt: {
      available: true,
      ask: async ({ secret, choices }, signal) => {
        signal?.throwIfAborted();
        return secret === true ? password : (choices?.[0]?.value ?? username);
      },
    },
    browser: {
      open: async (url) => {
        await browse(url, issuer, { fill: (field) => answers[field] }, ca);
        return true;
      },
    },
  };
}
