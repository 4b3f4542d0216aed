import { fail } from './errors.ts';

/**
 * The value of a request's Authorization header (RFC 6750 §2.1, RFC 9449 §7.1). Throws `usage_bad_value` for a token that is no access token: an
 * ID token or an assertion that was exchanged for is handed on in other ways (RFC 8693 §2.2.1).
 */
export function authorization({ type, value }: { readonly type: string; readonly value: string }): string {
  if (type === 'N_A')
    fail('usage_bad_value', 'This token is no access token (its type is N_A), so it cannot stand in an Authorization header.', {
      hint: 'Use --format raw or json.',
    }); // check: no access token
  return `${type} ${value}`;
}
