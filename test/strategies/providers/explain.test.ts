import { describe, expect, test } from '@jest/globals';
import type { PadlockError } from '../../../src/core/errors.ts';
import { answerOf, oauthFailure } from '../../../src/core/oauth-error.ts';
import type { Preset } from '../../../src/core/preset.ts';
import { Redactor } from '../../../src/core/secret.ts';
import { auth0 } from '../../../src/strategies/providers/auth0.ts';
import { entra } from '../../../src/strategies/providers/entra.ts';
import { google } from '../../../src/strategies/providers/google.ts';
import { keycloak } from '../../../src/strategies/providers/keycloak.ts';
import { okta } from '../../../src/strategies/providers/okta.ts';

const failureOf = (
  preset: Preset | undefined,
  status: number,
  body: object,
  form: Record<string, string> = { grant_type: 'password' },
): PadlockError =>
  oauthFailure(
    { status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) },
    { purpose: 'The token endpoint', now: 0, redactor: new Redactor(), preset, form },
  );
const REALM = { grant_type: 'http://auth0.com/oauth/grant-type/password-realm', realm: 'Users' };
const aadsts = (code: number, error = 'invalid_grant', more: object = {}) => ({
  error,
  error_description: `AADSTS${code}: Something.\r\nTrace ID: 1\r\nCorrelation ID: 2`,
  error_codes: [code],
  trace_id: 'trace-1',
  ...more,
});

describe('what a refusal means', () => {
  const MEANINGS: readonly (readonly [Preset, number, object, string | undefined, string, number, Record<string, string>?])[] = [
    [auth0, 403, { error: 'invalid_grant', error_description: 'Wrong email or password.' }, 'wrong_credentials', 'auth_invalid_grant', 4],
    [auth0, 403, { error: 'invalid_grant' }, 'wrong_credentials', 'auth_invalid_grant', 4, REALM],
    [auth0, 429, { error: 'too_many_attempts', error_description: 'Your account has been blocked.' }, 'locked', 'auth_access_denied', 4],
    [auth0, 429, { error: 'too_many_requests' }, 'rate_limited', 'idp_rate_limited', 10],
    [auth0, 401, { error: 'password_leaked' }, 'leaked_password', 'auth_interaction_required', 4],
    [auth0, 401, { error: 'requires_verification' }, 'interaction_required', 'auth_interaction_required', 4],
    [auth0, 401, { error: 'unauthorized', error_description: 'user is blocked' }, 'disabled', 'auth_access_denied', 4],
    [auth0, 403, { error: 'invalid_grant' }, undefined, 'auth_invalid_grant', 4, { grant_type: 'refresh_token' }],
    [okta, 400, { error: 'invalid_grant' }, 'wrong_credentials', 'auth_invalid_grant', 4],
    [okta, 403, { error: 'mfa_required', mfa_token: 'secret' }, 'mfa_required', 'auth_interaction_required', 4],
    [
      keycloak,
      401,
      { error: 'invalid_grant', error_description: 'Invalid user credentials' },
      'wrong_credentials',
      'auth_invalid_grant',
      4,
    ],
    [
      keycloak,
      400,
      { error: 'invalid_grant', error_description: 'Account is not fully set up' },
      'setup_required',
      'auth_interaction_required',
      4,
    ],
    [keycloak, 400, { error: 'invalid_grant', error_description: 'Account disabled' }, 'disabled', 'auth_access_denied', 4],
    [
      keycloak,
      400,
      { error: 'invalid_client', error_description: 'Client requires user consent' },
      'consent_required',
      'auth_interaction_required',
      4,
    ],
    [entra, 400, aadsts(50126), 'wrong_credentials', 'auth_invalid_grant', 4],
    [entra, 400, aadsts(50034), 'wrong_credentials', 'auth_invalid_grant', 4],
    [entra, 400, aadsts(50053), 'locked', 'auth_access_denied', 4],
    [entra, 400, aadsts(50055), 'expired_password', 'auth_interaction_required', 4],
    [entra, 400, aadsts(50057), 'disabled', 'auth_access_denied', 4],
    [entra, 400, aadsts(50076, 'invalid_grant', { suberror: 'basic_action' }), 'mfa_required', 'auth_interaction_required', 4],
    [entra, 400, aadsts(50076, 'interaction_required', { suberror: 'basic_action' }), 'mfa_required', 'auth_interaction_required', 4],
    [entra, 400, aadsts(50079, 'interaction_required'), 'setup_required', 'auth_interaction_required', 4],
    [entra, 400, aadsts(99999, 'interaction_required'), 'interaction_required', 'auth_interaction_required', 4],
    [entra, 400, aadsts(65001), 'consent_required', 'auth_interaction_required', 4],
    [google, 400, { error: 'admin_policy_enforced' }, 'blocked', 'auth_access_denied', 4],
  ];
  test.each(MEANINGS.map((row) => ({ row, title: JSON.stringify([row[0].name, ...row.slice(1, 4)]) })))('$title', ({ row }) => {
    const [preset, status, body, reason, code, exit, form] = row;
    expect(failureOf(preset, status, body, form)).toMatchObject({ reason, code, exit });
  });

  test.each([auth0, okta, keycloak, entra, google])('$name in trouble is believed in nothing', (preset) => {
    for (const status of [500, 503])
      for (const body of [{ error: 'invalid_grant' }, { error: 'too_many_requests' }, aadsts(50053)])
        expect(failureOf(preset, status, body)).toMatchObject({ reason: undefined, code: 'idp_unavailable' });
  });

  test('is followed by what the provider says, but where the password was wrong', () => {
    const message = (error: string, error_description?: string): string => failureOf(auth0, 401, { error, error_description }).message;
    expect(message('invalid_grant', 'Wrong email or password.')).toBe('Incorrect username or password.');
    expect(message('unauthorized', 'user is blocked')).toBe('The account is disabled. The provider says: user is blocked');
    expect(message('password_leaked')).toMatch(/does not take it any more\.$/);
  });
});

describe('what to do about it, in the words of', () => {
  const HINTS: readonly (readonly [Preset, number, object, Record<string, string>, string])[] = [
    [auth0, 403, { error: 'unauthorized_client' }, REALM, 'Turn on the grant type Password'],
    [
      auth0,
      403,
      { error: 'unauthorized_client' },
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      'Turn on the grant type Device Code',
    ],
    [auth0, 400, { error: 'invalid_request' }, { grant_type: 'password' }, '--realm'],
    [auth0, 500, { error: 'server_error' }, { grant_type: 'password' }, '--realm'],
    [okta, 400, { error: 'unauthorized_client' }, { grant_type: 'password' }, 'Resource Owner Password'],
    [okta, 400, { error: 'access_denied' }, { grant_type: 'password' }, 'access policy'],
    [
      keycloak,
      400,
      { error: 'unauthorized_client', error_description: 'Client not allowed for direct access grants' },
      { grant_type: 'password' },
      'Direct access grants',
    ],
    [
      keycloak,
      401,
      { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
      { grant_type: 'password' },
      'client secret',
    ],
    [keycloak, 401, { error: 'invalid_grant', error_description: 'Invalid user credentials' }, { grant_type: 'password' }, '--otp'],
    [
      keycloak,
      400,
      { error: 'invalid_request', error_description: 'Invalid parameter: redirect_uri' },
      { redirect_uri: 'http://127.0.0.1:8765/callback' },
      'Valid redirect URIs of the client lacks http://127.0.0.1:8765/callback',
    ],
    [entra, 401, aadsts(7000215, 'invalid_client'), { grant_type: 'client_credentials' }, "secret's Value"],
    [entra, 400, aadsts(50011, 'invalid_request'), { redirect_uri: 'http://localhost:1/' }, 'lacks http://localhost:1/'],
    [google, 400, { error: 'redirect_uri_mismatch' }, { redirect_uri: 'http://127.0.0.1:1/' }, 'lacks http://127.0.0.1:1/'],
  ];
  test.each(HINTS.map((row) => ({ row, title: `${row[0].name}: ${row[4]}` })))('$title', ({ row }) => {
    const [preset, status, body, form, words] = row;
    expect(failureOf(preset, status, body, form).hint).toContain(words);
  });

  test('Auth0, where a realm was named: nothing about a default directory', () => {
    expect(failureOf(auth0, 400, { error: 'invalid_request' }, REALM).hint).not.toContain('--realm');
  });
});

test("Entra's lines become one, its trace the request's identifier", () => {
  const { message, requestId } = failureOf(entra, 400, aadsts(50053));
  expect(message).toBe('The account is locked. The provider says: AADSTS50053: Something. Trace ID: 1 Correlation ID: 2');
  expect(requestId).toBe('trace-1');
});

test('the whole answer is at hand for who goes on, and the error carries none of it', () => {
  const failure = failureOf(okta, 403, { error: 'mfa_required', mfa_token: 'canary-token' });
  expect(answerOf(failure)).toEqual({ error: 'mfa_required', mfa_token: 'canary-token' });
  expect(JSON.stringify(failure) + String(failure.message)).not.toContain('canary');
});

test('without a preset everything is as it was', () => {
  expect(failureOf(undefined, 400, aadsts(50053))).toMatchObject({ reason: undefined, code: 'auth_invalid_grant' });
});
