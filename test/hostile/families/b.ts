/**
 * B: what a provider may do and must not, from the relying party modules of the OpenID Foundation's conformance suite. Each behaviour is tried
 * in every flow it can meet: P password, R refresh, C client credentials, D device code, A authorization code, U userinfo; the letter stands
 * behind the number.
 */
import { strictEqual } from 'node:assert/strict';
import { keyFor, type SigningKey, strangerFor, token } from '../../core/forge.ts';
import { knowing } from '../fingerprint.ts';
import type { Answer, Asked, Forged } from '../network/answer.ts';
import { refusal } from '../network/answer.ts';
import { CLIENT_ID, NEXT } from '../network/good.ts';
import type { Script } from '../network/provider.ts';
import type { Provocation, Row } from '../row.ts';

type Flow = 'P' | 'R' | 'C' | 'D' | 'A';
type Rest = Pick<Row, 'exit' | 'code' | 'check' | 'afterwards'> & { readonly env?: Readonly<Record<string, string>> };

/** Somebody whose browser goes where it is sent, and comes back. */
const browse: Provocation['during'] = async (running) => {
  const said = await running.until(/authorize\?[^\s"]+/).catch(() => ''); // it may end before
  const url = /http:\/\/[^\s"]+\/authorize\?[^\s"]+/.exec(said)?.[0];
  const back = url === undefined ? null : (await fetch(url, { redirect: 'manual' })).headers.get('location');
  if (back !== null) await fetch(back).catch(() => undefined); // it may be gone by then
};

/** How each flow gets its tokens. A refresh has a session before. */
const FLOWS: Readonly<Record<Flow, { readonly run: Provocation; readonly more?: Partial<Row> }>> = {
  P: { run: { args: ['auth'] } },
  R: { run: { args: ['token', '--refresh', '--no-cache'] }, more: { signedIn: true, allow: { stdout: ['issued'] } } },
  C: { run: { args: ['auth'], env: { PADLOCK_FLOW: 'client-credentials' } } },
  D: { run: { args: ['auth'], env: { PADLOCK_FLOW: 'device-code' } } },
  A: { run: { args: ['auth'], env: { PADLOCK_FLOW: 'authorization-code', PADLOCK_NO_BROWSER: '1' }, during: browse } },
};
const USERS: readonly Flow[] = ['P', 'R', 'D', 'A'];
const ALL: readonly Flow[] = ['P', 'R', 'C', 'D', 'A'];
const ONCE = 'the same token goes through the same verifier; one flow of each behaviour is watched on a terminal';

const behaviour = (number: number, what: string, flows: readonly Flow[], answers: Script, rest: Rest): readonly Row[] =>
  flows.map((flow, at) => {
    const { more, run } = FLOWS[flow];
    const { env, ...expected } = rest;
    const id = `B${number}${flow.toLowerCase()}`;
    return {
      id,
      what: `${what} (${flow})`,
      answers,
      run: { ...run, env: { ...run.env, ...env } },
      ...more,
      ...expected,
      ...(at > 0 && { once: ONCE }),
    };
  });

const idToken = (number: number, what: string, forged: Forged, rest: Rest, flows: readonly Flow[] = USERS): readonly Row[] =>
  behaviour(number, `an ID token ${what}`, flows, { token: { idToken: forged } }, rest);
const refuses = (code: NonNullable<Row['code']>): Rest => ({ exit: 8, code });
const ACCEPTS: Rest = { exit: 0 };

const now = (): number => Math.floor(Date.now() / 1000);
const DAY = 86_400;
const RS256 = keyFor('RS256').jwk;
const at = (path: string, headers: Readonly<Record<string, unknown>>): string => `http://${String(headers.host)}${path}`;

/** Only discovery was asked: nobody else hears of a client that was sent to the wrong place. */
const onlyDiscovery: NonNullable<Row['check']> = (_, { idp }) => {
  const asked = idp.requests.filter(({ path }) => !path.startsWith('/.well-known/'));
  strictEqual(asked.filter(({ endpoint }) => endpoint === 'token').length <= 1, true); // the sign-in before a refresh
};
const keysFetched =
  (times: number): NonNullable<Row['check']> =>
  (_, { idp }) =>
    strictEqual(idp.at('jwks').length, times);

const DISCOVERY: readonly Row[] = [
  ...behaviour(
    1,
    'a discovery document of another issuer',
    ALL,
    { discovery: ({ headers }) => ({ members: { issuer: `${at('', headers)}1` } }) },
    { exit: 7, code: 'proto_discovery_mismatch', check: onlyDiscovery },
  ),
  ...behaviour(
    2,
    'keys at an address that only discovery tells',
    USERS,
    {
      discovery: ({ headers }) => ({ members: { jwks_uri: at('/elsewhere/keys', headers) } }),
      jwks: { status: 404, body: '' },
      other: { status: 200, body: { keys: [RS256] } },
    },
    ACCEPTS,
  ),
];

const rotated: Answer = { idToken: { key: 'next' } };
const KEYS: readonly Row[] = [
  {
    id: 'B3p',
    what: 'another key than at the last sign-in (P)',
    signedIn: true,
    answers: { token: rotated, jwks: { members: { keys: [NEXT.jwk] } } },
    run: { args: ['auth'] },
    exit: 0,
  },
  ...behaviour(3, 'another key than at the sign-in', ['R'], { token: rotated, jwks: { members: { keys: [NEXT.jwk] } } }, ACCEPTS),
  ...behaviour(
    4,
    'a key that is published just before it signs',
    ['P', 'D', 'A'],
    { token: rotated, jwks: [{ members: { keys: [RS256] } }, { members: { keys: [RS256, NEXT.jwk] } }] },
    { ...ACCEPTS, check: keysFetched(2) },
  ),
  ...behaviour(
    4,
    'a key that is published just before it signs',
    ['R'],
    { token: rotated, jwks: [{ members: { keys: [RS256] } }, { members: { keys: [RS256, NEXT.jwk] } }] },
    ACCEPTS,
  ),
  ...idToken(5, 'without kid, where there is one key', { header: { kid: undefined } }, ACCEPTS),
  ...behaviour(
    6,
    'an ID token without kid, where several keys fit',
    USERS,
    { token: { idToken: { header: { kid: undefined } } }, jwks: { members: { keys: [RS256, NEXT.jwk] } } },
    refuses('token_key_ambiguous'),
  ),
];

const ES256 = keyFor('ES256').jwk;
const SIGNATURES: readonly Row[] = [
  ...idToken(7, 'with a bad RS256 signature', { key: 'stranger' }, refuses('token_signature')),
  ...behaviour(
    8,
    'an ID token with a bad ES256 signature',
    USERS,
    { token: { idToken: { alg: 'ES256', key: 'stranger' } }, jwks: { members: { keys: [ES256] } } },
    { ...refuses('token_signature'), env: { PADLOCK_ID_TOKEN_SIGNED_RESPONSE_ALG: 'ES256' } },
  ),
  ...idToken(
    9,
    'with a bad HS256 signature',
    { alg: 'HS256', key: 'stranger' },
    {
      ...refuses('token_signature'),
      env: { PADLOCK_VERIFIER: 'shared-secret', PADLOCK_VERIFICATION_SECRET: 'k7Rw2-pVx9Qe_Lm4Zt8Yb1Nc6Hd3Jf5Gs0Aa' },
    },
  ),
  ...idToken(10, 'rightly signed by RS256, which was demanded', {}, { ...ACCEPTS, env: { PADLOCK_ID_TOKEN_SIGNED_RESPONSE_ALG: 'RS256' } }),
  ...idToken(11, 'that is not signed', { key: 'none' }, refuses('token_alg_not_allowed')),
  ...behaviour(
    12,
    'an ID token signed by another algorithm than the expected one',
    USERS,
    { token: { idToken: { alg: 'PS256' } }, jwks: { members: { keys: [keyFor('PS256').jwk] } } },
    { ...refuses('token_alg_not_allowed'), env: { PADLOCK_ID_TOKEN_SIGNED_RESPONSE_ALG: 'RS256' } },
  ),
];

const CLAIMS: readonly Row[] = [
  ...idToken(13, 'of another issuer', { claims: { iss: 'https://id.example.test/1' } }, refuses('token_issuer'), ['P', 'D', 'A']),
  ...idToken(14, 'without iss', { claims: { iss: undefined } }, refuses('token_claim_missing')),
  ...idToken(15, 'for another client', { claims: { aud: `${CLIENT_ID}1` } }, refuses('token_audience')),
  ...idToken(16, 'without aud', { claims: { aud: undefined } }, refuses('token_claim_missing')),
  ...idToken(17, 'whose aud is a list of this client', { claims: { aud: [CLIENT_ID] } }, ACCEPTS),
  ...idToken(18, 'for a stranger too', { claims: { aud: [CLIENT_ID, `${CLIENT_ID}1`] } }, refuses('token_audience')),
  ...idToken(19, 'that expired six minutes ago', { claims: { exp: now() - 360 } }, refuses('token_expired')),
  ...idToken(20, 'without exp', { claims: { exp: undefined } }, refuses('token_claim_missing')),
  ...idToken(21, 'without iat', { claims: { iat: undefined } }, refuses('token_claim_missing')),
  ...idToken(22, 'issued a week ago', { claims: { iat: now() - 7 * DAY } }, refuses('token_iat'), ['P', 'D', 'A']),
  ...idToken(23, 'without sub', { claims: { sub: undefined } }, refuses('token_claim_missing')),
  ...idToken(24, 'with another nonce', { claims: { nonce: 'another' } }, refuses('token_nonce'), ['A']),
  ...idToken(25, 'without the nonce that was sent', { claims: { nonce: undefined } }, refuses('token_nonce'), ['A']),
  ...idToken(26, 'with the hash of another access token', { claims: { at_hash: '77QmUPtjPfzWtF2AnpK9RQ' } }, refuses('token_at_hash')),
  ...idToken(27, 'without at_hash', { claims: { at_hash: undefined } }, ACCEPTS),
  ...idToken(28, 'of another issuer than before', { claims: { iss: 'https://id.example.test/2' } }, refuses('token_issuer'), ['R']),
  ...idToken(29, 'of somebody else than before', { claims: { sub: 'mallory' } }, refuses('token_sub_mismatch'), ['R']),
];

/** The token that was printed is the one that the provider gave last. */
const printsTheNewest: NonNullable<Row['check']> = ({ json }, { idp }) => {
  const newest = [...idp.good.issued].filter((one) => one.startsWith('at-')).at(-1);
  strictEqual(json().access_token, newest);
};
const basicOnly: NonNullable<Row['check']> = (_, { idp }) => {
  const request = idp.at('token').at(-1);
  strictEqual(String(request?.headers.authorization).startsWith('Basic '), true);
  strictEqual(request?.form.has('client_secret'), false);
};
const isUserinfo: NonNullable<Row['check']> = (_, { idp }) => {
  const request = idp.at('userinfo').at(-1);
  strictEqual(String(request?.headers.authorization).startsWith('Bearer at-'), true);
  strictEqual([...(request?.query.keys() ?? [])].length, 0);
};

const ANSWERS: readonly Row[] = [
  ...behaviour(30, 'new tokens for a refresh token', ['R'], {}, { ...ACCEPTS, check: printsTheNewest }),
  ...behaviour(
    34,
    'a provider that lists only client_secret_post, and a client told to use Basic',
    ['P', 'C', 'D', 'A'],
    { discovery: { members: { token_endpoint_auth_methods_supported: ['client_secret_post'] } } },
    { ...ACCEPTS, env: { PADLOCK_CLIENT_AUTH: 'client-secret-basic' }, check: basicOnly },
  ),
  ...behaviour(35, 'tokens without scope', ALL, { token: { members: { scope: undefined } } }, ACCEPTS),
  ...behaviour(36, 'tokens without expires_in', ALL, { token: { members: { expires_in: undefined } } }, ACCEPTS),
  ...behaviour(37, 'a token_type in odd case', ALL, { token: { members: { token_type: 'bEARER' } } }, ACCEPTS),
  ...behaviour(
    46,
    'an OAuth error at the token endpoint',
    ['P', 'R', 'C'],
    { token: refusal('invalid_scope') },
    { exit: 5, code: 'client_invalid_scope' },
  ),
];

/** Where the browser is sent back to, with an answer of the row's own. */
const returning = (change: Readonly<Record<string, string | undefined>>): Answer =>
  knowing({ change }, ({ headers, query }: Asked) => {
    const url = new URL(query.get('redirect_uri') ?? '');
    const honest = { code: 'ac-of-nobody', state: query.get('state') ?? '', iss: at('', headers) };
    for (const [name, value] of Object.entries({ ...honest, ...change })) if (value !== undefined) url.searchParams.set(name, value);
    return { status: 302, headers: { location: url.href }, body: '' };
  });
const noTokenRequest: NonNullable<Row['check']> = (_, { idp }) => strictEqual(idp.at('token').length, 0);
const strayed = (number: number, what: string, change: Parameters<typeof returning>[0]): readonly Row[] =>
  behaviour(
    number,
    `an answer to the browser ${what}`,
    ['A'],
    { authorize: returning(change) },
    { exit: 7, code: 'proto_bad_shape', check: noTokenRequest },
  );

const BROWSER: readonly Row[] = [
  ...strayed(38, 'without state', { state: undefined }),
  ...strayed(39, 'with another state', { state: 'another' }),
  ...strayed(40, 'of another issuer', { iss: 'https://id.example.test' }),
  ...strayed(41, 'without the issuer that is promised', { iss: undefined }),
  ...behaviour(
    46,
    'an OAuth error to the browser',
    ['A'],
    { authorize: returning({ code: undefined, error: 'invalid_scope' }) },
    { exit: 5, code: 'client_invalid_scope', check: noTokenRequest },
  ),
];

const polls =
  (times: number): NonNullable<Row['check']> =>
  (_, { idp }) =>
    strictEqual(idp.at('token').length, times);
/** Stops after a while. */
const impatient: Provocation['during'] = async (running, { idp }) => {
  await idp.asked('device');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  running.kill('SIGINT');
};
const ends = (id: string, error: string, exit: number, code: NonNullable<Row['code']>): Row => ({
  id,
  what: `${error} while polling (D)`,
  answers: { token: refusal(error) },
  run: FLOWS.D.run,
  exit,
  code,
  once: ONCE,
  check: polls(1),
});

const DEVICE: readonly Row[] = [
  {
    id: 'B42d',
    what: 'slow_down while polling (D)',
    answers: { token: [refusal('slow_down'), {}] },
    run: FLOWS.D.run,
    exit: 0,
    within: 20,
    once: ONCE,
    check: polls(2),
  },
  {
    id: 'B43d',
    what: 'an interval of 31 seconds, and a human who gives up before (D)',
    answers: { device: { members: { interval: 31 } } },
    run: { ...FLOWS.D.run, during: impatient },
    exit: 130,
    once: ONCE,
    check: polls(0),
  },
  ends('B44denied', 'access_denied', 4, 'auth_access_denied'),
  ends('B44expired', 'expired_token', 4, 'auth_expired'),
  ends('B44invalid', 'invalid_request', 5, 'client_invalid_request'),
  ...behaviour(
    45,
    'a device answer without device_code',
    ['D'],
    { device: { members: { device_code: undefined } } },
    { exit: 7, code: 'proto_bad_shape' },
  ),
  {
    id: 'B45life',
    what: 'a device answer without expires_in (D)',
    answers: { device: { members: { expires_in: undefined } } },
    run: FLOWS.D.run,
    exit: 7,
    code: 'proto_bad_shape',
    once: ONCE,
  },
  ...behaviour(
    46,
    'an OAuth error at the device endpoint',
    ['D'],
    { device: refusal('invalid_scope') },
    { exit: 5, code: 'client_invalid_scope', check: noTokenRequest },
  ),
];

const signedUserinfo = (key: SigningKey): Answer =>
  knowing({ kid: key.jwk.kid }, ({ headers }: Asked) => ({
    status: 200,
    headers: { 'content-type': 'application/jwt' },
    body: token(key, { payload: { iss: at('', headers), aud: CLIENT_ID, sub: 'robin' } }),
  }));
const STRANGER = strangerFor('RS256');

const USERINFO: readonly Row[] = [
  {
    id: 'B32u',
    what: 'userinfo as a signed JWT',
    signedIn: true,
    answers: { userinfo: signedUserinfo(keyFor('RS256')) },
    run: { args: ['whoami', '--online'] },
    exit: 0,
  },
  {
    id: 'B32forged',
    what: 'userinfo as a JWT that a stranger signed',
    signedIn: true,
    answers: { userinfo: signedUserinfo(STRANGER), other: { status: 404, body: '' } },
    run: { args: ['whoami', '--online'] },
    exit: 8,
    code: 'token_signature',
    once: ONCE,
  },
  {
    id: 'B31u',
    what: 'userinfo of somebody else',
    signedIn: true,
    answers: { userinfo: { members: { sub: 'mallory' } } },
    run: { args: ['whoami', '--online'] },
    exit: 8,
    code: 'token_sub_mismatch',
  },
  {
    id: 'B33u',
    what: 'userinfo, asked with the token in the header alone',
    signedIn: true,
    answers: {},
    run: { args: ['whoami', '--online'] },
    exit: 0,
    check: isUserinfo,
  },
];

export const B: readonly Row[] = [...DISCOVERY, ...KEYS, ...SIGNATURES, ...CLAIMS, ...ANSWERS, ...BROWSER, ...DEVICE, ...USERINFO];
