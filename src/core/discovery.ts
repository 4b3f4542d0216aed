/** Where an issuer publishes its metadata, and what of it is believed. */

import { fail } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Metadata } from './messages.ts';
import { quoted } from './options.ts';
import { checkUrl } from './url.ts';

/** OpenID Connect Discovery 1.0 §4 appends its path; RFC 8414 §3 inserts its own before the issuer's path. */
export function wellKnownUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [`${origin}${path}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`];
}

/** The lists that are read here; what else a provider publishes may have any shape. */
const LISTS: ReadonlySet<string> = new Set([
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'id_token_signing_alg_values_supported',
  'code_challenge_methods_supported',
]);

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';
const isTexts = (value: JsonValue | undefined): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

/**
 * Metadata whose issuer is exactly the one that was asked, or the other spelling that a preset knows of it, with usable endpoints and lists.
 * Throws `proto_discovery_mismatch`, `proto_discovery_invalid`.
 */
export function readMetadata(published: JsonObject, issuer: string, spelling?: string): Metadata {
  const document = Object.fromEntries(Object.entries(published).filter(([, value]) => value !== null)); // as servers write: there is none
  if (!isText(document.issuer)) fail('proto_discovery_invalid', 'The discovery document names no issuer.'); // check: discovery issuer
  if (document.issuer !== issuer && document.issuer !== spelling) {
    const slash = document.issuer.replace(/\/$/, '') === issuer.replace(/\/$/, '');
    fail('proto_discovery_mismatch', `The discovery document of ${issuer} belongs to ${quoted(document.issuer)}.`, {
      hint: slash
        ? 'They differ by one trailing slash: give --issuer exactly as the provider writes it.'
        : 'Give --issuer exactly as the provider writes it.',
    });
  } // check: discovery mismatch
  for (const [member, value] of Object.entries(document)) {
    if (member.endsWith('_endpoint') || member === 'jwks_uri') checkEndpoint(member, value); // check: discovery endpoints
    if (LISTS.has(member) && !isTexts(value))
      fail('proto_discovery_invalid', `The discovery document's ${quoted(member)} is not a list of texts.`); // check: discovery lists
  }
  if (document.token_endpoint === undefined) fail('proto_discovery_invalid', 'The discovery document names no token_endpoint.'); // check: token endpoint
  return document as unknown as Metadata;
}

function checkEndpoint(member: string, value: JsonValue | undefined): void {
  if (!isText(value)) fail('proto_discovery_invalid', `The discovery document's ${quoted(member)} is not a URL.`); // check: endpoint type
  try {
    checkUrl(value); // check: endpoint URL
  } catch (cause) {
    fail(
      'proto_discovery_invalid',
      `The discovery document's ${quoted(member)} is not a URL that may be called: ${(cause as Error).message}`,
      { cause },
    );
  }
}
