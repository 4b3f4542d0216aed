/** A verifier's host: what the pipeline gives it, with the key sets a test wants it to see. */

import { PadlockError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json-value.ts';
import type { VerifierHost } from '../../../src/core/verifier-host.ts';
import { CLIENT, ISSUER } from '../../core/forge.ts';

export interface Answer {
  readonly keys: readonly JsonObject[];
  readonly cached?: boolean;
}

/** Answers the first request for keys with the first answer, and so on; `asked` says how each was asked. */
export function hostWith(
  algorithms: readonly string[],
  ...answers: readonly Answer[]
): VerifierHost & { readonly asked: (boolean | undefined)[] } {
  const asked: (boolean | undefined)[] = [];
  return {
    provider: { issuer: ISSUER, clientId: CLIENT, metadata: { issuer: ISSUER, jwks_uri: `${ISSUER}keys` } },
    algorithms,
    signal: new AbortController().signal,
    asked,
    async keys(fresh) {
      const answer = answers[asked.push(fresh) - 1];
      if (answer === undefined) throw new Error(`asked for keys ${asked.length} times`);
      return { keys: answer.keys, cached: answer.cached ?? false };
    },
    post: async () => ({}),
    userinfo: async () => ({}),
    fail(code, about) {
      throw new PadlockError(code, about);
    },
  };
}
