/** The network door in the shape of fetch, for libraries that let their fetch be replaced. */
import { fail } from './errors.ts';
import { sentence } from './http-answers.ts';
import type { Http, HttpRequest } from './ports.ts';

/** What openid-client and jose pass of fetch's `init`. */
export interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

/** Statuses whose Response must have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** A fetch whose requests all go through `http`, as `purpose`. Bodies are text: a form or a string. */
export function fetchThrough(http: Http, purpose: string): (url: string | URL, init?: FetchInit) => Promise<Response> {
  return async (url, { method = 'GET', headers = {}, body, signal } = {}) => {
    const { status, ...answer } = await http.send({
      method: method as HttpRequest['method'],
      url: String(url),
      headers: Symbol.iterator in headers ? Object.fromEntries(headers) : headers,
      ...(body !== undefined && body !== null && { body: textOf(body) }),
      purpose,
      signal: signal ?? undefined,
    });
    if (status < 200 || status > 599) fail('proto_status', `${sentence(purpose)} answered with status ${status}.`, { httpStatus: status });
    return new Response(BODILESS.has(status) ? null : answer.body, { status, headers: { ...answer.headers } });
  };
}

function textOf(body: unknown): string {
  const tag = Object.prototype.toString.call(body);
  if (typeof body === 'string' || tag === '[object URLSearchParams]') return String(body);
  if (tag === '[object Uint8Array]' || tag === '[object ArrayBuffer]') return new TextDecoder().decode(body as Uint8Array);
  return fail('internal', 'A request body must be text or a form.');
}
