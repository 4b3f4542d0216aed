/** What the refusal of a password looks like. */
import type { GrantHost } from './contracts.ts';
import { isPadlockError } from './errors.ts';
import type { TokenResponse } from './messages.ts';

/** Some servers answer a wrong password with 403 and nothing else. */
const isWrongPassword = ({ code, oauthError }: { readonly code: string; readonly oauthError: string | undefined }): boolean =>
  code === 'auth_invalid_grant' || (code === 'auth_access_denied' && oauthError === undefined);

/** Runs the exchange of a password. Where nobody knows more, a refusal says that name or password is wrong, and as hint what the provider said. */
export async function withPassword(host: Pick<GrantHost, 'fail'>, exchange: () => Promise<TokenResponse>): Promise<TokenResponse> {
  try {
    return await exchange();
  } catch (error) {
    if (!isPadlockError(error) || error.reason !== undefined || !isWrongPassword(error)) throw error;
    const hint = error.message; // it may be another reason: a disabled account, an expired password
    return host.fail('auth_invalid_grant', { ...error, message: 'Incorrect username or password.', hint, cause: error });
  }
}
