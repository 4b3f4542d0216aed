/** A human at the keyboard: answers questions and finishes what is opened in the browser. */
import type { Browser, Clock, Notices, Prompt } from '../core/ports.ts';
import { browse } from './browse.ts';

export interface HumanPorts {
  readonly prompt: Prompt;
  readonly browser: Browser;
  readonly notices: Notices;
  readonly clock: Clock;
}

export interface Scene {
  readonly issuer: string;
  readonly clock: Clock;
  /** Certificate the browser trusts, PEM. */
  readonly ca: string | undefined;
}

/** Where the phone of the user is, at the issuer. */
const PHONE = '/phone';

/**
 * Types the password where a question is secret, takes the first of given choices, else types the user name. Enters codes of devices where
 * they are shown to be entered, and confirms on the phone what waits there.
 */
export function human(username: string, password: string, { issuer, clock, ca }: Scene): HumanPorts {
  const answers: Readonly<Record<string, string>> = { username, password };
  const visit = (url: string, code?: string): Promise<unknown> =>
    browse(url, issuer, { fill: (field) => (field === 'user_code' ? code : answers[field]) }, ca);
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
        await visit(url);
        return true;
      },
    },
    notices: {
      warn: () => {},
      show(_line, event) {
        const { action, user_code: code, verification_uri: page } = event ?? {};
        const visited =
          action === 'device_code' ? visit(String(page), String(code)) : action === 'ciba' ? visit(issuer + PHONE) : undefined;
        visited?.catch(() => {}); // nobody is there to be told; who waits will see that nothing was approved
      },
    },
  };
}
