/** An HMAC under a secret that is good enough for it. */
import { ALGORITHMS, SYMMETRIC, tooShort, WEAK_SECRET_HINT } from '../../../core/algorithms.ts';
import { parseCompact, parsePayload } from '../../../core/compact.ts';
import { allowedAlgorithm, verifySignature } from '../../../core/jose.ts';
import type { Notices } from '../../../core/ports.ts';
import type { Proof, VerifierHost } from '../../../core/verifier-host.ts';
import { isMemorable } from '../../../core/weak-secrets.ts';

export interface SharedSecret {
  readonly secret: string | undefined;
  readonly allowWeak: boolean;
}

export async function verifyWithSecret(
  token: string,
  { allowWeak, secret }: SharedSecret,
  host: VerifierHost,
  notices: Notices,
): Promise<Proof> {
  const compact = parseCompact(token, 'id');
  const alg = allowedAlgorithm(
    compact,
    host.algorithms.filter((name) => SYMMETRIC.includes(name)),
  );
  if (secret === undefined)
    host.fail('usage_missing_option', { message: `The ID token is signed with a secret (${alg}), and there is none to check it with.` });
  const key = new TextEncoder().encode(secret);
  const weak = weakness(secret, key.length, alg);
  if (weak !== undefined && !allowWeak) host.fail('config_weak_secret', { message: weak, hint: WEAK_SECRET_HINT }); // check: weak secret
  if (weak !== undefined) notices.warn({ code: 'weak_secret', message: weak });
  await verifySignature(compact, key, alg); // check: hmac
  return { payload: parsePayload(compact.payload), alg, kid: null };
}

function weakness(secret: string, length: number, alg: string): string | undefined {
  if (length * 8 < (ALGORITHMS.get(alg)?.hash ?? Number.POSITIVE_INFINITY)) return tooShort(length, alg); // check: secret length
  return isMemorable(secret) ? 'The secret is one that anybody would try first.' : undefined; // check: memorable secret
}
