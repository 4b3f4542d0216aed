/** Rich authorization requests (RFC 9396), of the types in the RFC's own examples. A token is good for what was consented to, or what its client asked for. */
import type { AuthorizationDetail, KoaContextWithOIDC } from 'oidc-provider';

/** They are taken as they come: what is in them is for an API to judge. */
export const TYPES = ['payment_initiation', 'account_information', 'customer_information'];

interface Detailed {
  readonly rar?: AuthorizationDetail[] | undefined;
}

function asked({ oidc }: KoaContextWithOIDC): AuthorizationDetail[] | undefined {
  const { authorization_details: details } = oidc.params ?? {};
  return typeof details === 'string' ? (JSON.parse(details) as AuthorizationDetail[]) : undefined;
}

export const detailed = {
  enabled: true as const,
  types: Object.fromEntries(TYPES.map((type) => [type, { validate: () => {} }])),
  authorizationDetailsForGrantSource: (ctx: KoaContextWithOIDC) => asked(ctx),
  authorizationDetailsForAccessToken: (ctx: KoaContextWithOIDC, _token: unknown, source: Detailed | undefined) => source?.rar ?? asked(ctx),
  authorizationDetailsForIntrospection: (_ctx: KoaContextWithOIDC, token: Detailed) => token.rar,
};
