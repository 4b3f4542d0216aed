/** The compact form of a JWS (RFC 7515 §7.1), read strictly: nothing but one spelling of one token gets as far as a signature check. */

import { fail, isPadlockError } from './errors.ts';
import { parseJson } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { quoted } from './options.ts';

/** What a token is taken for: decides which `typ` it may have. Undefined: any signed text. */
export type TokenKind = 'id' | 'access';
/** A signed answer of the userinfo endpoint is no token of its own, and takes the form of one. */
export type SignedKind = TokenKind | 'userinfo';

export interface Compact {
  readonly token: string;
  readonly header: JsonObject;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly signingInput: string;
}

/** Characters. The answer a token comes in is capped lower. */
const LONGEST_TOKEN = 2_097_152;
/** Bytes; RSA with 16384 bits needs 2048. */
const LONGEST_SIGNATURE = 8192;

const TYPES: Readonly<Record<SignedKind, readonly string[]>> = { id: ['jwt'], access: ['jwt', 'at+jwt'], userinfo: ['jwt'] };
const NAMES: Readonly<Record<SignedKind, string>> = { id: 'an ID token', access: 'an access token', userinfo: 'a userinfo answer' };

/** Splits a token and checks its form and its header. Throws `token_malformed`, `token_encrypted`, `token_crit`, `token_type`. */
export function parseCompact(token: string, kind?: SignedKind): Compact {
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN) fail('token_malformed', 'The token is too long to be one.'); // check: token length
  const parts = token.split('.');
  if (parts.length === 5) fail('token_encrypted', 'The token is encrypted (JWE), and Padlock has no key to decrypt it.'); // check: encrypted
  if (parts.length !== 3) fail('token_malformed', `A signed token has three parts, this one has ${parts.length}.`); // check: three parts
  const [head, body, tail] = parts as [string, string, string];
  const signature = decode(tail, 'signature');
  if (signature.length > LONGEST_SIGNATURE) fail('token_malformed', "The token's signature is longer than any algorithm makes."); // check: signature length
  const payload = decode(body, 'payload');
  const header = readObject(decode(head, 'header'), 'header');
  checkHeader(header, kind);
  return { token, header, payload, signature, signingInput: `${head}.${body}` };
}

/** The claims of a token: an object, no member twice. Throws `token_malformed`. */
export const parsePayload = (payload: Uint8Array): JsonObject => readObject(payload, 'payload');

/**
 * Bytes of canonical base64url: what the bytes encode to is the part itself, so it holds no other character and no loose bit.
 * A decoder that skips such things (Node's, jose's) would give one token many spellings.
 */
function decode(part: string, name: string): Uint8Array {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) fail('token_malformed', `The token's ${name} is not canonical base64url.`); // check: canonical
  return bytes;
}

function readObject(bytes: Uint8Array, name: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(bytes);
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    fail('token_malformed', `The token's ${name} is not the JSON a token may hold: ${error.message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail('token_malformed', `The token's ${name} is not a JSON object.`); // check: object
  return value as JsonObject;
}

function checkHeader(header: JsonObject, kind: SignedKind | undefined): void {
  const given = (name: string): boolean => Object.hasOwn(header, name);
  if (given('crit')) fail('token_crit', 'The token demands extensions (crit) that Padlock does not know.'); // check: crit
  if (given('b64')) fail('token_crit', 'The token says that its payload is not encoded (b64).'); // check: b64
  if (given('zip')) fail('token_malformed', 'The token says that it is compressed (zip); a signed token cannot be.'); // check: zip
  if (kind === undefined) return;
  const named = (name: string): string | undefined =>
    given(name)
      ? String(header[name])
          .toLowerCase()
          .replace(/^application\//, '')
      : undefined;
  const type = named('typ');
  if (type !== undefined && !TYPES[kind].includes(type))
    fail('token_type', `The token's type ${quoted(type)} is not that of ${NAMES[kind]}.`); // check: typ
  if (named('cty') === 'jwt') fail('token_type', 'The token says that it holds another token (cty).'); // check: cty
}
