import { ALGORITHMS, SYMMETRIC, tooShort, WEAK_SECRET_HINT } from '../../core/algorithms.ts';
import { parseCompact, parsePayload } from '../../core/compact.ts';
import type { Applicable, Behaviour, Proof, Recorded, Verifier, VerifierHost } from '../../core/contracts.ts';
import { inject, injectable } from '../../core/inject.ts';
import { allowedAlgorithm, verifySignature } from '../../core/jose.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';
import { Notices } from '../../core/ports.ts';
import { isMemorable } from '../../core/weak-secrets.ts';

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

  async verify(token: string, values: SharedSecretValues, host: VerifierHost): Promise<Proof> {
    const compact = parseCompact(token, 'id');
    const alg = allowedAlgorithm(
      compact,
      host.algorithms.filter((name) => SYMMETRIC.includes(name)),
    );
    const secret = values.verificationSecret ?? values.clientSecret;
    if (secret === undefined)
      host.fail('usage_missing_option', { message: `The ID token is signed with a secret (${alg}), and there is none to check it with.` });
    const key = new TextEncoder().encode(secret);
    const weak = weakness(secret, key.length, alg);
    if (weak !== undefined && values.allowWeakSecret !== true) host.fail('config_weak_secret', { message: weak, hint: WEAK_SECRET_HINT }); // check: weak secret
    if (weak !== undefined) this.#notices.warn({ code: 'weak_secret', message: weak });
    await verifySignature(compact, key, alg); // check: hmac
    return { payload: parsePayload(compact.payload), alg, kid: null };
  }
}

function weakness(secret: string, length: number, alg: string): string | undefined {
  if (length * 8 < (ALGORITHMS.get(alg)?.hash ?? Number.POSITIVE_INFINITY)) return tooShort(length, alg); // check: secret length
  return isMemorable(secret) ? 'The secret is one that anybody would try first.' : undefined; // check: memorable secret
}

/** Checks an HMAC with the client secret, or with a key of its own where the provider keeps the two apart. */
export const sharedSecret = {
  kind: 'verifier',
  name: 'shared-secret',
  summary: 'HMAC with the client secret (HS256, HS384, HS512)',
  algorithms: SYMMETRIC,
  options,
  use: SharedSecretVerifier,
} satisfies Recorded<Verifier>;
