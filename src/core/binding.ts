/** Whether a token is bound to our key (RFC 9449), where it has to be and nowhere else. */
import type { Client } from './client-identity.ts';
import { type DpopKey, thumbprintOf } from './dpop.ts';
import { fail } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import type { Request } from './messages.ts';
import type { TokenSet } from './token-set.ts';

/** Whoever asks for a key to be proved must not get a token that works without, and a token for somebody else's key works for nobody here. */
export function requireBinding({ type }: TokenSet, { dpop }: Request): void {
  if (dpop === true && type !== 'DPoP')
    fail('client_dpop', 'DPoP was asked for, and the provider answered with a token that is not bound to a key.', {
      hint: 'The provider does not know DPoP, or not for this client. Without --dpop its token is as good as whoever holds it.',
    }); // check: DPoP downgrade
  if (dpop !== true && type === 'DPoP')
    fail('client_dpop', 'The provider bound the token to a key that nobody here has.', { hint: 'Ask for such tokens with --dpop.' }); // check: DPoP without a key
}

/** What a provider says of our access token (RFC 7662 §2.2) has to be true of ours, where it says it. Throws `token_azp`, `token_key_not_found`. */
export function requireOwn({ client_id: party, cnf = null }: JsonObject, { dpop, info }: Pick<Client, 'dpop' | 'info'>): void {
  if (party !== undefined && party !== info.clientId)
    fail('token_azp', 'The provider says that the access token belongs to another client.'); // check: introspected client
  requireKey({ cnf }, dpop);
}

/** A token that says which key it is bound to has to say ours, if we have one. Throws `token_key_not_found`. */
export function requireKey({ cnf }: JsonObject, dpop: DpopKey | undefined): void {
  const jkt = typeof cnf === 'object' && cnf !== null ? (cnf as JsonObject).jkt : undefined;
  if (dpop !== undefined && jkt !== undefined && jkt !== thumbprintOf(dpop))
    fail('token_key_not_found', 'The access token is bound to another key than the one that was proved.', {
      hint: 'It is of no use here: tell whoever runs the provider.',
    }); // check: key of a token
}
