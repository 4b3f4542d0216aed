import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { atHash } from '../../src/core/at-hash.ts';
import { CHECKS, type Expectation } from '../../src/core/claim-checks.ts';
import { checkClaims, checkTold, reportChecks, requireChecks } from '../../src/core/claims.ts';
import { HINTS } from '../../src/core/hints.ts';
import type { JsonObject } from '../../src/core/json-value.ts';
import { isVisible } from '../../src/core/text.ts';
import { CLIENT, claims, codeOf, ISSUER, NOW, SECONDS } from './forge.ts';

const id = { issuer: ISSUER, clientId: CLIENT, kind: 'id', now: NOW } as const;
const access: Expectation = { ...id, kind: 'access' };
type More = Record<string, unknown>;
const payload = (more: More = {}): JsonObject =>
  Object.fromEntries(Object.entries(claims(more)).filter(([, value]) => value !== undefined)) as JsonObject;
const code = (more: More, expected: Partial<Expectation> = {}): Promise<string | undefined> =>
  codeOf(() => requireChecks(payload(more), { ...id, ...expected }));

describe('an ID token', () => {
  test('that says all the right things gives Claims', () => {
    const right = payload({ email: 'robin@percy.test', azp: CLIENT, nbf: SECONDS, jti: 'x' });
    expect(checkClaims(right, id)).toBe(right);
  });

  test.each(['iss', 'sub', 'aud', 'exp', 'iat'])('must say %s', async (name) => {
    expect(await code({ [name]: undefined })).toBe('token_claim_missing');
  });

  test.each(['nbf', 'azp', 'jti', 'at_hash', 'nonce', 'auth_time'])('need not say %s', async (name) => {
    expect(await code({ [name]: undefined })).toBeUndefined();
  });

  const types: readonly (readonly [string, readonly unknown[]])[] = [
    ['iss', [null, 1, [ISSUER], {}]],
    ['sub', [null, 1, '', {}, ['robin'], 'x'.repeat(256), 'x'.repeat(10_000)]],
    ['aud', [null, 1, {}, [1], [CLIENT, null], [[CLIENT]]]],
    ['azp', [null, 1, [CLIENT], {}]],
    ['exp', [null, '1795435200', 1e308, 2 ** 53, -1, true, [SECONDS + 60], 253_402_300_800]],
    ['iat', [null, String(SECONDS), 1e308, -1, {}]],
    ['nbf', [null, String(SECONDS), 1e308, -1, {}]],
    ['jti', [null, 1, {}]],
  ];
  test.each(types.flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    'may not say %s with %.40j',
    async (name, value) => {
      expect(await code({ [name]: value })).toBe('token_claim_type');
    },
  );

  test('may have a subject of 255 characters and an expiry in the year 9999', async () => {
    expect(await code({ sub: 'x'.repeat(255), exp: 253_402_300_799 })).toBeUndefined();
    expect(await code({ exp: SECONDS + 60.5, iat: SECONDS - 0.5 })).toBeUndefined();
  });

  test.each([`${ISSUER}1`, ISSUER.slice(0, -1), ISSUER.toUpperCase(), '', `${ISSUER} `])(
    'may not come from %j (BCP 45, 49)',
    async (iss) => {
      expect(await code({ iss })).toBe('token_issuer');
    },
  );

  test('from an issuer spelled with another slash gets a hint', () => {
    expect(() => requireChecks(payload({ iss: ISSUER.slice(0, -1) }), id)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('slash'), message: expect.stringContaining(ISSUER) }),
    );
    expect(() => requireChecks(payload({ iss: 'https://evil.test' }), id)).toThrow(expect.objectContaining({ hint: HINTS.token_issuer }));
  });

  test('must be for this client (BCP 46, 49)', async () => {
    expect(await code({ aud: [CLIENT] })).toBeUndefined();
    expect(await code({ aud: [CLIENT, CLIENT] })).toBeUndefined();
    for (const aud of [`${CLIENT}1`, '', [], ['other'], CLIENT.toUpperCase()]) expect(await code({ aud })).toBe('token_audience');
    expect(await code({ aud: 'api' }, { audience: 'api' })).toBe('token_audience');
  });

  test('for several audiences must say that it was issued for this client', async () => {
    expect(await code({ aud: [CLIENT, 'api'] })).toBe('token_audience');
    expect(await code({ aud: [CLIENT, 'api'], azp: CLIENT })).toBeUndefined();
    expect(await code({ aud: [CLIENT, 'api'], azp: 'api' })).toBe('token_azp');
  });

  test('issued for another client is refused (BCP 49)', async () => {
    expect(await code({ azp: 'evil' })).toBe('token_azp');
    expect(await code({ azp: '' })).toBe('token_azp');
  });

  test('is good until it expires, and for the tolerated clock difference after that (BCP 49, 54)', async () => {
    const at = (seconds: number, skew?: number): Promise<string | undefined> =>
      code({ exp: SECONDS, iat: SECONDS - 60 }, { now: (SECONDS + seconds) * 1000, skew });
    expect(await at(0)).toBeUndefined();
    expect(await at(29)).toBeUndefined();
    expect(await at(29.999)).toBeUndefined();
    expect(await at(30)).toBe('token_expired');
    expect(await at(31)).toBe('token_expired');
    expect(await at(-1, 0)).toBeUndefined();
    expect(await at(0, 0)).toBe('token_expired');
    expect(await at(299, 300)).toBeUndefined();
    expect(await at(299, 100_000)).toBeUndefined();
    expect(await at(301, 100_000)).toBe('token_expired');
    expect(await at(0, -5)).toBe('token_expired');
    expect(await code({ exp: 0 })).toBe('token_expired');
  });

  test('that expired six minutes ago is refused with the time and a word on the clock', () => {
    expect(() => requireChecks(payload({ exp: SECONDS - 360 }), id)).toThrow(
      expect.objectContaining({
        code: 'token_expired',
        message: 'The token expired at 2026-11-23T11:54:00Z.',
        hint: expect.stringContaining('clock'),
      }),
    );
  });

  test('is not good before its time (BCP 54)', async () => {
    expect(await code({ nbf: SECONDS + 30 })).toBeUndefined();
    expect(await code({ nbf: SECONDS + 31 })).toBe('token_not_yet_valid');
    expect(await code({ nbf: SECONDS + 1 }, { skew: 0 })).toBe('token_not_yet_valid');
  });

  test('was issued neither in the future nor long ago (BCP 49)', async () => {
    expect(await code({ iat: SECONDS + 30 })).toBeUndefined();
    expect(await code({ iat: SECONDS + 31 })).toBe('token_iat');
    expect(await code({ iat: SECONDS - 24 * 3600 - 30 })).toBeUndefined();
    expect(await code({ iat: SECONDS - 24 * 3600 - 31 })).toBe('token_iat');
    expect(await code({ iat: SECONDS - 7 * 24 * 3600 })).toBe('token_iat');
    expect(await code({ iat: SECONDS - 7 * 24 * 3600 }, { maxTokenAge: Number.POSITIVE_INFINITY })).toBeUndefined();
  });

  test('carries the nonce that was sent (BCP 49)', async () => {
    expect(await code({ nonce: 'n1' }, { nonce: 'n1' })).toBeUndefined();
    expect(await code({ nonce: 'n2' }, { nonce: 'n1' })).toBe('token_nonce');
    expect(await code({ nonce: ['n1'] }, { nonce: 'n1' })).toBe('token_nonce');
    expect(await code({}, { nonce: 'n1' })).toBe('token_nonce');
    expect(await code({ nonce: 'anything' })).toBeUndefined();
  });

  test('of a refresh need not repeat the nonce of the sign-in, and may have no other', async () => {
    expect(await code({}, { earlierNonce: 'n1' })).toBeUndefined();
    expect(await code({ nonce: 'n1' }, { earlierNonce: 'n1' })).toBeUndefined();
    expect(await code({ nonce: 'n2' }, { earlierNonce: 'n1' })).toBe('token_nonce');
  });

  test('belongs to the access token beside it', async () => {
    for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'ES384', 'HS512', 'EdDSA', 'Ed25519']) {
      const hash = atHash('secret-access-token', alg);
      expect(await code({ at_hash: hash }, { accessToken: 'secret-access-token', alg })).toBeUndefined();
      for (const wrong of [
        `${hash}1`,
        '',
        null,
        1,
        atHash('another', alg),
        atHash('secret-access-token', alg.endsWith('384') ? 'RS512' : 'RS384'),
      ])
        expect(await code({ at_hash: wrong }, { accessToken: 'secret-access-token', alg })).toBe('token_at_hash');
    }
    expect(await code({ at_hash: 'anything' }, { alg: 'RS256' })).toBeUndefined();
    expect(await code({}, { accessToken: 'x', alg: 'RS256' })).toBeUndefined();
  });

  test('of a user who had to sign in recently says when (BCP 49)', async () => {
    const maxAge = 600;
    expect(await code({ auth_time: SECONDS - 630 }, { maxAge })).toBeUndefined();
    expect(await code({ auth_time: SECONDS - 631 }, { maxAge })).toBe('token_expired');
    expect(await code({ auth_time: SECONDS + 30 }, { maxAge })).toBeUndefined();
    expect(await code({ auth_time: SECONDS + 31 }, { maxAge })).toBe('token_expired');
    expect(await code({ auth_time: String(SECONDS) }, { maxAge })).toBe('token_expired');
    expect(await code({ auth_time: 0 }, { maxAge })).toBe('token_expired');
    expect(await code({}, { maxAge })).toBe('token_claim_missing');
    expect(await code({ auth_time: 0 })).toBeUndefined();
  });

  test('of a user who had to sign in in a certain way says that it was one of those', async () => {
    const acrValues = ['urn:mfa', 'urn:smartcard'];
    expect(await code({ acr: 'urn:smartcard' }, { acrValues })).toBeUndefined();
    for (const acr of ['urn:password', '', undefined, null, 1, ['urn:mfa']])
      expect(await code({ acr } as never, { acrValues })).toBe('token_acr');
    expect(await code({ acr: 'urn:password' })).toBeUndefined();
  });

  test('after a refresh is about the same user', async () => {
    expect(await code({}, { subject: 'robin' })).toBeUndefined();
    expect(await code({ sub: 'percy' }, { subject: 'robin' })).toBe('token_sub_mismatch');
  });

  test('is not a token of another use', async () => {
    for (const more of [
      { typ: 'Bearer' },
      { typ: 'Refresh' },
      { typ: 'Offline' },
      { typ: 'Logout' },
      { token_use: 'access' },
      { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    ])
      expect(await code(more)).toBe('token_type');
    for (const more of [{ typ: 'ID' }, { token_use: 'id' }, { typ: 7 }]) expect(await code(more)).toBeUndefined();
  });
});

test.each([
  ['nbf', { nbf: SECONDS + 60 }, {}, 'is valid from 2026-11-23T12:01:00Z on'],
  ['iat', { iat: SECONDS + 60 }, {}, 'in the future, at 2026-11-23T12:01:00Z'],
  ['iat', { iat: SECONDS - 7 * 24 * 3600 }, {}, 'long ago, at 2026-11-16T12:00:00Z'],
  ['auth_time', { auth_time: SECONDS - 3600 }, { maxAge: 60 }, 'signed in at 2026-11-23T11:00:00Z, and at most 60 seconds'],
  ['acr', { acr: 'low' }, { acrValues: ['mid', 'high'] }, '"low" says (acr), and "mid" or "high"'],
  ['sub', { sub: 1 }, {}, 'not a text of 1 to 255 characters, but 1.'],
])('what is wrong with %s is told with what is there', (_, more, expected, text) => {
  expect(() => requireChecks(payload(more), { ...id, ...expected })).toThrow(text);
});

test.each([{ nbf: SECONDS + 60 }, { iat: SECONDS + 60 }])('a date that is to come, %j, gets a word on the clock', (more) => {
  expect(() => requireChecks(payload(more), id)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('2026-11-23T12:00:00.000Z') }),
  );
});

test('what a provider tells of a user is judged by its types and its subject alone', async () => {
  expect(checkTold({ sub: 'robin', typ: 'ID', aud: 'other' }, 'user', { ...access, kind: 'access' })).toMatchObject({ sub: 'robin' });
  expect(await codeOf(() => checkTold({ sub: 'robin', typ: 'ID' }, 'access', { ...access, kind: 'access' }))).toBe('token_type');
});

describe('an access token', () => {
  const judged = (more: More, expected: Partial<Expectation> = {}): Promise<string | undefined> => code(more, { ...access, ...expected });

  test('need not say who, when and for whom', async () => {
    expect(await judged({ sub: undefined, aud: undefined, iat: undefined })).toBeUndefined();
    expect(await judged({ aud: 'account', azp: 'someone', iat: SECONDS - 7 * 24 * 3600 })).toBeUndefined();
    expect(await judged({ exp: undefined })).toBe('token_claim_missing');
    expect(await judged({ iss: undefined })).toBe('token_claim_missing');
  });

  test('is for the audience that was asked for', async () => {
    expect(await judged({ aud: ['api', 'https://id.example.test/userinfo'] }, { audience: 'api' })).toBeUndefined();
    expect(await judged({ aud: 'other' }, { audience: 'api' })).toBe('token_audience');
    expect(await judged({ aud: undefined }, { audience: 'api' })).toBe('token_audience');
  });

  test('is not an ID token (BCP 48)', async () => {
    expect(await judged({ at_hash: 'x' })).toBe('token_type');
    expect(await judged({ typ: 'ID' })).toBe('token_type');
    expect(await judged({ token_use: 'id' })).toBe('token_type');
    expect(await judged({ typ: 'Bearer' })).toBeUndefined();
    expect(await judged({ typ: 'DPoP', token_use: 'access' })).toBeUndefined();
  });

  test('issued in the future is refused', async () => {
    expect(await judged({ iat: SECONDS + 100 })).toBe('token_iat');
  });
});

describe('the report', () => {
  test('has a line for every check, and fails only what is wrong', () => {
    const report = reportChecks(payload({ exp: SECONDS - 100, nonce: 'n1' }), { ...id, nonce: 'n1' });
    expect(report.map(({ name }) => name)).toEqual(CHECKS.map(({ name }) => name));
    expect(report.filter(({ verdict }) => verdict === 'fail')).toEqual([
      { name: 'exp', verdict: 'fail', detail: expect.stringMatching(/expired at 2026-11-23T11:58:20Z\. .*clock/) },
    ]);
    expect(report.find(({ name }) => name === 'iss')).toEqual({ name: 'iss', verdict: 'pass', detail: `"${ISSUER}"` });
    expect(report.find(({ name }) => name === 'iat')).toEqual({ name: 'iat', verdict: 'pass', detail: '2026-11-23T12:00:00Z' });
    expect(report.find(({ name }) => name === 'nonce')?.verdict).toBe('pass');
    expect(report.find(({ name }) => name === 'at_hash')).toEqual({
      name: 'at_hash',
      verdict: 'skipped',
      detail: 'the token has no at_hash',
    });
    expect(reportChecks(payload({ azp: 'evil' }), id).find(({ name }) => name === 'azp')?.detail).toMatch(/"acme-cli"\.$/);
    expect(reportChecks(payload(), access).find(({ name }) => name === 'aud')).toEqual({
      name: 'aud',
      verdict: 'skipped',
      detail: 'no audience was expected',
    });
    expect(report.find(({ name }) => name === 'required claims')).toEqual({ name: 'required claims', verdict: 'pass', detail: '' });
  });

  test('of a token full of terminal escapes shows none', () => {
    const evil = '\u001b]8;;https://evil.test\u0007\u202e';
    const texts = reportChecks(payload({ iss: evil, sub: evil, aud: [evil], azp: evil, nonce: evil, jti: {} }), {
      ...id,
      nonce: 'x',
      subject: 'y',
    }).map(({ detail }) => detail);
    expect(texts.filter((text) => !isVisible(text))).toEqual([]);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(500);
  });

  test('and the verdict agree on any claims, and neither crashes', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(SECONDS, SECONDS + 60, CLIENT, ISSUER, 'robin'));
    const any = fc.dictionary(
      fc.constantFrom('iss', 'sub', 'aud', 'azp', 'exp', 'nbf', 'iat', 'nonce', 'at_hash', 'auth_time', 'jti', 'typ', 'x'),
      value,
    );
    fc.assert(
      fc.property(any, fc.boolean(), fc.boolean(), (more, isRight, isAccess) => {
        const expected: Expectation = {
          ...(isAccess ? access : id),
          nonce: 'n',
          maxAge: 5,
          accessToken: 'a',
          alg: 'RS256',
          subject: 'robin',
          audience: 'api',
        };
        const found = (isRight ? { ...claims(), ...more } : more) as JsonObject;
        let refused = false;
        try {
          requireChecks(found, expected);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^token_/);
          refused = true;
        }
        expect(reportChecks(found, expected).some(({ verdict }) => verdict === 'fail')).toBe(refused);
      }),
    );
  });
});

test('at_hash is the one of OpenID Connect Core, appendix A.4', () => {
  expect(atHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', 'RS256')).toBe('77QmUPtjPfzWtF2AnpK9RQ');
  expect(atHash('x', 'none')).toBeUndefined();
});
