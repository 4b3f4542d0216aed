/** Redirect URIs of programs that listen on this machine (RFC 8252 §7.3). */
import { fail } from './errors.ts';
import { quoted } from './options.ts';

/** Where to listen for a redirect URI, and how it is spelled once the port is known. */
export interface LoopbackUri {
  /** All of them: a browser takes any address of `localhost`. */
  readonly addresses: readonly string[];
  /** 0: any that is free. */
  readonly port: number;
  readonly path: string;
  /** Providers compare it character by character, so nothing but the port is added. */
  at(port: number): string;
}

const FORM = /^(http:\/\/(127(?:\.\d{1,3}){3}|\[::1\]|localhost))(?::(\d{1,5}))?((?:\/[^?#]*)?(?:\?[^#]*)?)$/i;

/** Any port of an address that no name server can move; the second where a machine has no IPv4. */
export const DEFAULT_REDIRECT_URIS: readonly string[] = ['http://127.0.0.1/callback', 'http://[::1]/callback'];

/** A redirect URI on this machine, as it was written. Without a port any port will do. Throws `usage_bad_value`. */
export function loopbackUri(text: string): LoopbackUri {
  const [, before = '', host = '', port = '0', after = ''] = FORM.exec(text) ?? [];
  if (before === '' || Number(port) > 65_535)
    fail('usage_bad_value', `The redirect URI ${quoted(text)} is not http on this machine.`, {
      hint: 'Give one like http://127.0.0.1:8765/callback; with --paste it may be any URL.',
    }); // check: redirect URI on loopback
  return {
    addresses: host.toLowerCase() === 'localhost' ? ['127.0.0.1', '::1'] : [host.replace(/^\[|\]$/g, '')],
    port: Number(port),
    path: new URL(`${before}${after}`).pathname,
    at: (free) => `${before}:${free}${after}`,
  };
}
