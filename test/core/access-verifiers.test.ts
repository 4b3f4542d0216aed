/** The verifiers that ask the provider about an access token, beside the ID token's own and where there is none. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/core/json-value.ts';
import { sessionView } from '../../src/core/session-view.ts';
import type { Padlock, PadlockOptions } from '../../src/index.ts';
import { type Fake, type FakeProvider, fakeProvider, METADATA, padlockAt, tokens } from './fake-provider.ts';
import { CLIENT, claims, ISSUER, keyFor, NOW, SECONDS, token } from './forge.ts';
import { failure, world } from './sessions/fixture.ts';

const GOOD = { active: true, sub: 'robin', client_id: CLIENT, iss: ISSUER, exp: SECONDS + 600, aud: 'api' };
const PERSON = { sub: 'robin', email: 'robin@percy.test', name: 'Robin Percy' };

function provider(introspection: Fake = { body: GOOD }, userinfo: Fake = { body: PERSON }, idToken = true): FakeProvider {
  const fake = fakeProvider({ body: tokens(idToken ? {} : { id_token: null }) });
  fake.metadata = { ...METADATA, introspection_endpoint: `${ISSUER}introspect`, userinfo_endpoint: `${ISSUER}userinfo` };
  fake.others = { '/introspect': introspection, '/userinfo': userinfo };
  return fake;
}
const at = (fake: FakeProvider, verifier: string | readonly string[], more: PadlockOptions = {}): Padlock =>
  padlockAt(fake, { verifier, ...more });
const asked = ({ requests }: FakeProvider, path: string) => requests.filter(({ url }) => url === `${ISSUER}${path}`);

describe('introspection', () => {
  test('asks about the access token with the client’s proof, and says so', async () => {
    const fake = provider();
    const { access, identity, idToken } = await at(fake, 'introspection').authenticate();
    expect(access.verified).toEqual({ by: 'introspection', alg: null, kid: null });
    expect(idToken?.verified).toMatchObject({ by: 'jwks', alg: 'RS256' }); // auto, all the same
    expect(identity).toMatchObject({ verified: true, from: 'id_token', claims: { iss: ISSUER } });
    const [request] = asked(fake, 'introspect');
    expect(new URLSearchParams(request?.body).get('token')).toBe('at-canary-0123456789');
    expect(new URLSearchParams(request?.body).get('client_secret')).toEqual(expect.any(String));
  });

  test.each<[string, JsonObject | string, string]>([
    ['active is a text', { ...GOOD, active: 'true' }, 'proto_bad_shape'],
    ['active is 1', { ...GOOD, active: 1 }, 'proto_bad_shape'],
    ['active is absent', { sub: 'robin' }, 'proto_bad_shape'],
    ['nothing', {}, 'proto_bad_shape'],
    ['no object', '[]', 'proto_bad_shape'],
    ['no JSON', 'active', 'proto_not_json'],
    ['it is not active', { active: false }, 'token_inactive'],
    ['another issuer', { ...GOOD, iss: 'https://other.test' }, 'token_issuer'],
    ['another client', { ...GOOD, client_id: 'mallory' }, 'token_azp'],
    ['another user', { ...GOOD, sub: 'mallory' }, 'token_sub_mismatch'],
    ['a subject that is none', { ...GOOD, sub: 7 }, 'token_claim_type'],
    ['it is over', { ...GOOD, exp: SECONDS - 600 }, 'token_expired'],
    ['a lifetime that is none', { ...GOOD, exp: 'soon' }, 'token_claim_type'],
    ['it begins later', { ...GOOD, nbf: SECONDS + 600 }, 'token_not_yet_valid'],
    ['it is a refresh token', { ...GOOD, typ: 'Refresh' }, 'token_type'],
  ])('refuses an answer: %s (BCP 52)', async (_, body, code) => {
    expect(await failure(at(provider({ body }), 'introspection').authenticate())).toMatchObject({ code });
  });

  test('refuses a token that is bound to another key than ours', async () => {
    const fake = provider({ body: { ...GOOD, cnf: { jkt: 'x' } } });
    fake.token = [{ body: tokens({ token_type: 'DPoP' }) }];
    expect(await failure(at(fake, 'introspection', { dpop: true }).authenticate())).toMatchObject({ code: 'token_key_not_found' });
    fake.token = [
      { body: tokens({ token_type: 'DPoP', access_token: token(keyFor('RS256'), { payload: claims({ cnf: { jkt: 'x' } }) }) }) },
    ];
    expect(await failure(at(fake, 'auto', { dpop: true }).authenticate())).toMatchObject({ code: 'token_key_not_found' });
  });

  test('compares the audience with the one that was asked for, and with nothing else', async () => {
    await expect(at(provider(), 'introspection', { audience: 'api' }).authenticate()).resolves.toMatchObject({ audience: 'api' });
    expect(await failure(at(provider(), 'introspection', { audience: 'other' }).authenticate())).toMatchObject({ code: 'token_audience' });
  });

  test('that fails ends the sign-in: whoever chose it wants to hear of it', async () => {
    const fake = provider({ status: 401, body: { error: 'invalid_client' } });
    expect(await failure(at(fake, 'introspection').authenticate())).toMatchObject({ code: 'client_invalid' });
  });

  test('is refused before anybody is asked, where the provider has none', async () => {
    const fake = fakeProvider();
    expect(await failure(at(fake, 'introspection').authenticate())).toMatchObject({
      code: 'config_conflict',
      message: expect.stringContaining('introspection endpoint'),
    });
    expect(fake.forms()).toHaveLength(0);
  });

  test('satisfies --require-verified for a token that nobody else can read', async () => {
    const insisting = { requireVerified: true } as const;
    await expect(at(provider(), 'introspection', insisting).authenticate()).resolves.toMatchObject({
      access: { verified: { by: 'introspection' } },
    });
    expect(await failure(at(provider(), 'auto', insisting).authenticate())).toMatchObject({ category: 'verification' });
  });

  test('verifies a machine’s token, which has no user', async () => {
    const fake = provider({ body: { active: true, client_id: CLIENT, sub: CLIENT } }, undefined, false);
    const machine = { flow: 'client-credentials', scope: ['read'] } as const;
    await expect(at(fake, 'introspection', machine).authenticate()).resolves.toMatchObject({
      user: null,
      identity: { verified: false, reason: 'client' },
      access: { verified: { by: 'introspection' } },
    });
    expect(await failure(at(fake, 'userinfo', machine).authenticate())).toMatchObject({ code: 'config_conflict' });
  });
});

describe('userinfo', () => {
  test('compares who the access token is for with who the ID token is about', async () => {
    const fake = provider();
    const { access, identity } = await at(fake, ['auto', 'userinfo']).authenticate();
    expect(access.verified).toEqual({ by: 'userinfo', alg: null, kid: null });
    expect(identity).toMatchObject({ from: 'id_token' });
    expect(asked(fake, 'userinfo')[0]?.headers).toMatchObject({ authorization: 'Bearer at-canary-0123456789' });
    const other = at(provider(undefined, { body: { ...PERSON, sub: 'mallory' } }), 'userinfo');
    expect(await failure(other.authenticate())).toMatchObject({ code: 'token_sub_mismatch', exit: 8 });
  });

  test.each<[string, Fake, string]>([
    ['the token is refused', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }, 'token_inactive'],
    ['nobody is named', { body: { name: 'Robin' } }, 'proto_bad_shape'],
    ['it fails', { status: 503 }, 'idp_unavailable'],
  ])('refuses an answer: %s', async (_, userinfo, code) => {
    expect(await failure(at(provider(undefined, userinfo), 'userinfo').authenticate())).toMatchObject({ code });
  });
});

describe('a server without ID tokens', () => {
  test('gives nobody an identity by itself', async () => {
    expect(await failure(at(provider(undefined, undefined, false), 'auto').authenticate())).toMatchObject({
      code: 'token_missing',
      hint: expect.stringContaining('--verifier userinfo'),
    });
  });

  test.each([
    ['userinfo', { claims: PERSON, user: { id: 'robin', name: 'Robin Percy', email: 'robin@percy.test' } }],
    ['introspection', { claims: GOOD, user: { id: 'robin' } }],
  ])('tells %s who it is, and the session says who said so', async (verifier, { claims, user }) => {
    const session = await at(provider(undefined, undefined, false), verifier).authenticate();
    expect(session).toMatchObject({ user, identity: { verified: true, claims, from: verifier } });
    expect(session.warnings).toMatchObject([expect.anything(), { code: 'no_id_token', message: expect.stringContaining(verifier) }]);
    expect(sessionView(session, { now: NOW }).document).toMatchObject({
      claims_from: verifier,
      claims,
      tokens: { access: { verified: { by: verifier, alg: null } } },
    });
  });

  test('that does not say whom a token is for, gives nobody an identity', async () => {
    const nameless = provider({ body: { active: true, username: 'robin', client_id: CLIENT } }, undefined, false);
    expect(await failure(at(nameless, 'introspection').authenticate())).toMatchObject({ code: 'token_missing' });
    await expect(at(nameless, 'introspection', { scope: ['read'] }).authenticate()).resolves.toMatchObject({
      user: null,
      identity: { verified: false, reason: 'no_id_token' },
      access: { verified: { by: 'introspection' } },
    });
  });
});

describe('the wish for a verifier', () => {
  test('is for one of each kind', async () => {
    expect(await failure(at(provider(), ['introspection', 'userinfo']).authenticate())).toMatchObject({ code: 'usage_conflict' });
    expect(await failure(at(provider(), ['jwks', 'shared-secret']).authenticate())).toMatchObject({ code: 'usage_conflict' });
    await expect(at(provider(), ['jwks', 'introspection']).authenticate()).resolves.toMatchObject({
      idToken: { verified: { by: 'jwks' } },
    });
  });

  test('goes for a refresh, too: its user is compared, and the ID token’s claims stay', async () => {
    const { process, provider: rotating, clock } = world();
    rotating.metadata = { ...METADATA, userinfo_endpoint: `${ISSUER}userinfo` };
    rotating.others['/userinfo'] = { body: { ...PERSON, email: 'new@percy.test' } };
    const padlock = process({ verifier: 'userinfo' });
    await padlock.authenticate();
    rotating.idToken = undefined;
    clock.pass(4000);
    await expect(padlock.token()).resolves.toMatchObject({ verified: { by: 'userinfo' } });
    await expect(padlock.session()).resolves.toMatchObject({ identity: { from: 'id_token', claims: { iss: ISSUER } } });
    rotating.others['/userinfo'] = { body: { sub: 'mallory' } };
    expect(await failure(padlock.token({ refresh: true }))).toMatchObject({ code: 'token_sub_mismatch' });
    rotating.others['/userinfo'] = { body: PERSON };
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ verified: { by: 'userinfo' } }); // the newest refresh token was kept
    expect(rotating.isReused).toBe(false);
  });

  test('is remembered with the identity that it gave', async () => {
    const { process, provider: rotating, clock } = world();
    rotating.metadata = { ...METADATA, userinfo_endpoint: `${ISSUER}userinfo` };
    rotating.others['/userinfo'] = { body: PERSON };
    rotating.idToken = undefined;
    await process({ verifier: 'userinfo' }).authenticate();
    await expect(process().session()).resolves.toMatchObject({ identity: { verified: true, from: 'userinfo', claims: PERSON } });
    rotating.others['/userinfo'] = { body: { ...PERSON, email: 'new@percy.test' } };
    clock.pass(4000);
    await process({ verifier: 'userinfo' }).token();
    await expect(process().session()).resolves.toMatchObject({ user: { email: 'new@percy.test' }, identity: { from: 'userinfo' } });
  });
});
