/** JSON from outside, read strictly (RFC 8259): no member twice, no deep nesting, nothing that could pollute an object. */

import { fail } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

export interface JsonLimits {
  /** Arrays and objects inside one another. Default: 64. */
  readonly depth?: number;
}

/** Members that mean something to JavaScript itself; copied into another object they could change its prototype. */
const INHERITED: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * Bytes or text as JSON. `what` names it in messages, which never quote it. A byte order mark is ignored, as fetch does.
 * Throws `proto_not_json`, `proto_duplicate_key`, `proto_too_deep`.
 */
export function parseJson(input: Uint8Array | string, what = 'The answer', { depth = 64 }: JsonLimits = {}): JsonValue {
  let text: string;
  let value: JsonValue;
  try {
    text = typeof input === 'string' ? input : new TextDecoder('utf-8', { fatal: true }).decode(input);
    value = JSON.parse(text) as JsonValue;
  } catch {
    fail('proto_not_json', `${what} is not JSON.`); // the reason JSON.parse gives quotes the text
  }
  const polluting = inspect(text, depth, what);
  return polluting ? (JSON.parse(text, (key, item: unknown) => (INHERITED.has(key) ? undefined : item)) as JsonValue) : value;
}

/** One pass over text that is known to be JSON. Returns whether a member has one of the {@link INHERITED} names. */
function inspect(text: string, depth: number, what: string): boolean {
  /** The members of each open object so far; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  let polluting = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const start = at++;
      let escaped = false;
      for (let inside = text.charCodeAt(at); inside !== QUOTE; inside = text.charCodeAt(++at)) {
        if (inside !== BACKSLASH) continue;
        escaped = true;
        at++;
      }
      if (!isName) continue;
      const name = escaped ? (JSON.parse(text.slice(start, at + 1)) as string) : text.slice(start + 1, at);
      const names = open.at(-1);
      if (names?.has(name)) fail('proto_duplicate_key', `${what} has a member twice.`);
      names?.add(name);
      polluting ||= INHERITED.has(name);
    } else if (code === COLON) isName = false;
    else if (code === COMMA) isName = open.at(-1) !== undefined;
    else if (code === 0x7b || code === 0x5b) {
      isName = code === 0x7b;
      if (open.push(isName ? new Set() : undefined) > depth) fail('proto_too_deep', `${what} is nested deeper than ${depth} levels.`);
    } else if (code === 0x7d || code === 0x5d) open.pop();
  }
  return polluting;
}

/** `value` as an object. Throws `proto_bad_shape`. */
export function objectOf(value: JsonValue, what = 'The answer'): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('proto_bad_shape', `${what} is not a JSON object.`);
  return value as JsonObject;
}
