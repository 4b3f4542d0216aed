/** What is wished, or granted, in detail (RFC 9396): a list of objects, each with a type that says how to read it. */
import { fail } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Place } from './options.ts';

export type AuthorizationDetails = readonly JsonObject[];

const isDetail = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as JsonObject).type === 'string' && (value as JsonObject).type !== '';
const isDetails = (value: unknown): value is AuthorizationDetails => Array.isArray(value) && value.length > 0 && value.every(isDetail);

/** JSON text, or what it says, as wishes. Throws `usage_bad_value`, `config_schema`. */
export function readAuthorizationDetails(raw: unknown, { kind, name }: Place): AuthorizationDetails {
  const value = typeof raw === 'string' ? parsed(raw) : raw;
  if (!isDetails(value))
    fail(kind === 'usage' ? 'usage_bad_value' : 'config_schema', `${name} must be a JSON array of objects, each with a type.`, {
      hint: 'Write it as [{"type":"payment","actions":["initiate"]}], or name a file with @FILE.',
    });
  return value;
}

/** What the provider says it granted; undefined where it says nothing. Throws `proto_bad_shape`. */
export function grantedDetails(value: JsonValue | undefined): AuthorizationDetails | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every(isDetail))
    fail('proto_bad_shape', "The token response's authorization_details are no list of objects with a type."); // check: authorization details
  return value as AuthorizationDetails;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
