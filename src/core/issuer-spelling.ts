/**
 * Who may have issued an ID token. The rule: the configured issuer, letter for letter; and where the preset in force knows one other spelling of
 * exactly that issuer, this one, letter for letter. Spellings stand in a preset and never come from the network. A spelling with `{tenantid}` is
 * of a provider with many tenants under one set of keys: it is filled in with the token's own `tid`, which must be a GUID, and a key of the set
 * that names an issuer of its own signs for that one only (as Microsoft documents it for its multi-tenant endpoints).
 */
import { fail } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import type { ProviderInfo } from './messages.ts';

const TENANT = '{tenantid}';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const filled = (template: string, { tid }: JsonObject): string | undefined => {
  if (!template.includes(TENANT)) return template;
  return typeof tid === 'string' && GUID.test(tid) ? template.replace(TENANT, tid) : undefined; // check: tenant is a GUID
};

/** What the `iss` of this token has to be. */
export function issuerOfToken({ issuer, preset }: Pick<ProviderInfo, 'issuer' | 'preset'>, payload: JsonObject): string {
  const spelling = preset?.spellings?.[issuer];
  if (spelling === undefined) return issuer;
  const other = filled(spelling, payload);
  return other !== undefined && payload.iss === other ? other : issuer; // check: spelling of the issuer
}

/** Under one key set for many tenants, a key may be one tenant's. Throws `token_issuer`. */
export async function checkKeyIssuer(
  { issuer, preset }: Pick<ProviderInfo, 'issuer' | 'preset'>,
  payload: JsonObject,
  kid: string | null,
  keys: () => Promise<readonly JsonObject[]>,
): Promise<void> {
  if (preset?.spellings?.[issuer]?.includes(TENANT) !== true) return;
  const own = (await keys()).filter((key) => (kid === null || key.kid === kid) && typeof key.issuer === 'string');
  if (!own.every((key) => filled(key.issuer as string, payload) === payload.iss))
    fail('token_issuer', 'The token is signed with a key of another tenant than the one that it names.'); // check: issuer of a key
}
