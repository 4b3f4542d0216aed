/** Refusals of what the provider's endpoints answer. */
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Behaviour, Endpoint, Sandbox } from '../../src/sandbox/index.ts';
import type { Refusal } from './refusal.ts';

const answer =
  (endpoint: Endpoint, behaviour: Behaviour): NonNullable<Refusal['answers']> =>
  () => [[endpoint, behaviour]];
const token = (name: string, code: ErrorCode, behaviour: Behaviour, about?: Refusal['about']): Refusal => ({
  name: `a token endpoint that ${name}`,
  code,
  answers: answer('token', behaviour),
  ...(about && { about }),
});
const response = (name: string, code: ErrorCode, members: NonNullable<Behaviour['response']>, message?: string): Refusal =>
  token(`answers with ${name}`, code, { response: members }, message === undefined ? undefined : { message });
const discovery = (name: string, code: ErrorCode, behaviour: Behaviour): Refusal => ({
  name: `discovery ${name}`,
  code,
  answers: answer('discovery', behaviour),
  tokenRequests: 0,
});
const keySet = (name: string, code: ErrorCode, keys: (idp: Sandbox) => unknown): Refusal => ({
  name: `a key set ${name}`,
  code,
  answers: (idp) => [['jwks', { response: { keys: keys(idp) as never }, repeat: 2 }]],
});

const PUBLIC = ['kty', 'kid', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'];
const published = (idp: Sandbox): readonly Record<string, unknown>[] =>
  idp.state().keys.map((key) => Object.fromEntries(Object.entries(key).filter(([member]) => PUBLIC.includes(member))));
const rsaOf = (idp: Sandbox): Record<string, unknown> => published(idp).find(({ kty }) => kty === 'RSA') ?? {};

const DISCOVERY: readonly Refusal[] = [
  discovery('of another issuer', 'proto_discovery_mismatch', { response: { issuer: 'https://evil.test' } }),
  discovery('that names no issuer', 'proto_discovery_invalid', { response: { issuer: null } }),
  discovery('with a token endpoint over http', 'proto_discovery_invalid', { response: { token_endpoint: 'http://id.percy.test/token' } }),
  discovery('with a script for a token endpoint', 'proto_discovery_invalid', { response: { token_endpoint: 'javascript:alert(1)' } }),
  discovery('with a file for a key set', 'proto_discovery_invalid', { response: { jwks_uri: 'file:///etc/passwd' } }),
  discovery('with a password in an endpoint', 'proto_discovery_invalid', {
    response: { token_endpoint: 'https://a:b@id.percy.test/token' },
  }),
  discovery('with a number for an endpoint', 'proto_discovery_invalid', { response: { revocation_endpoint: 7 } }),
  discovery('with a list for an endpoint', 'proto_discovery_invalid', {
    response: { revocation_endpoint: ['https://id.percy.test/revoke'] },
  }),
  discovery('without a token endpoint', 'proto_discovery_invalid', { response: { token_endpoint: null } }),
  discovery('with a list of numbers', 'proto_discovery_invalid', { response: { id_token_signing_alg_values_supported: [7] } }),
  discovery('in HTML', 'proto_not_json', { body: '<!doctype html>', headers: { 'content-type': 'text/html' } }),
  discovery('that is not there', 'proto_discovery_invalid', { status: 404, repeat: 2 }),
  discovery('that says 503, twice', 'idp_unavailable', { status: 503, repeat: 2 }),
];

const KEY_SETS: readonly Refusal[] = [
  keySet('with private keys', 'proto_jwks_invalid', (idp) => idp.state().keys),
  keySet('with a secret in it', 'proto_jwks_invalid', (idp) => [...published(idp), { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }]),
  keySet('that is no list', 'proto_jwks_invalid', () => ({})),
  keySet('without keys', 'token_key_not_found', () => []),
  keySet('with one name for two keys', 'token_key_ambiguous', (idp) => [...published(idp), rsaOf(idp)]),
  keySet('whose RSA key is for encryption', 'token_key_not_found', (idp) => published(idp).map((key) => ({ ...key, use: 'enc' }))),
  keySet('whose RSA exponent is 1', 'token_key_unsafe', (idp) =>
    published(idp).map((key) => (key.kty === 'RSA' ? { ...key, e: 'AQ' } : key)),
  ),
  {
    name: 'several keys, and an ID token that names none',
    code: 'token_key_ambiguous',
    answers: (idp) => [
      ['jwks', { response: { keys: [rsaOf(idp), { ...rsaOf(idp), kid: 'second' }] as never }, repeat: 2 }],
      ['token', { idToken: { header: { kid: null } } }],
    ],
  },
  {
    name: 'a key set that cannot be had',
    code: 'idp_unavailable',
    answers: () => [['jwks', { status: 503, headers: { 'retry-after': '600' }, repeat: 2 }]],
    about: { http_status: 503, retry_after: 600 },
  },
];

const JSON_TYPE = { 'content-type': 'application/json' };
const ANSWERS: readonly Refusal[] = [
  token('answers with a member twice', 'proto_duplicate_key', {
    body: '{"access_token":"a","access_token":"b","token_type":"Bearer"}',
    headers: JSON_TYPE,
  }),
  token('nests without end', 'proto_too_deep', {
    body: `{"access_token":"a","token_type":"Bearer","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    headers: JSON_TYPE,
  }),
  token('answers with a list', 'proto_bad_shape', { body: [] }),
  response('no ID token', 'token_missing', { id_token: null }),
  response('an ID token that is no text', 'proto_bad_shape', { id_token: {} }),
  response('a token of another type', 'proto_token_type', { token_type: 'mac' }),
  response('no token type', 'proto_token_type', { token_type: null }),
  response('no access token', 'proto_bad_shape', { access_token: null }, 'The token response has no access_token.'),
  response('an empty access token', 'proto_bad_shape', { access_token: '' }),
  response('an access token with a line end', 'proto_bad_shape', { access_token: 'a\r\nx-injected: b' }),
  response('an empty refresh token', 'proto_bad_shape', { refresh_token: '' }),
  response('a negative lifetime', 'proto_bad_shape', { expires_in: -1 }, "The token response's expires_in is not a number of seconds."),
  response('a lifetime in words', 'proto_bad_shape', { expires_in: 'an hour' }),
  response('a scope that is a list', 'proto_bad_shape', { scope: ['openid'] }),
  token('answers with HTML and 200', 'proto_not_json', { body: '<!doctype html>', headers: { 'content-type': 'text/html' } }),
  token('labels JSON as HTML', 'proto_content_type', {
    body: '{"access_token":"a","token_type":"Bearer"}',
    headers: { 'content-type': 'text/html' },
  }),
  token('says 201', 'proto_status', { status: 201, body: { access_token: 'a', token_type: 'Bearer' } }, { http_status: 201 }),
  token('says 204', 'proto_status', { status: 204 }, { http_status: 204 }),
  token('redirects with 302', 'proto_redirect', { status: 302, headers: { location: '/token' } }, { http_status: 302 }),
  token('redirects with 307', 'proto_redirect', { status: 307, headers: { location: '/elsewhere' } }, { http_status: 307 }),
  token(
    'is busy',
    'idp_rate_limited',
    { status: 429, headers: { 'retry-after': '7' } },
    { http_status: 429, retry_after: 7, retryable: true },
  ),
  token('locks the account out', 'auth_access_denied', { status: 429, body: { error: 'too_many_attempts' } }, { retryable: false }),
  token('is down', 'idp_unavailable', { status: 503 }, { http_status: 503, retryable: true }),
  token('is down and blames the password', 'idp_unavailable', { status: 500, body: { error: 'invalid_grant' } }, { retryable: true }),
  token('says temporarily_unavailable', 'idp_unavailable', { status: 400, body: { error: 'temporarily_unavailable' } }),
  token(
    'wants a second factor',
    'auth_interaction_required',
    { status: 403, body: { error: 'mfa_required' } },
    { oauth_error: 'mfa_required' },
  ),
  token('refuses the scope', 'client_invalid_scope', { status: 400, body: { error: 'invalid_scope' } }),
  token('refuses the flow', 'client_unsupported_grant', { status: 400, body: { error: 'unsupported_grant_type' } }),
  token('refuses the client for this flow', 'client_unauthorized', { status: 400, body: { error: 'unauthorized_client' } }),
  token('answers with an error of its own', 'auth_access_denied', { status: 400, body: { error: 'acme_no' } }, { oauth_error: 'acme_no' }),
  token('answers with an error and 200', 'auth_invalid_grant', { body: { error: 'invalid_grant' } }),
  token('answers with an error that is no text', 'proto_bad_shape', { status: 400, body: { error: {} } }),
  token('says 400 and no more', 'proto_bad_shape', { status: 400 }),
  token('says 401 and no more', 'client_invalid', { status: 401 }),
  token('says 403 and no more', 'auth_invalid_grant', { status: 403 }),
  {
    ...token('echoes the password', 'client_invalid_request', {
      status: 400,
      body: { error: 'invalid_request', error_description: 'password=pa55word \u001b]52;c;\u0007' },
    }),
    secret: 'pa55word',
  },
  token('hangs up on the request', 'net_reset', { hangUp: 'before' }, { retryable: true }),
  token('hangs up after the headers', 'net_reset', { hangUp: 'headers' }),
  token('hangs up in the body', 'net_reset', { hangUp: 'body' }),
  token('sends more than a megabyte', 'proto_too_large', { body: ' '.repeat(1_048_577), headers: JSON_TYPE }),
  { ...token('takes too long', 'net_timeout', { delay: 3000 }, { retryable: true }), options: { timeout: 1 } },
];

export const ANSWER_REFUSALS: readonly Refusal[] = [...DISCOVERY, ...KEY_SETS, ...ANSWERS];
