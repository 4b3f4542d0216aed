/** What may be an issuer (OpenID Connect Discovery 1.0 §3, RFC 8414 §2). */
import { fail } from './errors.ts';
import type { Place } from './options.ts';
import { checkUrl } from './url.ts';

const NOT_ASCII = /[^\u0020-\u007e]/;
const NOT_IN_A_URL = /[\s\p{Cc}\p{Cf}\\<>"{}|^`]/u;

/**
 * An issuer as the user wrote it, since issuers are compared character by character; only an international host name becomes
 * punycode, so that a look-alike shows. Throws `config_bad_url` or `config_insecure_url`.
 */
export function issuerUrl(text: string, place: Place): string {
  if (NOT_IN_A_URL.test(text)) fail('config_bad_url', `${place.name} holds a space or another character that no URL has.`); // check: issuer characters
  const url = checkUrl(text, place.name);
  if (text.includes('?') || text.includes('#')) fail('config_bad_url', `${place.name} must have neither a query nor a fragment.`); // check: issuer query
  if (!NOT_ASCII.test(text)) return text;
  return text.endsWith('/') ? url.href : url.href.replace(/\/$/, '');
}
