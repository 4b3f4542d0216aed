import type { Applicable, Behaviour, Recorded, Verifier } from '../../core/contracts.ts';
import { inject, injectable } from '../../core/inject.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';
import { Notices } from '../../core/ports.ts';
import type { Proof, VerifierHost } from '../../core/verifier-host.ts';

const options = defineOptions({
  clientSecret: shared.clientSecret,
  verificationSecret: { type: 'string', summary: 'a separate key for HS256 ID tokens, where it is not the client secret', secret: true },
  allowWeakSecret: { type: 'boolean', summary: 'accept a secret that is too short or easily guessed' },
});
type SharedSecretValues = ValuesOf<typeof options>;

@injectable()
class SharedSecretVerifier implements Behaviour<Verifier> {
  readonly #notices: Notices;

  constructor(@inject(Notices) notices: Notices) {
    this.#notices = notices;
  }

  applies({ verificationSecret, clientSecret }: SharedSecretValues): Applicable {
    return (verificationSecret ?? clientSecret) !== undefined || { no: 'it needs the secret that the provider signs with' };
  }

  keyLength({ verificationSecret, clientSecret }: SharedSecretValues): number | undefined {
    const secret = verificationSecret ?? clientSecret;
    return secret === undefined ? undefined : new TextEncoder().encode(secret).length;
  }

  async verify(
    token: string,
    { allowWeakSecret, clientSecret, verificationSecret }: SharedSecretValues,
    host: VerifierHost,
  ): Promise<Proof> {
    const { verifyWithSecret } = await import('./shared-secret/verify.ts');
    const secret = { secret: verificationSecret ?? clientSecret, allowWeak: allowWeakSecret === true };
    return verifyWithSecret(token, secret, host, this.#notices);
  }
}

/** Checks an HMAC with the client secret, or with a key of its own where the provider keeps the two apart. */
export const sharedSecret = {
  kind: 'verifier',
  name: 'shared-secret',
  summary: 'HMAC with the client secret (HS256, HS384, HS512)',
  algorithms: ['HS256', 'HS384', 'HS512'],
  options,
  use: SharedSecretVerifier,
} satisfies Recorded<Verifier>;
