/** Refusals of credentials and of ID tokens. */
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Sandbox, TokenChange } from '../../src/sandbox/index.ts';
import type { Refusal } from './refusal.ts';

const now = (): number => Math.floor(Date.now() / 1000);
const DAY = 86_400;
/** 32 bytes that are nobody's secret. */
const STRANGER = 'W9wB2nY7cQ4sK1fV8hL5xD3tR6gJ0mZp';

const idToken =
  (change: (idp: Sandbox) => TokenChange): NonNullable<Refusal['answers']> =>
  (idp) => [['token', { idToken: change(idp) }]];
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
];

export const TOKEN_REFUSALS: readonly Refusal[] = [...SECRETS, ...SIGNATURES, ...CLAIMS, ...FORMS];
