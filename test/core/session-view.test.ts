import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Claims } from '../../src/core/claims.ts';
import { EXIT_CODES, PadlockError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json-value.ts';
import type { AccessToken, Identity, Session, Verdict } from '../../src/core/session.ts';
import { withHidden } from '../../src/core/session.ts';
import { sessionsView, sessionView, signedOutView } from '../../src/core/session-view.ts';
import { idTokenView, tokenView } from '../../src/core/token-view.ts';
import { listView } from '../../src/core/view.ts';
import { json } from '../../src/strategies/formatters/json.ts';
import { table } from '../../src/strategies/formatters/table.ts';
import { HOSTILE } from '../support/hostile.ts';

type Schema = {
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  items?: Schema;
  $defs?: Record<string, Schema>;
  additionalProperties?: unknown;
};
const load = (name: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as Schema;

/** The published schemas allow members of later versions; in this test every member must be described. */
function strictly(schema: Schema, top = true): Schema {
  const each = (schemas: Record<string, Schema> | undefined) =>
    schemas &&
    Object.fromEntries(Object.entries(schemas).map(([key, value]) => [key, typeof value === 'object' ? strictly(value, false) : value]));
  return JSON.parse(
    JSON.stringify({
      ...schema,
      properties: each(schema.properties),
      $defs: each(schema.$defs),
      oneOf: schema.oneOf?.map((one) => strictly(one, false)),
      items: schema.items && strictly(schema.items, false),
      ...(schema.properties && schema.additionalProperties === undefined && { additionalProperties: false }),
      ...(top && { $id: undefined }),
    }),
  ) as Schema;
}

const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false });
const checks = new Map<string, ValidateFunction>();
function faults(name: string, document: unknown, strict = true): unknown {
  const key = `${name} ${strict}`;
  const check = checks.get(key) ?? ajv.compile(strict ? strictly(load(name)) : ({ ...load(name), $id: undefined } as object));
  checks.set(key, check);
  return check(document) ? null : check.errors;
}

const now = Date.parse('2026-11-23T10:00:00.250Z');
const verified: Verdict = { by: 'shared-secret', alg: 'HS256', kid: null };
const claims = (facts: JsonObject): Claims => facts as unknown as Claims;
const access: AccessToken = withHidden(
  {
    type: 'Bearer' as const,
    expiresAt: new Date('2026-11-23T11:00:00Z'),
    scope: ['openid', 'profile'],
    verified: { by: null, reason: 'opaque' } as const,
  },
  { value: 'access-token-value' },
);
const session = (facts: Partial<Session> = {}): Session =>
  withHidden(
    {
      profile: 'percy',
      issuer: 'https://percy.test/',
      clientId: 'y4',
      flow: 'password',
      user: { id: 'auth0|59f', name: 'Robin Percy', email: 'robin@percy.test', nickname: 'robin' },
      identity: { verified: true, claims: claims({ sub: 'auth0|59f', name: 'Robin Percy' }) } as Identity,
      access,
      idToken: withHidden({ expiresAt: new Date('2026-11-23T20:00:00Z'), verified }, { value: 'id-token-value' }),
      stored: { store: 'file', key: 'keyring' },
      warnings: [{ code: 'scope_narrowed', message: 'Fewer scopes were granted.' }],
      ...facts,
    },
    { refreshToken: 'refresh-token-value' },
  );
const client = (): Session => ({
  issuer: 'https://percy.test/',
  clientId: 'svc',
  flow: 'client-credentials',
  user: null,
  identity: { verified: false, reason: 'client' },
  access,
  audience: 'https://api.percy.test',
  warnings: [],
});

describe('the view of a session', () => {
  test('is titled with the name and has the columns of a user', async () => {
    const view = sessionView(session(), { now });
    expect(view.title).toBe('Robin Percy');
    expect(await table.format(view, { width: 80, colour: false })).toBe(
      'Robin Percy\n\nEmail Address     Nickname  ID\n────────────────  ────────  ─────────\nrobin@percy.test  robin     auth0|59f',
    );
  });

  test('is the document of the interface', () => {
    expect(sessionView(session(), { now }).document).toEqual({
      schema: 'padlock/session/1',
      profile: 'percy',
      issuer: 'https://percy.test/',
      client_id: 'y4',
      flow: 'password',
      user: { id: 'auth0|59f', name: 'Robin Percy', email: 'robin@percy.test', nickname: 'robin' },
      claims: { sub: 'auth0|59f', name: 'Robin Percy' },
      tokens: {
        access: {
          type: 'Bearer',
          expires_at: '2026-11-23T11:00:00Z',
          expires_in: 3599,
          scope: ['openid', 'profile'],
          verified: { by: null, reason: 'opaque' },
        },
        id: { expires_at: '2026-11-23T20:00:00Z', verified: { by: 'shared-secret', alg: 'HS256', kid: null } },
        refresh: { present: true },
      },
      stored: { store: 'file', key: 'keyring' },
      warnings: [{ code: 'scope_narrowed', message: 'Fewer scopes were granted.' }],
    });
  });

  test.each([
    [undefined, []],
    [false, []],
    [true, ['access-token-value', 'id-token-value']],
    ['all', ['access-token-value', 'id-token-value', 'refresh-token-value']],
  ] as const)('with showTokens %s holds the tokens %j', async (showTokens, shown) => {
    const view = sessionView(session(), { now, ...(showTokens !== undefined && { showTokens }) });
    const text =
      (await json.format(view, { width: undefined, colour: false })) + (await table.format(view, { width: undefined, colour: false }));
    for (const value of ['access-token-value', 'id-token-value', 'refresh-token-value'])
      expect(text.includes(value)).toBe((shown as readonly string[]).includes(value));
  });

  test('of a client has the columns of a client and no claims, with the reason', async () => {
    const view = sessionView(client(), { now });
    expect(view.columns.map(({ label }) => label)).toEqual(['Client ID', 'Audience', 'Scope', 'Expires']);
    expect(view.rows).toEqual([
      { client_id: 'svc', audience: 'https://api.percy.test', scope: 'openid profile', expires: '2026-11-23T11:00:00Z' },
    ]);
    expect(view.document).toMatchObject({
      user: null,
      claims: null,
      claims_absent: 'client',
      stored: null,
      tokens: { refresh: { present: false } },
    });
  });

  test.each([
    [{ id: 's', name: 'Robin', email: 'e', nickname: 'n' }, 'Robin'],
    [{ id: 's', name: ' ', email: 'e', nickname: 'n' }, 'e'],
    [{ id: 's', nickname: 'n' }, 'n'],
    [{ id: 's' }, 's'],
  ])('of %j is titled %s', (user, title) => {
    expect(sessionView(session({ user }), { now }).title).toBe(title);
  });

  test('of a user nobody vouched for says so', () => {
    expect(sessionView(session({ identity: { verified: false, reason: 'no_id_token' } }), { now }).title).toBe(
      'Robin Percy (not verified)',
    );
  });

  test('takes only claims a verifier made', () => {
    // @ts-expect-error: these claims are anybody's
    const identity: Identity = { verified: true, claims: { sub: 'admin' } };
    expect(identity.verified).toBe(true);
  });

  test('says zero seconds for a token that has expired, and nothing for one that does not say', () => {
    const document = (expiresAt?: Date) =>
      tokenView({ type: 'DPoP', scope: [], verified, value: 'x', ...(expiresAt !== undefined && { expiresAt }) }, { now }).document;
    expect(document(new Date(now - 1))).toMatchObject({ expires_in: 0 });
    expect(Object.keys(document())).toEqual(['schema', 'access_token', 'token_type', 'scope', 'verified']);
  });
});

describe('the view of all sessions', () => {
  const silent = withHidden({ ...access, expiresAt: undefined as never }, { value: 'x' });
  const { documents, view } = (() => {
    const listed = [
      { session: session({ audience: 'https://api.percy.test' }), current: true },
      { session: client(), current: false },
      { session: { ...client(), user: { id: 's' }, access: silent, stored: { store: 'redis' } }, current: false },
    ];
    const all = sessionsView(listed, { now });
    return { view: all, documents: all.document.sessions };
  })();

  test('shows people where, who and until when; a star is before the current one', () => {
    expect(view.columns.map(({ label, name }) => name ?? label)).toEqual([
      'Current',
      'Profile',
      'User',
      'Issuer',
      'Client ID',
      'Flow',
      'Token expires',
    ]);
    const where = { issuer: 'https://percy.test/' };
    expect(view.rows).toEqual([
      { ...where, current: '*', profile: 'percy', user: 'Robin Percy', client_id: 'y4', flow: 'password', expires: '2026-11-23T11:00:00Z' },
      { ...where, current: '', profile: '', user: '', client_id: 'svc', flow: 'client-credentials', expires: '2026-11-23T11:00:00Z' },
      { ...where, current: '', profile: '', user: 's', client_id: 'svc', flow: 'client-credentials', expires: '' },
    ]);
  });

  test('gives programs the same, and no claims', () => {
    expect(view.document).toEqual({ schema: 'padlock/sessions/1', sessions: documents, warnings: [] });
    const own = { issuer: 'https://percy.test/', client_id: 'svc', flow: 'client-credentials', audience: 'https://api.percy.test' };
    expect(documents).toEqual([
      {
        profile: 'percy',
        current: true,
        issuer: 'https://percy.test/',
        client_id: 'y4',
        flow: 'password',
        audience: 'https://api.percy.test',
        user: { id: 'auth0|59f', name: 'Robin Percy', email: 'robin@percy.test', nickname: 'robin' },
        expires_at: '2026-11-23T11:00:00Z',
        expires_in: 3599,
        refresh: { present: true },
        stored: { store: 'file', key: 'keyring' },
      },
      {
        profile: null,
        current: false,
        ...own,
        user: null,
        expires_at: '2026-11-23T11:00:00Z',
        expires_in: 3599,
        refresh: { present: false },
        stored: null,
      },
      { profile: null, current: false, ...own, user: { id: 's' }, refresh: { present: false }, stored: { store: 'redis' } },
    ]);
  });

  test('has no audience where none was asked for', () => {
    const { document } = sessionsView([{ session: session(), current: false }], { now });
    expect((document.sessions as readonly object[])[0]).not.toHaveProperty('audience');
  });
});

test('the view of signing out says whether the provider was told, and where its own page is', () => {
  const view = signedOutView([
    { session: session(), revoked: true },
    { session: client(), revoked: false, endSession: { url: 'https://percy.test/logout', opened: false } },
  ]);
  const issuer = 'https://percy.test/';
  const user = { id: 'auth0|59f', name: 'Robin Percy', email: 'robin@percy.test', nickname: 'robin' };
  expect(view).toEqual({
    columns: [],
    rows: [],
    document: {
      schema: 'padlock/logout/1',
      logout: [
        { profile: 'percy', issuer, client_id: 'y4', flow: 'password', user, revoked: true },
        {
          profile: null,
          issuer,
          client_id: 'svc',
          flow: 'client-credentials',
          user: null,
          revoked: false,
          end_session: { url: 'https://percy.test/logout', opened: false },
        },
      ],
      warnings: [],
    },
  });
});

test('the view of a session holds what the userinfo endpoint says, where it was asked', () => {
  expect(sessionView(session(), { now, userinfo: { locale: 'tr' } }).document.userinfo).toEqual({ locale: 'tr' });
  expect(sessionView(session(), { now }).document).not.toHaveProperty('userinfo');
});

describe('the schema', () => {
  const hostile = { ...HOSTILE, sub: 's', name: 7, schema: 'x', toString: 'x' };
  test.each([
    ['session', 'a user', sessionView(session(), { now }).document],
    ['session', 'a user with tokens', sessionView(session(), { now, showTokens: 'all' }).document],
    [
      'session',
      'hostile claims',
      sessionView(session({ identity: { verified: true, claims: claims(hostile), from: 'id_token' } }), { now }).document,
    ],
    ['session', 'a client', sessionView(client(), { now }).document],
    ['token', 'a token', tokenView(access, { now }).document],
    ['token', 'a verified token', tokenView({ type: 'DPoP', scope: [], verified, value: 'x' }, { now }).document],
    ['id-token', 'an ID token', idTokenView({ value: 'x', expiresAt: new Date(now), verified }, { now }).document],
    ['list', 'a list', listView('Sessions', [{ key: 'a', label: 'A' }], [{ a: 'b' }], 'sessions').document],
    ['list', 'an empty report', listView(undefined, [], [], 'exit-codes').document],
    [
      'error',
      'a failure',
      {
        error: new PadlockError('idp_rate_limited', {
          message: 'm',
          hint: 'h',
          httpStatus: 429,
          retryAfter: 1,
          requestId: 'r',
          oauthError: 'x',
        }).toJSON(),
      },
    ],
  ])('of a %s describes every member of %s', (name, _, document) => {
    expect(faults(name, document)).toBeNull();
    expect(faults(name, document, false)).toBeNull();
  });

  test('of an error knows every category and exit code', () => {
    for (const code of EXIT_CODES.flatMap(({ codes }) => codes))
      expect(faults('error', { error: new PadlockError(code).toJSON() })).toBeNull();
    expect(faults('error', { error: new PadlockError('acme_pin_expired').toJSON() })).toBeNull();
  });

  const good = sessionView(session(), { now }).document;
  test.each([
    ['session', 'another schema', { ...good, schema: 'padlock/session/2' }],
    ['session', 'no user member', { ...good, user: undefined }],
    ['session', 'a user without id', { ...good, user: { name: 'x' } }],
    ['session', 'no claims and no reason', { ...good, claims: null }],
    ['session', 'claims and a reason', { ...good, claims_absent: 'client' }],
    [
      'session',
      'a verdict that says both',
      { ...good, tokens: { ...(good.tokens as object), id: { expires_at: '2026-11-23T20:00:00Z', verified: { by: null, alg: 'x' } } } },
    ],
    [
      'session',
      'a time with milliseconds',
      { ...good, tokens: { ...(good.tokens as object), id: { expires_at: '2026-11-23T20:00:00.000Z', verified } } },
    ],
    ['token', 'a scope list', { ...tokenView(access, { now }).document, scope: ['openid'] }],
    ['token', 'a token type of its own', { ...tokenView(access, { now }).document, token_type: 'mac' }],
    ['list', 'no list', { schema: 'padlock/sessions/1' }],
    ['list', 'a list of texts', { schema: 'padlock/sessions/1', sessions: ['a'] }],
    ['error', 'an unknown exit code', { error: { ...new PadlockError('internal').toJSON(), exit: 99 } }],
    ['error', 'no envelope', new PadlockError('internal').toJSON()],
  ])('of a %s refuses %s', (name, _, document) => {
    expect(faults(name, JSON.parse(JSON.stringify(document)), false)).not.toBeNull();
  });
});

describe('a list', () => {
  test('gives programs the rows, or the records that are meant for them', () => {
    const columns = [{ key: 'name', label: 'Name' }];
    expect(listView('Flows', columns, [{ name: 'password' }], 'strategies')).toEqual({
      title: 'Flows',
      columns,
      rows: [{ name: 'password' }],
      document: { schema: 'padlock/strategies/1', strategies: [{ name: 'password' }] },
    });
    expect(listView(undefined, columns, [{ name: 'x' }], 'exit-codes', [{ exit: 1 }]).document).toEqual({
      schema: 'padlock/exit-codes/1',
      exit_codes: [{ exit: 1 }],
    });
  });
});
