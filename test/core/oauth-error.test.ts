import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isErrorCode, type PadlockError } from '../../src/core/errors.ts';
import { answerOf, oauthFailure } from '../../src/core/oauth-error.ts';
import { Redactor } from '../../src/core/secret.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const SECRET = 'correct horse  battery!';

function failureOf(status: number, body: unknown, headers: Record<string, string> = {}): PadlockError {
  const redactor = new Redactor();
  redactor.add(SECRET);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return oauthFailure({ status, headers, body: new TextEncoder().encode(text) }, { purpose: 'The token endpoint', now: NOW, redactor });
}

describe('an OAuth error of the token endpoint', () => {
  test.each([
    ['invalid_grant', 'auth_invalid_grant'],
    ['access_denied', 'auth_access_denied'],
    ['expired_token', 'auth_expired'],
    ['mfa_required', 'auth_interaction_required'],
    ['login_required', 'auth_interaction_required'],
    ['consent_required', 'auth_interaction_required'],
    ['interaction_required', 'auth_interaction_required'],
    ['invalid_client', 'client_invalid'],
    ['unauthorized_client', 'client_unauthorized'],
    ['unsupported_grant_type', 'client_unsupported_grant'],
    ['invalid_scope', 'client_invalid_scope'],
    ['invalid_request', 'client_invalid_request'],
    ['invalid_target', 'client_invalid_target'],
    ['invalid_dpop_proof', 'client_dpop'],
    ['use_dpop_nonce', 'client_dpop'],
    ['temporarily_unavailable', 'idp_unavailable'],
    ['server_error', 'idp_unavailable'],
    ['something_of_their_own', 'auth_access_denied'],
    ['constructor', 'auth_access_denied'],
  ])('%s is %s, whatever 4xx it comes with', (error, code) => {
    for (const status of [200, 400, 401, 403])
      expect(failureOf(status, { error })).toMatchObject({ code, oauthError: error, httpStatus: status });
  });

  test.each([500, 502, 503, 504])('is not believed from a server in trouble (%i)', (status) => {
    expect(failureOf(status, { error: 'invalid_grant' })).toMatchObject({ code: 'idp_unavailable', retryable: true });
  });

  test.each([
    [201, 'proto_status'],
    [300, 'proto_redirect'],
    [399, 'proto_redirect'],
    [404, 'proto_status'],
  ])('is missing from an answer with status %i, which is %s', (status, code) => {
    for (const body of ['', 'null', '[]', '"x"', '<html>']) {
      const failure = failureOf(status, body);
      expect(failure).toMatchObject({ code, httpStatus: status });
      expect(answerOf(failure)).toBeUndefined();
    }
  });

  test('of a client is told with how it proved itself, and how else it could', () => {
    const hint = (status: number, body: object, more: object): string | undefined =>
      oauthFailure(
        { status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) },
        { purpose: 'The token endpoint', now: NOW, redactor: new Redactor(), ...more },
      ).hint;
    const refused = { error: 'invalid_client' };
    const proved = { provedBy: 'client-secret-basic', others: ['client-secret-post', 'none'] };
    expect(hint(401, refused, proved)).toBe(
      'Check --client-id and what proves it (client-secret-basic), or choose another way with --client-auth: the provider lists client-secret-post, none.',
    );
    expect(hint(401, refused, { provedBy: 'none' })).toMatch(/with --client-auth\.$/);
    expect(hint(401, refused, {})).not.toContain('what proves it');
    expect(hint(400, { error: 'invalid_grant' }, proved)).not.toContain('what proves it');
    expect(hint(400, {}, proved)).toBe(
      'The provider gave no reason; the client id, the client secret, how it is sent (--client-auth: the provider lists client-secret-post, none) or the flow may be wrong.',
    );
    const repeated = { ...proved, repeated: 'clientAssertion' };
    expect(hint(401, refused, repeated)).toMatch(/^--client-assertion was in an earlier request, too.*--client-assertion-source/);
    expect(hint(400, { error: 'invalid_grant' }, repeated)).not.toContain('earlier request');
    expect(hint(404, {}, proved)).not.toContain('gave no reason');
    expect(hint(400, { error: 7 }, proved)).not.toContain('gave no reason');
  });

  test('that asks for more carries it in a form that a shell takes, if it can be one', () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const asked = (text: string): PadlockError => failureOf(400, { error: 'interaction_required', claims: text });
    expect(asked(claims)).toMatchObject({ claims, hint: `Sign in with --flow authorization-code --param claims='${claims}'` });
    for (const text of ["{';rm -rf /;'}", `{}'`, `'{}`, 'x'.repeat(401)])
      expect(asked(text)).toMatchObject({ claims: text, hint: expect.stringContaining('--format json') });
    expect(asked('x'.repeat(4000)).claims).toBe('x'.repeat(4000));
    expect(asked('x'.repeat(4001)).claims).toBeUndefined();
  });

  test('can be read whole by who goes on with it', () => {
    const body = { error: 'mfa_required', mfa_token: 'more' };
    expect(answerOf(failureOf(403, body))).toEqual(body);
    expect(answerOf(failureOf(403, '<html>'))).toBeUndefined();
  });

  test('tells what the description says, on one line and not more than can be read', () => {
    const { message } = failureOf(400, { error: 'invalid_grant', error_description: ` Wrong \u001b[31m\r\n password ${'x'.repeat(1e5)}` });
    expect(message).toMatch(/^The provider refused: "invalid_grant"\. Wrong \\u\{1b\}\[31m password x+…$/);
    expect(message.length).toBeLessThan(600);
  });

  test.each([undefined, null, 7, {}, ''])('does without a description that is %j', (error_description) => {
    expect(failureOf(400, { error: 'invalid_grant', error_description }).message).toBe('The provider refused: "invalid_grant".');
  });

  test('never repeats a secret that the server echoes, wherever it does', () => {
    const form = new URLSearchParams({ password: SECRET }).toString();
    for (const echo of [SECRET, form, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64')]) {
      const failure = failureOf(400, { error: `bad ${echo}`, error_description: `no such: ${echo}` }, { 'x-request-id': echo });
      expect(inspect(failure)).not.toContain('battery');
      expect(inspect(failure)).not.toContain(echo);
      expect(failure.message).toContain('no such:');
    }
  });

  test.each([
    ['client_unauthorized', 'unauthorized_client', /--flow/],
    ['client_unsupported_grant', 'unsupported_grant_type', /--flow/],
    ['client_invalid_scope', 'invalid_scope', /--scope/],
    ['client_invalid', 'invalid_client', /--client-auth/],
    ['auth_interaction_required', 'mfa_required', /browser/],
  ])('%s comes with what to do', (code, error, hint) => {
    expect(failureOf(400, { error })).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });
});

describe('what real servers answer', () => {
  test.each<[string, number, unknown, Record<string, string>, string, object]>([
    ['an empty 400', 400, '', {}, 'proto_bad_shape', { hint: expect.stringContaining('gave no reason') }],
    ['an empty 403', 403, '', {}, 'auth_access_denied', { oauthError: undefined }],
    ['an empty 401 with a challenge', 401, '', { 'www-authenticate': 'Basic realm="x"' }, 'client_invalid', {}],
    ["Keycloak's 401 for a wrong password", 401, { error: 'invalid_grant' }, {}, 'auth_invalid_grant', {}],
    ["Auth0's 403 for a wrong password", 403, { error: 'invalid_grant' }, {}, 'auth_invalid_grant', {}],
    ["Auth0's lock-out", 429, { error: 'too_many_attempts' }, { 'retry-after': '5' }, 'auth_access_denied', { retryAfter: undefined }],
    ['a rate limit', 429, { error: 'invalid_grant' }, { 'retry-after': '5' }, 'idp_rate_limited', { retryAfter: 5 }],
    [
      'a rate limit that says when it ends',
      429,
      '',
      { 'x-ratelimit-reset': String(NOW / 1000 + 9) },
      'idp_rate_limited',
      { retryAfter: 9 },
    ],
    ['an HTML page', 400, '<html>nginx</html>', { 'content-type': 'text/html' }, 'proto_bad_shape', {}],
    ['an HTML page of a gateway', 502, '<html>', {}, 'idp_unavailable', {}],
    ['a 503 that says when to come back', 503, '', { 'retry-after': '3' }, 'idp_unavailable', { retryAfter: 3 }],
    ['a redirect to a login page', 302, '', { location: 'https://evil.test' }, 'proto_redirect', {}],
    ['a 404', 404, '', {}, 'proto_status', {}],
    ['a list', 400, [1], {}, 'proto_bad_shape', {}],
    ['a null error', 400, { error: null }, {}, 'proto_bad_shape', {}],
    ['an error without a word', 400, { error: '' }, {}, 'proto_bad_shape', { oauthError: undefined }],
    ['an error that is a number', 400, { error: 7 }, {}, 'proto_bad_shape', { message: expect.stringContaining('not a text') }],
    ['an error that is an object', 403, { error: { code: 'x' } }, {}, 'proto_bad_shape', {}],
    ['duplicate members', 400, '{"error":"invalid_grant","error":"x"}', {}, 'proto_bad_shape', {}],
  ])('%s', (_, status, body, headers, code, more) => {
    expect(failureOf(status, body, headers)).toMatchObject({ code, httpStatus: status, ...more });
  });

  test.each(['x-request-id', 'x-correlation-id', 'x-ms-request-id'])('with %s, to find it in their log', (name) => {
    expect(failureOf(400, '', { [name]: `id\u001b${'9'.repeat(300)}` }).requestId).toMatch(/^id\\u\{1b\}9+…$/);
  });

  test('is a failure with a code of the table, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, body) => {
        expect(isErrorCode(failureOf(status, body).code)).toBe(true);
      }),
    );
  });
});
