/** A grant's host whose time passes only while the grant waits. */
import type { GrantHost } from '../../../src/core/contracts.ts';
import { type About, PadlockError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json-value.ts';
import type { Metadata, Request, TokenResponse } from '../../../src/core/messages.ts';

export const TOKENS: TokenResponse = { access_token: 'at', token_type: 'Bearer' };
export const NOON = Date.UTC(2026, 10, 23, 12);

/** What the token endpoint's door makes of an OAuth error that it does not know. */
export const oauth = (error: string, code = 'auth_access_denied'): PadlockError =>
  new PadlockError(code, { oauthError: error, httpStatus: 400 });

interface Scene {
  /** Answers of the token endpoint in order; the last one again and again. */
  readonly tokens?: readonly (TokenResponse | Error)[];
  /** What any other endpoint answers. */
  readonly answer?: JsonObject;
  readonly metadata?: Partial<Metadata>;
  readonly request?: Request;
  readonly browser?: () => Promise<boolean>;
}

export function grantScene({ tokens = [TOKENS], answer = {}, metadata = {}, request = {}, browser = async () => true }: Scene = {}) {
  let seconds = 0;
  const queue = [...tokens];
  const seen = {
    /** Everything that was sent, with the second it was sent at. */
    sent: [] as { at: number; to: string; form: object; options: unknown }[],
    shown: [] as string[],
    events: [] as object[],
    qr: [] as string[],
    browsed: [] as string[],
  };
  const host = {
    provider: { issuer: 'https://id.test', clientId: 'cli', metadata: { issuer: 'https://id.test', ...metadata } },
    request,
    signal: new AbortController().signal,
    async exchange(grantType, form, options) {
      seen.sent.push({ at: seconds, to: grantType, form, options });
      const next = queue.length > 1 ? queue.shift() : queue[0];
      if (next === undefined || 'code' in next || !('access_token' in next)) throw next;
      return next;
    },
    async post(endpoint, form, options) {
      seen.sent.push({ at: seconds, to: endpoint, form, options });
      return answer;
    },
    show(line, event, aids) {
      seen.shown.push(line);
      if (event !== undefined) seen.events.push(event);
      if (aids?.qr !== undefined) seen.qr.push(aids.qr);
    },
    browse(url) {
      seen.browsed.push(url);
      return browser();
    },
    now: () => NOON + seconds * 1000,
    async sleep(wait) {
      seconds += wait;
    },
    fail(code, about: About = {}): never {
      throw new PadlockError(code, about);
    },
  } satisfies Partial<GrantHost>;
  return { host: host as unknown as GrantHost, ...seen, elapsed: () => seconds };
}
