import type { ProviderPreset, Recorded } from '../../core/contracts.ts';
import { defineOptions } from '../../core/options.ts';
import type { Explanation, Refusal } from '../../core/preset.ts';
import type { Reason } from '../../core/reasons.ts';

const options = defineOptions({
  tenant: {
    type: 'string',
    summary: "the tenant's identifier, or organizations for any of them",
    placeholder: 'TENANT',
    form: 'segment',
    required: true,
  },
});

const at = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;
/** Personal accounts are a tenant of their own, with this documented identifier. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** The numbers behind AADSTS. They may change, says their list, so they only say more than `error` does. */
const REASONS: Readonly<Record<number, Reason>> = {
  50034: 'wrong_credentials',
  50056: 'wrong_credentials',
  50126: 'wrong_credentials',
  50053: 'locked',
  50055: 'expired_password',
  50057: 'disabled',
  50072: 'setup_required',
  50079: 'setup_required',
  50074: 'mfa_required',
  50076: 'mfa_required',
  50078: 'mfa_required',
  50158: 'mfa_required',
  65001: 'consent_required',
};
const HINTS: Readonly<Record<number, string>> = {
  50034: 'There is no such user in this tenant: check --username and --tenant.',
  65001: 'Somebody has to consent to what the application asks for: once in a browser, or an administrator under API permissions.',
  700016: 'The tenant does not know this application: check --client-id and --tenant.',
  7000215: "The client secret is wrong: it is a secret's Value, not its Secret ID.",
  7000218: 'Turn on Allow public client flows under Authentication, or give the client secret.',
  7000222: 'The client secret has expired: make a new one under Certificates & secrets.',
  70011: 'Entra takes scopes such as api://…/.default, and no --audience.',
  1002012: 'A machine asks for one scope that ends in /.default.',
  90002: 'There is no such tenant: check --tenant.',
  9001023: 'The password flow needs a tenant of its own or organizations: --tenant.',
  700025: 'This is a public client, which must not send a secret: leave it out.',
};

function explain({ body, error, form: { redirect_uri } }: Refusal): Explanation | undefined {
  const codes = (Array.isArray(body.error_codes) ? body.error_codes : []).filter((code) => typeof code === 'number');
  if (codes.includes(50011) && redirect_uri !== undefined)
    return { hint: `Redirect URIs of the platform Mobile and desktop applications lacks ${redirect_uri}` };
  const known = codes.find((code) => Object.hasOwn(REASONS, code));
  const reason = known === undefined ? (error === 'interaction_required' ? 'interaction_required' : undefined) : REASONS[known];
  const hint = codes.map((code) => HINTS[code]).find((text) => text !== undefined);
  return reason === undefined && hint === undefined ? undefined : { ...(reason && { reason }), ...(hint !== undefined && { hint }) };
}

/**
 * https://learn.microsoft.com/entra/identity-platform. A tenant given by its domain name is refused by the issuer check, whose message names the
 * identifier to give instead.
 */
export const entra = {
  kind: 'provider',
  name: 'entra',
  summary: 'Microsoft Entra ID: --tenant ID, or organizations',
  options,
  issuers: [at('{tenant}')],
  spellings: { [at('organizations')]: at('{tenantid}'), [at('common')]: at('{tenantid}'), [at('consumers')]: at(CONSUMERS) },
  scope: ['openid', 'profile', 'email', 'offline_access'],
  refreshSetting: 'The application has to be allowed offline_access under API permissions.',
  clientAuth: ['client-secret-post', 'client-secret-basic'],
  loopback: 'localhost',
  redirectSetting: 'Redirect URIs (Mobile and desktop applications)',
  opaqueAudiences: ['00000003-0000-0000-c000-000000000000', 'https://graph.microsoft.com', 'https://graph.microsoft.com/'],
  explain,
} satisfies Recorded<ProviderPreset>;
