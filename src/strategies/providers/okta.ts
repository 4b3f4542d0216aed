import type { ProviderPreset, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared } from '../../core/options.ts';
import type { Explanation, Refusal } from '../../core/preset.ts';

const options = defineOptions({
  domain: { ...shared.domain, required: true },
  authorizationServer: {
    type: 'string',
    summary: 'authorization server, such as default; without it, that of the organisation',
    placeholder: 'NAME',
    form: 'segment',
  },
});

/** What a grant is called in the settings of an application. */
const GRANT_TYPES: Readonly<Record<string, string>> = {
  password: 'Resource Owner Password',
  client_credentials: 'Client Credentials',
  authorization_code: 'Authorization Code',
  refresh_token: 'Refresh Token',
  'urn:ietf:params:oauth:grant-type:device_code': 'Device Authorization',
  'http://auth0.com/oauth/grant-type/mfa-otp': 'MFA OTP',
  'http://auth0.com/oauth/grant-type/mfa-oob': 'MFA OOB',
};

function explain({ error, form: { grant_type = '' } }: Refusal): Explanation | undefined {
  switch (error) {
    case 'invalid_grant':
      return grant_type === 'password'
        ? { reason: 'wrong_credentials', hint: 'Check both. Okta says the same of an account that is locked or has to set a new password.' }
        : undefined;
    case 'mfa_required':
      return { reason: 'mfa_required' };
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return { hint: `Allow the grant type ${GRANT_TYPES[grant_type] ?? 'of this flow'} in the application's General Settings.` };
    case 'access_denied':
      return {
        hint: 'The user refused, or no rule of the access policy allows this: Security, API, the authorization server, Access Policies.',
      };
    case 'invalid_scope':
      return {
        hint: 'The authorization server does not know such a scope. Those of your own need --authorization-server, such as default.',
      };
    case 'invalid_client':
      return { hint: "Check --client-id and the client secret, and --client-auth against the application's Client Credentials." };
    default:
      return undefined;
  }
}

/** https://developer.okta.com/docs */
export const okta = {
  kind: 'provider',
  name: 'okta',
  summary: 'an Okta organisation: --domain acme.okta.com, and its --authorization-server',
  options,
  issuers: ['https://{domain}/oauth2/{authorizationServer}', 'https://{domain}'],
  scope: ['openid', 'profile', 'email', 'offline_access'],
  refreshSetting: 'Allow the grant type Refresh Token in the application, and the scope offline_access in the access policy.',
  clientAuth: ['client-secret-basic', 'client-secret-post'],
  redirectSetting: 'Sign-in redirect URIs',
  exactRedirect: true,
  mfa: { challenge: 'challenge', format: 'form', repeats: true },
  explain,
} satisfies Recorded<ProviderPreset>;
