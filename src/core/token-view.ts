/** What `token` answers: the documents of the JSON schemas, and the columns people see. */
import type { JsonObject } from './json-value.ts';
import type { AccessToken, IdToken, Verdict } from './session.ts';
import { timestamp } from './timestamp.ts';
import type { View } from './view.ts';

/** Until when, and for how many seconds more. */
export const expiry = (date: Date | undefined, now: number): JsonObject =>
  date === undefined ? {} : { expires_at: timestamp(date), expires_in: Math.max(0, Math.floor((date.getTime() - now) / 1000)) };

export const verdict = (found: Verdict): JsonObject =>
  found.by === null ? { by: null, reason: found.reason } : { by: found.by, alg: found.alg, kid: found.kid };

const verdictText = (found: Verdict): string =>
  found.by === null ? `no (${found.reason.replaceAll('_', ' ')})` : `yes (${[found.by, found.alg ?? []].flat().join(', ')})`;

/** An access token by the wire's own flat names, with the proof for one request where it is bound to a key. Its bare value is the token; the table leaves it out. */
export function tokenView(token: AccessToken, { now, proof }: { readonly now: number; readonly proof?: string | undefined }): View {
  const scope = token.scope.join(' ');
  return {
    columns: [
      { key: 'type', label: 'Type' },
      { key: 'scope', label: 'Scope' },
      { key: 'expires', label: 'Expires' },
      { key: 'verified', label: 'Verified' },
    ],
    bare: token.value,
    // Most calls want the bare token: the rest is made for whoever looks at it.
    get rows() {
      return [
        {
          type: token.type,
          scope,
          expires: token.expiresAt === undefined ? '' : timestamp(token.expiresAt),
          verified: verdictText(token.verified),
        },
      ];
    },
    get document() {
      return {
        schema: 'padlock/token/1',
        access_token: token.value,
        token_type: token.type,
        ...(proof !== undefined && { dpop_proof: proof }),
        ...expiry(token.expiresAt, now),
        scope,
        ...(token.authorizationDetails && { authorization_details: token.authorizationDetails }),
        verified: verdict(token.verified),
      };
    },
  };
}

/** An ID token, for `padlock token --id-token`. */
export function idTokenView(token: IdToken, { now }: { readonly now: number }): View {
  return {
    columns: [
      { key: 'expires', label: 'Expires' },
      { key: 'verified', label: 'Verified' },
    ],
    rows: [{ expires: timestamp(token.expiresAt), verified: verdictText(token.verified) }],
    document: { schema: 'padlock/id-token/1', id_token: token.value, ...expiry(token.expiresAt, now), verified: verdict(token.verified) },
    bare: token.value,
  };
}
