import type { ProviderPreset, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared } from '../../core/options.ts';
import type { Explanation, Refusal } from '../../core/preset.ts';

const options = defineOptions({ domain: { ...shared.domain, required: true }, realm: { ...shared.realm, required: true } });

/** The switch in a client's settings that allows a grant. */
const SWITCHES: Readonly<Record<string, string>> = {
  password: 'Direct access grants',
  client_credentials: 'Service accounts roles',
  authorization_code: 'Standard flow',
  'urn:ietf:params:oauth:grant-type:device_code': 'OAuth 2.0 Device Authorization Grant',
  'urn:openid:params:grant-type:ciba': 'OIDC CIBA Grant',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'Standard Token Exchange',
};

/** The status says nothing: it changed between versions. What `error` leaves open, the description decides; both are Keycloak's own constants. */
function explain({ body, error, form: { grant_type = '', redirect_uri } }: Refusal): Explanation | undefined {
  const said = String(body.error_description ?? '');
  switch (error) {
    case 'invalid_grant':
      if (grant_type !== 'password') return undefined;
      if (/not fully set up/i.test(said))
        return { reason: 'setup_required', hint: 'Required actions are pending, such as a new password: sign in once in a browser.' };
      if (/temporarily disabled/i.test(said)) return { reason: 'locked' };
      if (/disabled/i.test(said)) return { reason: 'disabled', hint: 'Enable the user in the admin console.' };
      return {
        reason: 'wrong_credentials',
        hint: 'Check both. If this user has a one-time code, pass --otp-stdin; and Keycloak says the same of an account that is locked.',
      };
    case 'unauthorized_client':
      if (/credentials|secret/i.test(said)) return { hint: "Check --client-id and the client secret: the client's Credentials page." };
      return { hint: `Turn on ${SWITCHES[grant_type] ?? 'this flow'} in the client's settings (Capability config).` };
    case 'invalid_client':
      return /consent/i.test(said)
        ? { reason: 'consent_required', hint: 'The client has Consent required turned on: sign in once in a browser, or turn it off.' }
        : { hint: "Check --client-id and the client secret: the client's Credentials page." };
    case 'invalid_request':
      return /redirect_uri/i.test(said) && redirect_uri !== undefined
        ? { hint: `Valid redirect URIs of the client lacks ${redirect_uri}` }
        : undefined;
    default:
      return undefined;
  }
}

/** https://www.keycloak.org/documentation. It sends a refresh token unasked; offline_access would outlive the user's signing out. */
export const keycloak = {
  kind: 'provider',
  name: 'keycloak',
  summary: 'a realm of a Keycloak server: --domain id.acme.test --realm eng, or its --issuer',
  options,
  issuers: ['https://{domain}/realms/{realm}', '{issuer}/realms/{realm}'],
  clientAuth: ['client-secret-basic', 'client-secret-post'],
  redirectSetting: 'Valid redirect URIs',
  otpParameter: 'totp',
  explain,
} satisfies Recorded<ProviderPreset>;
