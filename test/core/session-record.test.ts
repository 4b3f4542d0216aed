import { describe, expect, test } from '@jest/globals';
import type { Claims } from '../../src/core/claims.ts';
import { type Session, withHidden } from '../../src/core/session.ts';
import {
  accessKey,
  accessRecord,
  accessToken,
  decodeRecord,
  encodeRecord,
  recordOf,
  type SessionIdentity,
  type SessionRecord,
  sessionOf,
  sorted,
} from '../../src/core/session-record.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const clock = { now: () => NOW, sleep: async () => {} };
const verified = { by: 'jwks', alg: 'RS256', kid: 'one' } as const;
const identity: SessionIdentity = {
  app: 'padlock',
  profile: 'work',
  issuer: 'https://idp.test',
  clientId: 'cli',
  flow: 'password',
  who: { username: 'percy' },
};
const claims = { sub: '7', name: 'Percy', iss: 'https://idp.test' } as unknown as Claims; // as if they had been verified
const details = [{ type: 'payment' }];
const dpop = {
  alg: 'EdDSA',
  jwk: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  }, // RFC 8037, appendix A
};

/** All that a session can hold. */
const whole: Session = withHidden(
  {
    profile: 'work',
    issuer: identity.issuer,
    clientId: identity.clientId,
    flow: identity.flow,
    user: { id: '7', name: 'Percy' },
    identity: { verified: true, claims, from: 'id_token' } as const,
    access: withHidden(
      { type: 'DPoP' as const, expiresAt: new Date(NOW + 60_000), scope: ['openid', 'a'], verified, authorizationDetails: details },
      { value: 'an access token', dpop },
    ),
    idToken: withHidden({ expiresAt: new Date(NOW + 90_000), verified }, { value: 'an ID token' }),
    audience: 'https://api.test',
    warnings: [],
  },
  { refreshToken: 'a refresh token' },
);
/** As little as a session can hold. */
const bare: Session = {
  issuer: identity.issuer,
  clientId: identity.clientId,
  flow: 'password',
  user: null,
  identity: { verified: false, reason: 'client' },
  access: withHidden({ type: 'Bearer' as const, scope: [], verified: { by: null, reason: 'opaque' } as const }, { value: 'another' }),
  warnings: [],
};
const wishes = { scope: ['a', 'openid'], audience: 'https://api.test', dpop: true };
const recordOfWhole = (): SessionRecord => recordOf(whole, identity, 'client-secret-basic', wishes, NOW);
const recordOfBare = (): SessionRecord => recordOf(bare, { ...identity, profile: null, who: {} }, 'none', {}, NOW);

describe('what tells access tokens of a session apart', () => {
  test('is what was asked for, in whatever order and however often', () => {
    const key = accessKey({ scope: ['b', 'a'], resource: ['https://y', 'https://x'], params: { b: '2', a: '1' } });
    expect(accessKey({ scope: ['a', 'b', 'a'], resource: ['https://x', 'https://y', 'https://x'], params: { a: '1', b: '2' } })).toBe(key);
    expect(key).toBe('[["a","b"],null,["https://x","https://y"],[["a","1"],["b","2"]]]'); // as records from before have it
    expect(accessKey({})).toBe('[[],null,[],[]]');
    expect(accessKey({ dpop: true, authorizationDetails: details })).toBe(
      '[[],null,[],[],{"dpop":true,"authorizationDetails":[{"type":"payment"}]}]',
    );
  });

  test('is each of the wishes', () => {
    const all = [
      {},
      { scope: ['a'] },
      { scope: ['b'] },
      { audience: 'a' },
      { resource: ['a'] },
      { params: { a: 'b' } },
      { params: { b: 'a' } },
      { dpop: true },
      { authorizationDetails: details },
      { dpop: true, authorizationDetails: details },
    ];
    expect(new Set(all.map(accessKey)).size).toBe(all.length);
  });

  test('has an order', () => {
    expect(sorted({ c: '1', a: '2', b: '3' })).toEqual([
      ['a', '2'],
      ['b', '3'],
      ['c', '1'],
    ]);
  });
});

describe('a session', () => {
  test('is the same after it was stored, with what it hides', () => {
    const session = sessionOf(decodeRecord(encodeRecord(recordOfWhole())), clock, { store: 'file', key: 'keyring' });
    expect(session).toEqual({ ...whole, stored: { store: 'file', key: 'keyring' } });
    expect([session?.access.value, session?.idToken?.value, session?.refreshToken]).toEqual([
      'an access token',
      'an ID token',
      'a refresh token',
    ]);
    expect(session?.access.dpop).toEqual(dpop);
    expect(session?.access.proof?.('GET', 'https://api.test/')).toMatch(/^[\w-]+[.][\w-]+[.][\w-]+$/);
    expect(JSON.stringify(session)).not.toMatch(/an access token|an ID token|a refresh token/);
    expect(Object.isFrozen(session?.warnings)).toBe(true);
  });

  test('that holds little is the same, too, and says nothing of what it has not', () => {
    const session = sessionOf(decodeRecord(encodeRecord(recordOfBare())), clock, undefined);
    expect(session).toStrictEqual(bare);
    expect(Object.keys(session ?? {}).sort()).toEqual(Object.keys(bare).sort());
    expect(Object.getOwnPropertyNames(session?.access).sort()).toEqual(['scope', 'type', 'value', 'verified']);
    expect([session?.idToken, session?.refreshToken, session?.access.proof]).toEqual([undefined, undefined, undefined]);
  });

  test('remembers who said who it is, where it was no ID token', () => {
    const said = { ...whole, identity: { verified: true, claims, from: 'userinfo' } as const };
    const record = recordOf(said, identity, 'none', {}, NOW);
    expect([record.claimsFrom, recordOfWhole().claimsFrom, 'claimsFrom' in recordOfWhole(), 'claimsFrom' in recordOfBare()]).toEqual([
      'userinfo',
      undefined,
      false,
      false,
    ]);
    expect(sessionOf(record, clock, undefined)?.identity).toEqual({ verified: true, claims, from: 'userinfo' });
  });

  test('without an ID token is one of nobody in particular', () => {
    const unknown = { ...whole, identity: { verified: false, reason: 'no_id_token' } as const };
    const record = recordOf(unknown, identity, 'none', {}, NOW);
    expect([record.claims, record.absent, recordOfWhole().absent]).toEqual([null, 'no_id_token', null]);
    expect(sessionOf(record, clock, undefined)?.identity).toEqual({ verified: false, reason: 'no_id_token' });
    expect(sessionOf({ ...record, absent: null }, clock, undefined)?.identity).toEqual({ verified: false, reason: 'no_id_token' });
  });

  test('comes with the token of a request, that of its sign-in, or the latest', () => {
    const record = recordOfBare();
    const token = (value: string) => accessRecord({ ...accessToken(Object.values(record.access)[0] as never, clock), value }, NOW);
    const of = (access: SessionRecord['access'], key?: string) => sessionOf({ ...record, access }, clock, undefined, key)?.access.value;
    const both = { one: token('one'), [accessKey({})]: token('its own'), two: token('two') };
    expect([of(both, 'one'), of(both, 'no such'), of(both)]).toEqual(['one', 'its own', 'its own']);
    expect(of({ one: token('one'), two: token('two'), three: token('three') })).toBe('three');
    expect(of({})).toBeUndefined();
    expect(sessionOf({ ...record, access: {} }, clock, undefined)).toBeUndefined();
  });

  test('comes with what its user should hear', () => {
    const notices = [{ code: 'store_corrupt', message: 'Something was damaged.' } as const];
    expect(sessionOf(recordOfBare(), clock, undefined, undefined, notices)?.warnings).toEqual(notices);
  });
});

test('an access token is the same after it was stored', () => {
  const record = accessRecord(whole.access, NOW);
  expect(record).toStrictEqual({
    value: 'an access token',
    type: 'DPoP',
    expiresAt: NOW + 60_000,
    issuedAt: NOW,
    scope: ['openid', 'a'],
    verified,
    dpop,
    authorizationDetails: details,
  });
  expect(accessToken(record, clock)).toStrictEqual(whole.access);
  expect(accessRecord(bare.access, NOW)).toStrictEqual({
    value: 'another',
    type: 'Bearer',
    expiresAt: null,
    issuedAt: NOW,
    scope: [],
    verified: { by: null, reason: 'opaque' },
  });
});

test.each([
  [{ version: 2 }, 'store_version', 'Update'],
  [{ version: 0 }, 'store_corrupt', undefined],
  [{ version: '1' }, 'store_corrupt', undefined],
  [{}, 'store_corrupt', undefined],
])('%j is no record of this Padlock: %s', (record, code, hint) => {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  expect(() => decodeRecord(bytes)).toThrow(
    expect.objectContaining({ code, ...(hint !== undefined && { hint: expect.stringContaining(hint) }) }),
  );
});
