/** What can be the matter with a sign-in, one vocabulary for all providers. */
import type { ErrorCode } from './errors.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const IN_A_BROWSER = 'Sign in with a flow that has a browser, such as --flow authorization-code or device-code.';

export const REASONS = {
  wrong_credentials: {
    code: 'auth_invalid_grant',
    message: 'Incorrect username or password.',
    hint: 'Check both; another try counts at the provider.',
  },
  locked: {
    code: 'auth_access_denied',
    message: 'The account is locked.',
    hint: 'Wait, or have it unlocked at the provider; another try may prolong it.',
  },
  disabled: {
    code: 'auth_access_denied',
    message: 'The account is disabled.',
    hint: 'Only an administrator of the provider can enable it.',
  },
  blocked: {
    code: 'auth_access_denied',
    message: 'The provider does not let this user in.',
    hint: 'A rule there denies it: ask an administrator.',
  },
  expired_password: {
    code: 'auth_interaction_required',
    message: 'The password has expired.',
    hint: `Set a new one at the provider. ${IN_A_BROWSER}`,
  },
  leaked_password: {
    code: 'auth_interaction_required',
    message: 'The provider knows this password from a leak and does not take it any more.',
    hint: 'Set a new one at the provider.',
  },
  setup_required: { code: 'auth_interaction_required', message: 'The account is not fully set up.', hint: IN_A_BROWSER },
  consent_required: { code: 'auth_interaction_required', message: 'The user has to consent first.', hint: IN_A_BROWSER },
  mfa_required: { code: 'auth_interaction_required', message: 'A second factor is required.', hint: IN_A_BROWSER },
  interaction_required: { code: 'auth_interaction_required', message: 'The provider wants a step in a browser.', hint: IN_A_BROWSER },
  wrong_code: {
    code: 'auth_invalid_grant',
    message: 'The code of the second factor is not right.',
    hint: 'Wait for the next code, and begin again.',
  },
  refused: { code: 'auth_access_denied', message: 'The sign-in was refused on the device.', hint: 'Begin again, and approve it there.' },
  rate_limited: { code: 'idp_rate_limited', message: 'The provider wants fewer requests.', hint: 'Try again later.' },
} as const satisfies Readonly<Record<string, Meaning>>;

export type Reason = keyof typeof REASONS;
export const isReason = (name: unknown): name is Reason => typeof name === 'string' && Object.hasOwn(REASONS, name);
