/** issuer → metadata, from the cache or from the places where an issuer publishes it. */
import type { DocumentCache } from './cache.ts';
import { readMetadata, wellKnownUrls } from './discovery.ts';
import { fail, isPadlockError } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import type { Metadata } from './messages.ts';

/** The issuer's metadata: OpenID Connect Discovery, then RFC 8414. `spelling`: another one that its document may use. Throws `proto_discovery_*`. */
export async function discover(documents: DocumentCache, issuer: string, spelling?: string, signal?: AbortSignal): Promise<Metadata> {
  let absent: unknown;
  for (const url of wellKnownUrls(issuer)) {
    try {
      const check = (document: JsonObject): Metadata => readMetadata(document, issuer, spelling); // before it is kept: a wrong one must not outlive its fault
      return check((await documents.get('discovery', url, { issuer, check, signal })).value);
    } catch (error) {
      if (!isPadlockError(error) || error.code !== 'proto_status' || error.httpStatus !== 404) throw error; // check: discovery is absent
      absent ??= error;
    }
  }
  fail('proto_discovery_invalid', `${issuer} publishes no discovery document.`, {
    cause: absent,
    httpStatus: 404,
    hint: 'Check --issuer: it is the URL that stands before /.well-known/. Or give its endpoints by hand: --token-endpoint, --jwks-uri.',
  });
}
