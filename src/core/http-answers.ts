/** What an answer says besides its body: is it the document that was asked for, and when may one ask again. */

import { type About, fail } from './errors.ts';
import { objectOf, parseJson } from './json.ts';
import type { JsonObject } from './json-value.ts';
import type { HttpResponse } from './ports.ts';

type Headers = HttpResponse['headers'];

const DAY = 86_400;

/** `purpose` at the beginning of a sentence. */
export const sentence = (purpose: string): string => purpose.charAt(0).toUpperCase() + purpose.slice(1);

/** Milliseconds since the epoch of a date as HTTP writes it (RFC 9110 §5.6.7); `Date.parse` alone makes a date of "-1" too. */
export function httpDate(text: string | undefined): number | undefined {
  const date = text?.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/**
 * Seconds to wait before asking again, at most a day: Retry-After in both its forms (RFC 9110 §10.2.3), else the moment a rate limit ends
 * (Auth0 `x-ratelimit-reset`, Okta `x-rate-limit-reset`: epoch seconds). `now` in milliseconds.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const { 'retry-after': said } = headers;
  if (said !== undefined && /^\d+$/.test(said)) return bounded(Number(said));
  const date = httpDate(said);
  if (date !== undefined) return bounded((date - now) / 1000);
  const reset = headers['x-ratelimit-reset'] ?? headers['x-rate-limit-reset'];
  // a small number would be a duration, which nobody documents
  return reset !== undefined && /^\d{10}$/.test(reset) ? bounded(Number(reset) - now / 1000) : undefined;
}

const bounded = (seconds: number): number => Math.min(DAY, Math.max(0, Math.ceil(seconds)));

const isJsonType = (headers: Headers): boolean => {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || /^application\/[^\s/]+\+json$/.test(type);
};

/** Throws unless the status is one of `accepted`: `proto_redirect`, `idp_rate_limited`, `idp_unavailable`, `proto_status`. */
export function checkStatus({ status, headers }: HttpResponse, purpose: string, now: number, accepted: readonly number[] = [200]): void {
  if (accepted.includes(status)) return;
  const message = `${sentence(purpose)} answered with status ${status}.`;
  const about: Omit<About, 'message'> = { httpStatus: status, retryAfter: retryAfter(headers, now) };
  if (status === 429) fail('idp_rate_limited', message, about); // check: document 429
  if (status >= 500) fail('idp_unavailable', message, about); // check: document 5xx
  if (status >= 300 && status < 400)
    fail('proto_redirect', `${sentence(purpose)} answered with a redirect (${status}), which is not followed.`, { httpStatus: status }); // check: document 3xx
  fail('proto_status', message, { httpStatus: status }); // check: document status
}

/** The JSON object of a 200 (or what else is accepted) with a JSON content type. Throws what {@link checkStatus} and `parseJson` do, and `proto_content_type`, `proto_bad_shape`. */
export function jsonOf(response: HttpResponse, purpose: string, now: number, accepted?: readonly number[]): JsonObject {
  checkStatus(response, purpose, now, accepted); // check: answer status
  const what = `${sentence(purpose)}'s answer`;
  const value = parseJson(response.body, what);
  if (!isJsonType(response.headers)) fail('proto_content_type', `${what} is JSON but is not labelled as JSON.`, { httpStatus: 200 }); // check: content type
  return objectOf(value, what);
}
