/** The keys that a provider publishes: there, usable, strong enough. */
import { ALGORITHMS, ASYMMETRIC } from '../../core/algorithms.ts';
import { isPadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, failing, fine } from '../../core/finding.ts';
import type { JsonObject } from '../../core/json-value.ts';
import { misfit, weakness } from '../../core/key-policy.ts';
import type { ProviderInfo } from '../../core/messages.ts';
import type { Provider } from '../../core/provider.ts';

const ASK = 'Ask whoever runs the provider for other keys.';

export async function keyFinding(provider: Provider, info: ProviderInfo, signal: AbortSignal): Promise<Finding> {
  if (info.metadata.jwks_uri === undefined)
    return doubtful(
      'keys',
      'The provider publishes none: its tokens can only be checked with a secret.',
      'Give --client-secret-file, and --verifier shared-secret.',
    );
  try {
    const { keys } = await provider.keys(info, false, signal);
    const fitting = keys
      .map((key) => ({ key, alg: ASYMMETRIC.find((alg) => misfit(key, alg) === undefined) }))
      .filter(({ alg }) => alg !== undefined);
    const weak = fitting.map(({ alg = '', key }) => weakness(key, alg)).find((reason) => reason !== undefined);
    if (weak !== undefined) return doubtful('keys', `One that the provider publishes ${weak}: what it signs is refused.`, ASK);
    if (fitting.length === 0)
      return doubtful('keys', `The provider publishes ${keys.length}, and none that could check a signature here.`, ASK);
    return fine('keys', `The provider publishes ${fitting.length} for signatures: ${types(fitting.map(({ key }) => key))}.`);
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return failing('keys', error);
  }
}

const TYPES: ReadonlySet<unknown> = new Set([...ALGORITHMS.values()].map(({ kty }) => kty));
const types = (keys: readonly JsonObject[]): string => [...new Set(keys.map(({ kty }) => kty).filter((kty) => TYPES.has(kty)))].join(', ');
