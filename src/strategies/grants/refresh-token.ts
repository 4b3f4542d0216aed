import type { Grant, Recorded } from '../../core/contracts.ts';
import { isPadlockError, type PadlockError } from '../../core/errors.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({
  refreshToken: { type: 'string', summary: 'refresh token', required: true, secret: true, prompt: 'Refresh token' },
});

/** A refresh token from elsewhere (RFC 6749 §6). The session that comes of it owns the one that is good from then on. */
export const refreshToken = {
  kind: 'grant',
  name: 'refresh-token',
  summary: 'a refresh token that you have from elsewhere',
  guide: {
    use: 'moving a session here: a refresh token from another tool, a portal or a secret store',
    avoid: 'to refresh what Padlock keeps: it does that by itself, and a token that two programs use is a token that is stolen',
    needs: 'a refresh token that was issued to this very client',
  },
  subject: 'given',
  grantType: 'refresh_token',
  options,
  async acquire({ refreshToken }: ValuesOf<typeof options>, host) {
    try {
      const response = await host.exchange('refresh_token', { refresh_token: refreshToken });
      return { ...response, refresh_token: response.refresh_token ?? refreshToken }; // where none is issued the old one stays good
    } catch (error) {
      if (!isPadlockError(error) || !isRefused(error)) throw error;
      const why = error.oauthError === undefined ? 'It gave no reason; the client or its secret may be wrong, too. ' : '';
      return host.fail('auth_refresh_rejected', {
        ...error,
        message: 'The provider did not take the refresh token.',
        hint: `${why}It may be used up: sign in with another flow, or give a newer one.`,
        cause: error,
      });
    }
  },
} satisfies Recorded<Grant>;

/** Some servers refuse a refresh token with a status and nothing else. */
const isRefused = ({ code, httpStatus = 0, oauthError }: PadlockError): boolean =>
  code === 'auth_invalid_grant' || (oauthError === undefined && [400, 401, 403].includes(httpStatus));
