/** E: hostile tokens. Samples of whole suites are in e-suites.ts, what is printed of claims in e-output.ts. */
import { strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { keyFor, SECRET, token } from '../../core/forge.ts';
import type { Forged } from '../network/answer.ts';
import { CLIENT_ID } from '../network/good.ts';
import type { Row } from '../row.ts';
import { firstWatched } from '../watched.ts';
import { OUTPUT } from './e-output.ts';
import { exitOf, presented, SUITES } from './e-suites.ts';

const RS = keyFor('RS256');
const now = Math.floor(Date.now() / 1000);

/** A sign-in whose ID token was changed; without a code it is accepted. */
const changed = (id: string, what: string, idToken: Forged, code?: ErrorCode, more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: { token: { idToken } },
  run: { args: ['auth'] },
  exit: code === undefined ? 0 : exitOf(code),
  ...(code && { code }),
  ...more,
});
const claiming = (id: string, what: string, claims: Readonly<Record<string, unknown>>, code?: ErrorCode): Row =>
  changed(id, what, { claims }, code);

const GOOD = token(RS);
const FORMS: readonly Row[] = [
  presented('E6', 'an encrypted token', 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.AAAA.AAAA.AAAA', 'token_encrypted'),
  presented(
    'E6dir',
    'a token that is encrypted with a shared key',
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA',
    'token_encrypted',
    {
      alg: 'HS256',
    },
  ),
  ...[`${GOOD}\n`, `${GOOD}\r\n`, ` ${GOOD}`, `\t${GOOD}\t`, `${GOOD.slice(0, 60)}\n${GOOD.slice(60)}`, `"${GOOD}"`, `Bearer ${GOOD}`].map(
    (text, at) =>
      presented(
        `E7${'abcdefg'[at]}`,
        `a token around which there is more: ${JSON.stringify(text.replace(GOOD, '…')).slice(0, 20)}`,
        text,
        'token_malformed',
      ),
  ),
];

/** The clock stands still at this second. */
const clock = (second: number): string => `
  globalThis.Date = class extends Date {
    constructor(...given) { if (given.length === 0) super(${second * 1000}); else super(...given); }
    static now() { return ${second * 1000}; }
  };`;
const END = now + 3600;
const SKEW = 30;
const ending = (id: string, what: string, second: number, code?: ErrorCode): Row => ({
  ...claiming(id, what, { exp: END }, code),
  run: { args: ['auth'], preload: clock(second) },
});
const DATES: readonly Row[] = [
  claiming('E8', 'a token of the future', { iat: now + 86_400 }, 'token_iat'),
  claiming('E8far', 'a token of the year 9999', { iat: 253_402_300_799 }, 'token_iat'),
  claiming('E9', 'an end beyond all dates', { exp: 1e308 }, 'token_claim_type'),
  claiming('E9large', 'an end that is no whole number any more', { exp: 2 ** 53 }, 'token_claim_type'),
  claiming('E9text', 'an end as a text', { exp: String(END) }, 'token_claim_type'),
  claiming('E9negative', 'an end before the beginning of time', { exp: -1 }, 'token_claim_type'),
  claiming('E10', 'a token that is not valid yet', { nbf: now + 86_400 }, 'token_not_yet_valid'),
  claiming('E10text', 'a beginning as a text', { nbf: 'now' }, 'token_claim_type'),
  ending('E11', 'a token at its last second', END),
  ending('E11tolerated', 'a token that the tolerance for clocks saves', END + SKEW - 1),
  ending('E11over', 'a token that nothing saves', END + SKEW + 1, 'token_expired'),
];

const PARTIES: readonly Row[] = [
  ...['', 1, null, ['robin'], 's'.repeat(10_000)].map((sub, at) =>
    claiming(`E12${'abcde'[at]}`, `a subject that is ${JSON.stringify(sub).slice(0, 20)}`, { sub }, 'token_claim_type'),
  ),
  claiming('E13', 'a token that was issued for somebody else', { azp: 'stranger' }, 'token_azp'),
  claiming('E13list', 'a token for two that was issued for the other', { aud: [CLIENT_ID, 'stranger'], azp: 'stranger' }, 'token_azp'),
  claiming('E13object', 'an issued-for that is no text', { azp: { id: CLIENT_ID } }, 'token_claim_type'),
  claiming('E14', 'a token for two that does not say for whom it was issued', { aud: [CLIENT_ID, 'another'] }, 'token_audience'),
  claiming('E14twice', 'a token for one, twice', { aud: [CLIENT_ID, CLIENT_ID] }),
];

const ACCESS = 'at-of-E15';
const hashOf = (bits: string, text: string): string => {
  const digest = createHash(`sha${bits}`).update(text).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
};
const HASHES: readonly Row[] = (['256', '384', '512'] as const).flatMap((bits) => {
  const alg = `RS${bits}` as const;
  const row = (id: string, what: string, hash: unknown, code?: ErrorCode): Row => ({
    ...changed(id, `${alg}, with ${what}`, {}, code),
    answers: {
      token: { members: { access_token: ACCESS }, idToken: { alg, claims: { at_hash: hash } } },
      jwks: { members: { keys: [keyFor(alg).jwk] } },
    },
    run: { args: ['auth'], env: { PADLOCK_ID_TOKEN_SIGNED_RESPONSE_ALG: alg } },
  });
  const { length } = alg;
  const own = { 256: 'a', 384: 'b', 512: 'c' }[bits];
  return [
    row(`E15${own}`, 'the hash of another access token', hashOf(bits, 'another'), 'token_at_hash'),
    row(`E15${own}whole`, 'the whole hash', createHash(`sha${bits}`).update(ACCESS).digest('base64url'), 'token_at_hash'),
    row(`E15${own}other`, 'the hash of another algorithm', hashOf(bits === '256' ? '512' : '256', ACCESS), 'token_at_hash'),
    row(`E15${own}right`, 'the right hash', hashOf(bits, ACCESS)),
    row(`E15${own}number`, 'a number for a hash', length, 'token_at_hash'),
  ];
});

/** An ID token, shown to whoever expects an access token. */
const taken = (id: string, what: string, claims: Readonly<Record<string, unknown>>, args: readonly string[], code: ErrorCode): Row => ({
  id,
  what,
  answers: {},
  run: ({ idp }) => ({
    args: ['verify', '--access-token', ...args],
    input: token(RS, { payload: { iss: idp.issuer, sub: 'robin', aud: CLIENT_ID, exp: now + 86_400, iat: now, ...claims } }),
  }),
  exit: exitOf(code),
  code,
});
const USES: readonly Row[] = [
  ...['at+jwt', 'application/at+jwt', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JWE', ''].map((typ, at) =>
    changed(`E16${'abcdefg'[at]}`, `a token of the type "${typ}" in the place of an ID token`, { header: { typ } }, 'token_type'),
  ),
  taken('E17', 'an ID token as an access token', { at_hash: hashOf('256', ACCESS) }, [], 'token_type'),
  taken('E17said', 'an ID token that says so, as an access token', { typ: 'ID' }, [], 'token_type'),
  taken('E17api', 'an ID token, for an API', {}, ['--audience', 'https://api.example.test'], 'token_audience'),
];

const KID = 'x'.repeat(700_000);
const unnamed = (id: string, what: string, kid: unknown, times: number): Row =>
  changed(id, `a key named ${what}`, { header: { kid } }, 'token_key_not_found', {
    check: (_, { idp }) => strictEqual(idp.at('jwks').length, times),
  });
/** A provider that names a new key in each token, and a program that signs in a hundred times. */
const HUNDRED = `
  import { createPadlock } from 'padlock-auth';
  const { PADLOCK_ISSUER: issuer, PADLOCK_CLIENT_ID: clientId, PADLOCK_CLIENT_SECRET: clientSecret, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password } = process.env;
  const padlock = createPadlock({ issuer, clientId, clientSecret, flow: 'password', values: { username, password } });
  const codes = {};
  for (let at = 0; at < 100; at++)
    await padlock.authenticate().catch(({ code }) => { codes[code] = (codes[code] ?? 0) + 1; });
  await padlock[Symbol.asyncDispose]();
  console.log(JSON.stringify(codes));`;
const NAMES: readonly Row[] = [
  unnamed('E18', '__proto__', '__proto__', 2),
  unnamed('E18empty', 'nothing', '', 2),
  unnamed('E18long', 'a text of 700 kB, which no key can have', KID, 1),
  unnamed('E18object', 'an object', { a: 1 }, 1),
  unnamed('E18number', 'a number', 0, 1),
  unnamed('E19', 'as no key is', 'k-unknown', 2),
  {
    id: 'E20',
    what: 'a hundred names of keys in one process: the keys are not fetched a hundred times',
    answers: {
      token: [...'0123456789'].flatMap((ten) => [...'0123456789'].map((one) => ({ idToken: { header: { kid: `k-${ten}${one}` } } }))),
    },
    run: { args: [], program: HUNDRED },
    exit: 0,
    once: 'it has no terminal',
    within: 60,
    check: ({ json }, { idp }) => {
      strictEqual(json().token_key_not_found, 100);
      strictEqual(idp.at('jwks').length <= 2, true, `the keys were fetched ${idp.at('jwks').length} times`);
    },
  },
];

const VERIFIERS: readonly Row[] = [
  changed('E21', 'an HMAC, where keys were chosen', { alg: 'HS256' }, 'token_alg_not_allowed', {
    run: { args: ['auth', '--verifier', 'jwks'] },
  }),
  changed('E21secret', 'RS256, where a secret was chosen', {}, 'token_alg_not_allowed', {
    run: { args: ['auth', '--verifier', 'shared-secret'], env: { PADLOCK_VERIFICATION_SECRET: SECRET } },
  }),
  changed('E21auto', 'an HMAC, where nothing was chosen', { alg: 'HS256', claims: { x: 1 } }, 'token_alg_not_allowed'),
];

const OTHER = 'https://id.example.test/other';
/** Two issuers in the configuration, and a token of the other one. */
const elsewhere = (id: string, what: string, idToken: Forged, code: ErrorCode): Row =>
  changed(id, what, { claims: { iss: OTHER }, ...idToken }, code, {
    run: ({ idp }) => ({
      args: ['auth', '-p', 'mine'],
      env: {
        PADLOCK_ISSUER: undefined,
        PADLOCK_USERNAME: undefined,
        PADLOCK_PASSWORD: undefined,
        PADLOCK_CLIENT_SECRET: undefined,
        SECRET: idp.good.password,
      },
      files: {
        '.config/padlock/config.yaml': [
          'profiles:',
          ...[idp.issuer, OTHER].map((issuer, at) => `  ${['mine', 'other'][at]}: ${profile(issuer)}`),
          '',
        ].join('\n'),
      },
    }),
  });
const profile = (issuer: string): string =>
  `{ issuer: "${issuer}", client_id: ${CLIENT_ID}, flow: password, username: robin@percy.test, password: { env: SECRET } }`;
const ISSUERS: readonly Row[] = [
  elsewhere('E22', 'a token of another issuer that is configured, whose keys are the same', {}, 'token_issuer'),
  elsewhere('E22own', 'a token of another issuer that is configured, with its own key', { key: 'stranger' }, 'token_signature'),
];

export const E: readonly Row[] = firstWatched([
  ...SUITES,
  ...FORMS,
  ...DATES,
  ...PARTIES,
  ...HASHES,
  ...USES,
  ...NAMES,
  ...VERIFIERS,
  ...ISSUERS,
  ...OUTPUT,
]);
