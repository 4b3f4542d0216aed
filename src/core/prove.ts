/** Runs a verifier on a token, and takes nothing for a proof but a proof. */
import type { Client, Holder } from './client-identity.ts';
import { PadlockError } from './errors.ts';
import { guarded } from './guard.ts';
import type { ProviderInfo } from './messages.ts';
import { isProof } from './proof.ts';
import type { Provider } from './provider.ts';
import type { AccessToken } from './session.ts';
import type { ChosenVerifier } from './verifier-choice.ts';
import type { Proof, VerifierHost } from './verifier-host.ts';

export interface Judged {
  readonly info: ProviderInfo;
  /** Who has the token, where the provider is to be asked about it. */
  readonly client: () => Promise<Client>;
  /** How it is shown, where it is an access token. Default: as a Bearer token. */
  readonly shown?: Pick<AccessToken, 'type' | 'proof'> | undefined;
  /** What the connection shows beside it. Default: nothing. */
  readonly holder?: (() => Promise<Holder>) | undefined;
  /** Tolerated clock difference in seconds. */
  readonly skew?: number | undefined;
  readonly signal: AbortSignal;
}

/** Throws `token_*`, and what asking the provider throws. */
export async function prove(chosen: ChosenVerifier, token: string, judged: Judged, provider: Provider): Promise<Proof> {
  const { algorithms, chosenAt, origin, values, verifier } = chosen;
  const { client, info, holder = async () => ({ info }), shown = { type: 'Bearer' }, signal, skew } = judged;
  const host: VerifierHost = {
    provider: info,
    algorithms,
    signal,
    keys: async (fresh) => {
      const { keys, cached, fetchedAt } = await provider.keys(info, fresh, signal);
      return { keys, cached: cached && fetchedAt < chosenAt };
    },
    post: async (endpoint, form) => provider.post(await client(), endpoint, form, { signal }),
    userinfo: async () => provider.userinfo(await holder(), { ...shown, value: token }, { subject: undefined, skew }, signal),
    fail(code, about): never {
      throw new PadlockError(code, about);
    },
  };
  return guarded(
    origin,
    () => verifier.verify(token, values, Object.freeze(host)),
    (proof) => isProof(proof, algorithms, verifier.checks),
    signal,
  );
}
