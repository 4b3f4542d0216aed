/** What a provider or a caller can get wrong, and the code it earns: one table for the library and for the CLI. */
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Behaviour, ClientVariant, Endpoint, Sandbox, TokenChange } from '../../src/sandbox/index.ts';

export interface Refusal {
  readonly name: string;
  readonly code: ErrorCode;
  /** Default: `rs256`. Asymmetric ones are checked as `auto` decides, so that pins are at work. */
  readonly variant?: ClientVariant;
  /** Beside or instead of what the sandbox's client needs, by option key. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  readonly answers?: (idp: Sandbox) => readonly (readonly [Endpoint, Behaviour])[];
  /** How often the token endpoint is asked; default: once. */
  readonly tokenRequests?: 0 | 1;
  /** More members of the error. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** It is in no message, however the provider puts it there. */
  readonly secret?: string;
}

const now = (): number => Math.floor(Date.now() / 1000);
const DAY = 86_400;
/** 32 bytes that are nobody's secret. */
const STRANGER = 'W9wB2nY7cQ4sK1fV8hL5xD3tR6gJ0mZp';
const API = { type: 'application/json' };

const idToken =
  (change: (idp: Sandbox) => TokenChange): NonNullable<Refusal['answers']> =>
  (idp) => [['token', { idToken: change(idp) }]];
const answer =
  (endpoint: Endpoint, behaviour: Behaviour): NonNullable<Refusal['answers']> =>
  () => [[endpoint, behaviour]];
const claims = (name: string, code: ErrorCode, change: (idp: Sandbox) => TokenChange['claims'], more: Partial<Refusal> = {}): Refusal => ({
  name: `an ID token ${name}`,
  code,
  answers: idToken((idp) => ({ claims: change(idp) ?? {} })),
  ...more,
});
const forged = (name: string, code: ErrorCode, change: TokenChange, more: Partial<Refusal> = {}): Refusal => ({
  name: `an ID token ${name}`,
  code,
  answers: idToken(() => change),
  ...more,
});
const token = (name: string, code: ErrorCode, behaviour: Behaviour, about?: Refusal['about']): Refusal => ({
  name: `a token endpoint that ${name}`,
  code,
  answers: answer('token', behaviour),
  ...(about && { about }),
});
const response = (name: string, code: ErrorCode, members: NonNullable<Behaviour['response']>): Refusal =>
  token(`answers with ${name}`, code, { response: members });
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

const SECRETS: readonly Refusal[] = [
  { name: 'a wrong client secret', code: 'client_invalid', options: { clientSecret: STRANGER }, about: { oauth_error: 'invalid_client' } },
  { name: 'a wrong secret sent by Basic', code: 'client_invalid', variant: 'basic', options: { clientSecret: STRANGER } },
  { name: 'an unknown client', code: 'client_invalid', options: { clientId: 'nobody' } },
  {
    name: 'a wrong password',
    code: 'auth_invalid_grant',
    options: { password: 'wrong-pa55word' },
    about: { oauth_error: 'invalid_grant' },
  },
  { name: 'a wrong verification secret', code: 'token_signature', variant: 'hs256', options: { verificationSecret: STRANGER } },
  {
    name: 'a verification secret of 8 bytes',
    code: 'config_weak_secret',
    variant: 'hs256',
    options: { verificationSecret: 'k7Rw2pVx' },
    tokenRequests: 0,
  },
  {
    name: 'a secret that anybody would try',
    code: 'config_weak_secret',
    variant: 'hs256',
    options: { verificationSecret: 'secret'.repeat(8) },
  },
  { name: 'an opaque access token where verified ones are required', code: 'token_malformed', options: { requireVerified: true } },
];

const SIGNATURES: readonly Refusal[] = [
  forged('signed with a foreign RSA key', 'token_signature', { key: 'wrong' }),
  forged('signed with a foreign RSA key (PS256)', 'token_signature', { key: 'wrong' }, { variant: 'ps256' }),
  forged('signed with a foreign P-256 key', 'token_signature', { key: 'wrong' }, { variant: 'es256' }),
  forged('signed with a foreign Ed25519 key', 'token_signature', { key: 'wrong' }, { variant: 'eddsa' }),
  forged('signed with a foreign secret', 'token_signature', { key: 'wrong' }, { variant: 'hs256' }),
  forged('that names an unknown key', 'token_key_not_found', { header: { kid: 'nobody' } }),
  forged('that names no key a key can have', 'token_key_not_found', { header: { kid: 7 } }),
  forged('with alg none', 'token_alg_not_allowed', { key: 'none' }),
  forged('with alg none where a secret signs', 'token_alg_not_allowed', { key: 'none' }, { variant: 'hs256' }),
  forged('with alg None', 'token_alg_not_allowed', { key: 'none', header: { alg: 'None' } }),
  forged('signed by HS256 with the public key', 'token_alg_not_allowed', { key: 'public-key-as-secret' }),
  forged(
    'signed by HS256 with the public key, checked with a secret',
    'token_signature',
    { key: 'public-key-as-secret' },
    { variant: 'hs256' },
  ),
  forged(
    'in HS256 where RS256 was expected',
    'token_alg_not_allowed',
    { header: { alg: 'HS256' } },
    { options: { idTokenSignedResponseAlg: 'RS256' } },
  ),
  forged('in HS256 where discovery decides', 'token_alg_not_allowed', { header: { alg: 'HS256' } }),
  forged('in HS256 for the verifier jwks', 'token_alg_not_allowed', { header: { alg: 'HS256' } }, { options: { verifier: 'jwks' } }),
  forged(
    'in PS256 where RS256 was expected',
    'token_alg_not_allowed',
    { header: { alg: 'PS256' } },
    { options: { idTokenSignedResponseAlg: 'RS256' } },
  ),
  forged('in another algorithm of the provider, and expired', 'token_expired', {
    header: { alg: 'PS256' },
    claims: { exp: 1_700_000_000 },
  }),
  forged('in RS256 where HS256 was expected', 'token_alg_not_allowed', { header: { alg: 'RS256' } }, { variant: 'hs256' }),
  { name: 'an HS256 token where discovery decides', code: 'token_alg_not_allowed', variant: 'hs256', options: { verifier: 'auto' } },
];

const CLAIMS: readonly Refusal[] = [
  claims('that expired 6 minutes ago', 'token_expired', () => ({ exp: now() - 360 })),
  claims('that expired, over HS256', 'token_expired', () => ({ exp: now() - 360 }), { variant: 'hs256' }),
  claims('without exp', 'token_claim_missing', () => ({ exp: null })),
  claims('whose exp is no date', 'token_claim_type', () => ({ exp: 1e308 })),
  claims('that is not valid yet', 'token_not_yet_valid', () => ({ nbf: now() + 360 })),
  claims('of a foreign issuer', 'token_issuer', (idp) => ({ iss: `${idp.issuer}1` })),
  claims('without iss', 'token_claim_missing', () => ({ iss: null })),
  claims('for another client', 'token_audience', () => ({ aud: 'padlock-rs2561' })),
  claims('for another client, over HS256', 'token_audience', () => ({ aud: 'padlock-hs2561', client_id: 'padlock-hs256' }), {
    variant: 'hs256',
  }),
  claims('without aud', 'token_claim_missing', () => ({ aud: null })),
  claims('for a stranger too, without azp', 'token_audience', () => ({ aud: ['padlock-rs256', 'padlock-rs2561'] })),
  claims('issued for another party', 'token_azp', () => ({ azp: 'padlock-es256' })),
  claims('without iat', 'token_claim_missing', () => ({ iat: null })),
  claims('issued a week ago', 'token_iat', () => ({ iat: now() - 7 * DAY })),
  claims('issued in an hour', 'token_iat', () => ({ iat: now() + 3600 })),
  claims('without sub', 'token_claim_missing', () => ({ sub: null })),
  claims('with an empty sub', 'token_claim_type', () => ({ sub: '' })),
  claims('with a number for sub', 'token_claim_type', () => ({ sub: 7 })),
  claims('with a sub of 10 kB', 'token_claim_type', () => ({ sub: 'a'.repeat(10_000) })),
  claims('with the hash of another access token', 'token_at_hash', () => ({ at_hash: '77QmUPtjPfzWtF2AnpK9RQ' })),
  claims('with the hash of another access token, over HS256', 'token_at_hash', () => ({ at_hash: '77QmUPtjPfzWtF2AnpK9RQ' }), {
    variant: 'hs256',
  }),
  claims('that says it is a refresh token', 'token_type', () => ({ typ: 'Refresh' })),
  claims('that is a logout token', 'token_type', () => ({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })),
];

const FORMS: readonly Refusal[] = [
  forged('with crit', 'token_crit', { header: { crit: ['exp'] } }),
  forged('with b64', 'token_crit', { header: { b64: false } }),
  forged('with zip', 'token_malformed', { header: { zip: 'DEF' } }),
  forged('of type at+jwt', 'token_type', { header: { typ: 'at+jwt' } }),
  forged('of type logout+jwt, over HS256', 'token_type', { header: { typ: 'logout+jwt' } }, { variant: 'hs256' }),
  forged('that is encrypted', 'token_encrypted', { raw: 'eyJhbGciOiJSU0EtT0FFUCJ9.YQ.YQ.YQ.YQ' }),
  forged('that is none', 'token_malformed', { raw: 'not-a-token' }),
  forged('of three parts of nothing', 'token_malformed', { raw: '..' }),
  forged('with a line end behind it', 'token_malformed', { raw: 'eyJhbGciOiJSUzI1NiJ9.e30.YQ\n' }),
  response('no ID token', 'token_missing', { id_token: null }),
  response('an ID token that is no text', 'proto_bad_shape', { id_token: {} }),
];

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

const JSON_TYPE = { 'content-type': API.type };
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
  response('a token of another type', 'proto_token_type', { token_type: 'mac' }),
  response('no token type', 'proto_token_type', { token_type: null }),
  response('no access token', 'proto_bad_shape', { access_token: null }),
  response('an empty access token', 'proto_bad_shape', { access_token: '' }),
  response('an access token with a line end', 'proto_bad_shape', { access_token: 'a\r\nx-injected: b' }),
  response('an empty refresh token', 'proto_bad_shape', { refresh_token: '' }),
  response('a negative lifetime', 'proto_bad_shape', { expires_in: -1 }),
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

export const REFUSALS: readonly Refusal[] = [...SECRETS, ...SIGNATURES, ...CLAIMS, ...FORMS, ...DISCOVERY, ...KEY_SETS, ...ANSWERS];

/** Whether the keys are asked for once or twice depends on which answer comes first: what is left of the wrong ones goes to nobody. */
export async function takeBack(idp: Sandbox, answers: ReturnType<NonNullable<Refusal['answers']>>): Promise<void> {
  for (const [endpoint, { repeat = 1 }] of answers)
    for (let left = repeat; endpoint === 'jwks' && left > 0; left--) await (await fetch(`${idp.issuer}/jwks`)).text();
}
