import type { ProviderPreset, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared } from '../../core/options.ts';
import type { Explanation, Refusal } from '../../core/preset.ts';

const options = defineOptions({ domain: { ...shared.domain, required: true } });

const AUTH0 = 'http://auth0.com/oauth/grant-type/';
/** What a grant is called among an application's grant types. */
const GRANT_TYPES: Readonly<Record<string, string>> = {
  password: 'Password',
  [`${AUTH0}password-realm`]: 'Password',
  [`${AUTH0}mfa-otp`]: 'MFA',
  [`${AUTH0}mfa-oob`]: 'MFA',
  [`${AUTH0}mfa-recovery-code`]: 'MFA',
  client_credentials: 'Client Credentials',
  authorization_code: 'Authorization Code',
  refresh_token: 'Refresh Token',
  'urn:ietf:params:oauth:grant-type:device_code': 'Device Code',
};

/** By `error` alone: the documentation says that no code should read the descriptions. */
const REFUSALS: Readonly<Record<string, Explanation>> = {
  too_many_attempts: {
    reason: 'locked',
    hint: "Auth0 blocked it after too many attempts. The link in its e-mail to the user unblocks it, and so does the user's page in the dashboard.",
  },
  password_leaked: { reason: 'leaked_password' },
  requires_verification: {
    reason: 'interaction_required',
    hint: 'Auth0 wants to see that this is no bot, which the password flow cannot show. Use --flow authorization-code or device-code.',
  },
  blocked_user: { reason: 'disabled' },
  unauthorized: { reason: 'disabled', hint: "The user is blocked: unblock it on the user's page in the dashboard." },
  too_many_requests: { reason: 'rate_limited' },
  mfa_required: { reason: 'mfa_required' },
  consent_required: { reason: 'consent_required' },
  invalid_client: {
    hint: "Check the client secret, and --client-auth against the application's Credentials page (Post, Basic, Private Key JWT).",
  },
  access_denied: { hint: 'The user refused, or a rule or an Action of the tenant did.' },
};

function explain({ error = '', form: { grant_type = '', realm }, status }: Refusal): Explanation | undefined {
  const isPassword = GRANT_TYPES[grant_type] === 'Password';
  if (error === 'invalid_grant' && isPassword) return { reason: 'wrong_credentials' };
  if (error === 'unauthorized_client' || error === 'unsupported_grant_type') {
    const name = GRANT_TYPES[grant_type];
    return { hint: `Turn on the grant type ${name ?? 'of this flow'}: the application's Advanced Settings, Grant Types.` };
  }
  if (grant_type === 'password' && realm === undefined && (error === 'invalid_request' || status >= 500))
    return {
      hint: 'The tenant may have no Default Directory: name the connection with --flow password-realm --realm, or set one in the tenant settings.',
    };
  return Object.hasOwn(REFUSALS, error) ? REFUSALS[error] : undefined;
}

/** https://auth0.com/docs */
export const auth0 = {
  kind: 'provider',
  name: 'auth0',
  summary: 'an Auth0 tenant: --domain acme.eu.auth0.com, or its own domain',
  options,
  issuers: ['https://{domain}/'],
  scope: ['openid', 'profile', 'email', 'offline_access'],
  refreshSetting: 'Turn on Allow Offline Access of the API, and the grant type Refresh Token of the application.',
  clientAuth: ['client-secret-post', 'client-secret-basic'],
  redirectSetting: 'Allowed Callback URLs',
  exactRedirect: true,
  mfa: { authenticators: '/mfa/authenticators', challenge: '/mfa/challenge', format: 'json' },
  explain,
} satisfies Recorded<ProviderPreset>;
