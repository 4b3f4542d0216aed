/** What the browser brings back: B38–B41, V10, RFC 9207, hardening.md §3 lines 6–8. */
import { describe, expect, test } from '@jest/globals';
import { codeFrom } from '../../src/core/authorization-response.ts';
import type { Metadata } from '../../src/core/messages.ts';
import { pastedAnswer } from '../../src/core/pasted-answer.ts';

const ISSUER = 'https://id.example/';
const from = (answer: string, metadata: Partial<Metadata> = {}, redirectUri = 'http://127.0.0.1:4711/callback'): string =>
  codeFrom(answer.includes('=') ? new URLSearchParams(answer) : answer, {
    state: 'the state',
    redirectUri,
    provider: { issuer: ISSUER, clientId: 'cli', metadata: { issuer: ISSUER, ...metadata } },
  });
const NAMES_ITSELF = { authorization_response_iss_parameter_supported: true };
const OK = 'code=the+code&state=the+state';
const ISS = `iss=${encodeURIComponent(ISSUER)}`;

describe('an answer', () => {
  test('gives its code, whatever else is in it', () => {
    expect(from(OK)).toBe('the code');
    expect(from(`${OK}&session_state=x&scope=openid&scope=email`)).toBe('the code');
    expect(from(`${OK}&${ISS}`, NAMES_ITSELF)).toBe('the code');
    expect(from(`${OK}&${ISS}`)).toBe('the code');
  });

  test.each<[string, string, Partial<Metadata>, RegExp]>([
    ['B38: without a state', 'code=c', {}, /another state/],
    ['B39: with another state', 'code=c&state=the+State', {}, /another state/],
    ['with an empty state', 'code=c&state=', {}, /another state/],
    [
      'B40: of another issuer',
      `${OK}&iss=https%3A%2F%2Fevil.example%2F`,
      NAMES_ITSELF,
      /"https:\/\/evil\.example\/", not from https:\/\/id/,
    ],
    ['B40: of another issuer, though none was promised', `${OK}&iss=https%3A%2F%2Fid.example`, {}, /not from/],
    ['B41: without the promised issuer', OK, NAMES_ITSELF, /without the issuer/],
    ['without a code', 'state=the+state', {}, /neither a code nor an error/],
    ['with an empty code', 'code=&state=the+state', {}, /neither a code nor an error/],
    ['with two codes', `${OK}&code=other`, {}, /more than one code/],
    ['with two states', `${OK}&state=the+state`, {}, /more than one state/],
    ['with two issuers', `${OK}&${ISS}&${ISS}`, NAMES_ITSELF, /more than one iss/],
  ])('%s is refused', (_, answer, metadata, message) => {
    expect(() => from(answer, metadata)).toThrow(
      expect.objectContaining({ code: 'proto_bad_shape', message: expect.stringMatching(message) }),
    );
  });

  test.each<[string, string]>([
    ['access_denied', 'auth_access_denied'],
    ['login_required', 'auth_interaction_required'],
    ['interaction_required', 'auth_interaction_required'],
    ['account_selection_required', 'auth_interaction_required'],
    ['unmet_authentication_requirements', 'auth_interaction_required'],
    ['invalid_scope', 'client_invalid_scope'],
    ['invalid_request', 'client_invalid_request'],
    ['invalid_target', 'client_invalid_target'],
    ['unauthorized_client', 'client_unauthorized'],
    ['unsupported_response_type', 'client_unsupported_grant'],
    ['server_error', 'idp_unavailable'],
    ['temporarily_unavailable', 'idp_unavailable'],
    ['toString', 'auth_access_denied'],
  ])('that says %s is %s, with what the provider said', (error, code) => {
    expect(() => from(`error=${error}&error_description=The+user%0D%0Asaid%1B%5B2J+no.&state=the+state`)).toThrow(
      expect.objectContaining({
        code,
        oauthError: error,
        message: `The provider refused: "${error}". The user said\\u{1b}[2J no.`,
      }),
    );
  });

  test('that is an error counts only with the right state and issuer', () => {
    expect(() => from('error=access_denied&state=x')).toThrow(expect.objectContaining({ code: 'proto_bad_shape' }));
    expect(() => from('error=access_denied&state=the+state', NAMES_ITSELF)).toThrow(expect.objectContaining({ code: 'proto_bad_shape' }));
  });

  test('that is a refusal beats a code beside it', () => {
    expect(() => from(`${OK}&error=access_denied`)).toThrow(expect.objectContaining({ code: 'auth_access_denied' }));
  });
});

describe('a bare code', () => {
  test('is taken as it is', () => expect(from('4/0AX4XfWh')).toBe('4/0AX4XfWh'));
  test('is refused where an answer names its issuer, unless a page shows the code', () => {
    expect(() => from('4/0AX4XfWh', NAMES_ITSELF)).toThrow(expect.objectContaining({ hint: expect.stringContaining('whole address') }));
    expect(from('4/0AX4XfWh', NAMES_ITSELF, 'urn:ietf:wg:oauth:2.0:oob')).toBe('4/0AX4XfWh');
  });
  test('has to be one', () => expect(() => from('')).toThrow(expect.objectContaining({ code: 'usage_bad_value' })));
});

describe('what was pasted', () => {
  const read = (text: string) => {
    const answer = pastedAnswer(text);
    return typeof answer === 'string' ? answer : Object.fromEntries(answer);
  };
  test.each([
    'http://127.0.0.1/callback?code=a%2Fb&state=s',
    '  http://127.0.0.1/call\n  back?code=a%2Fb&sta\r\nte=s \n',
    'com.acme.cli:/callback?code=a%2Fb&state=s#_=_',
    '?code=a%2Fb&state=s',
    'code=a%2Fb&state=s',
  ])('is an address or its query: %j', (text) => expect(read(text)).toEqual({ code: 'a/b', state: 's' }));
  test('is a refusal', () => expect(read('http://localhost/?error=access_denied&state=s')).toEqual({ error: 'access_denied', state: 's' }));
  test.each([' 4/0AX4XfWh-_.~+=\n', 'SplxlOBeZQQYbYS6WxSbIA', 'a:b', 'a?b'])('is a bare code: %j', (text) =>
    expect(read(text)).toBe(text.trim()),
  );
});
