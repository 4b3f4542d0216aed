import type { JsonValue } from './json-value.ts';

/** The number that a member of an answer stands for: some servers send 3600 as a text. Undefined where it is none. */
export function jsonNumber(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' ? number : undefined;
}
