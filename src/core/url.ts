/** Which URLs Padlock calls at all. */
import { fail } from './errors.ts';
import { excerpt } from './text.ts';

/**
 * An address that cannot leave this machine, as WHATWG spells a URL's `hostname`: 127.0.0.0/8, ::1, or `localhost`. RFC 6761 §6.3 binds
 * `localhost` to loopback but a resolver may break that, so the network door never asks one: it goes to 127.0.0.1 and ::1 by itself.
 */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** The URL, or undefined for a text that is none. `URL.canParse` of Node 20 and 22 refuses every `ü` once it has been compiled. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** https, or http to a loopback address, without credentials, which make a host look like another one. */
export const isSecure = ({ hostname, password, protocol, username }: URL): boolean =>
  (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) && username === '' && password === '';

/**
 * A URL that requests may go to: https, or http to a loopback address, without credentials in it.
 * `name` is how the user knows it. Throws `config_bad_url`, `config_insecure_url`.
 */
export function checkUrl(text: string, name = 'The URL'): URL {
  const url = parseUrl(text) ?? fail('config_bad_url', `${name} is not a URL.`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') fail('config_bad_url', `${name} is neither https nor http.`); // check: URL scheme
  if (url.username !== '' || url.password !== '')
    fail('config_bad_url', `${name} (to ${excerpt(url.host)}) must not hold a user name or password.`); // check: credentials in a URL
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    fail('config_insecure_url', `${name} (to ${excerpt(url.host)}) is http: what is sent there could be read on the way.`, {
      hint: 'Use https; plain http is for loopback addresses only.',
    }); // check: plain http
  return url;
}
