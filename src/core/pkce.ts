/** Values nobody can guess, and the proof that who redeems a code is who asked for it (RFC 7636). */
import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as 43 characters that a URL carries as they are: a state, a nonce, a code verifier. */
export const unguessable = (): string => randomBytes(32).toString('base64url');

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
  readonly method: 'S256';
}

/** A fresh verifier with its challenge. The method `plain` does not exist here. */
export function createPkce(): Pkce {
  const verifier = unguessable();
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url'), method: 'S256' };
}
