/** Endpoints given by hand, over what the provider publishes, if it publishes anything. */
import { isPadlockError } from './errors.ts';
import type { Metadata } from './messages.ts';

/**
 * What is given wins. With a token endpoint and a key set nothing is discovered; with a token endpoint the document may be missing.
 * Throws what `discover` throws.
 */
export async function withGiven(
  given: Readonly<Record<string, string>>,
  issuer: string,
  discover: () => Promise<Metadata>,
): Promise<Metadata> {
  if (given.token_endpoint === undefined) return { ...(await discover()), ...given };
  if (given.jwks_uri !== undefined) return { issuer, ...given };
  try {
    return { ...(await discover()), ...given };
  } catch (error) {
    if (!isPadlockError(error) || error.code !== 'proto_discovery_invalid' || error.httpStatus !== 404) throw error; // check: only an absent document
    return { issuer, ...given };
  }
}
