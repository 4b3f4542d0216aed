import type { ProviderPreset, Recorded } from '../../core/contracts.ts';
import type { Explanation, Refusal } from '../../core/preset.ts';

const REFUSALS: Readonly<Record<string, Explanation>> = {
  admin_policy_enforced: { reason: 'blocked', hint: "The organisation's Google Workspace administrator does not allow this application." },
  org_internal: { reason: 'blocked', hint: 'The application is for one organisation: see the audience of its OAuth consent screen.' },
  invalid_client: { hint: 'Check --client-id and the client secret: clients of the type Desktop app have one, too, and have to send it.' },
  invalid_scope: {
    hint: 'Google knows no offline_access; and a device (TVs and Limited Input) may ask for few scopes beside openid, email and profile.',
  },
  unauthorized_client: {
    hint: 'The type of the client does not allow this flow: Desktop app for authorization-code, TVs and Limited Input for device-code.',
  },
  unsupported_grant_type: { hint: 'Google has no such flow. People sign in with authorization-code or device-code.' },
};

/** https://developers.google.com/identity. Installed applications get a refresh token unasked. Its ID tokens may leave out the https://. */
export const google = {
  kind: 'provider',
  name: 'google',
  summary: 'Google accounts',
  issuers: ['https://accounts.google.com'],
  spellings: { 'https://accounts.google.com': 'accounts.google.com' },
  clientAuth: ['client-secret-post', 'client-secret-basic'],
  redirectSetting: 'Authorized redirect URIs',
  explain({ error = '', form: { redirect_uri } }: Refusal): Explanation | undefined {
    if (error === 'redirect_uri_mismatch' && redirect_uri !== undefined) return { hint: `Authorized redirect URIs lacks ${redirect_uri}` };
    return Object.hasOwn(REFUSALS, error) ? REFUSALS[error] : undefined;
  },
} satisfies Recorded<ProviderPreset>;
