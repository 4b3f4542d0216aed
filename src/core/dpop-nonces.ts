/** The nonces that servers want to see in DPoP proofs (RFC 9449 §8, §9): the latest of each origin. */

import { isPadlockError } from './errors.ts';

/** NQCHAR of RFC 6749, and no more than a header may hold. */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/;

type Headers = Readonly<Record<string, string>>;

export class DpopNonces {
  readonly #latest = new Map<string, string>();

  of(url: string): string | undefined {
    return this.#latest.get(new URL(url).origin);
  }

  /** Keeps the nonce that an answer brings. True where it is another one than was known. */
  learn(url: string, { 'dpop-nonce': nonce = '' }: Headers): boolean {
    if (!NONCE.test(nonce) || this.of(url) === nonce) return false; // check: form of a nonce
    this.#latest.set(new URL(url).origin, nonce);
    return true;
  }

  /**
   * Runs a token request, and once more when the server wants another nonce first (§8): it says so before it looks at the grant, so that no
   * code, refresh token or password was used up.
   */
  async retrying<T>(url: string, request: () => Promise<T>): Promise<T> {
    const before = url === '' ? undefined : this.of(url);
    try {
      return await request();
    } catch (error) {
      const isAsked = isPadlockError(error) && error.code === 'client_dpop' && error.oauthError === 'use_dpop_nonce';
      if (!isAsked || this.of(url) === before) throw error; // check: another nonce
      return request();
    }
  }
}

/** A resource wants another nonce in the proof (§9): its challenge says so. */
export const wantsNonce = (status: number, challenge: string | null | undefined): boolean =>
  status === 401 && /(?:^|[\s,])DPoP\s.*\berror="?use_dpop_nonce\b/i.test(challenge ?? '');
