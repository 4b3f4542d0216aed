/** The flows that begin with a token somebody handed in. */
import { describe, expect, test } from '@jest/globals';
import { PadlockError } from '../../../src/core/errors.ts';
import { jwtBearer } from '../../../src/strategies/grants/jwt-bearer.ts';
import { refreshToken } from '../../../src/strategies/grants/refresh-token.ts';
import { tokenExchange } from '../../../src/strategies/grants/token-exchange.ts';
import { grantScene, TOKENS } from './host.ts';

const refused = (code: string, about: object = {}) => new PadlockError(code, about);

test('they owe no ID token, and what can be about anybody is not kept', () => {
  expect([jwtBearer.subject, tokenExchange.subject, refreshToken.subject]).toEqual(['given', 'given', 'given']);
  expect([jwtBearer.storable, tokenExchange.storable]).toEqual([false, false]);
});

describe('the refresh-token flow', () => {
  const given = { refreshToken: 'rt-1' };

  test('gives the session the refresh token that is good from now on', async () => {
    const { host, sent } = grantScene({ tokens: [{ ...TOKENS, refresh_token: 'rt-2', x: 1 }] });
    await expect(refreshToken.acquire(given, host)).resolves.toEqual({ ...TOKENS, refresh_token: 'rt-2', x: 1 });
    expect(sent).toEqual([{ at: 0, to: 'refresh_token', form: { refresh_token: 'rt-1' }, options: undefined }]);
  });

  test('keeps the old one where the provider issues no new one', async () => {
    const { host } = grantScene();
    await expect(refreshToken.acquire(given, host)).resolves.toEqual({ ...TOKENS, refresh_token: 'rt-1' });
  });

  test.each([
    ['invalid_grant', refused('auth_invalid_grant', { oauthError: 'invalid_grant', httpStatus: 400 })],
    ['an empty 400', refused('proto_bad_shape', { httpStatus: 400 })],
    ['an empty 401', refused('client_invalid', { httpStatus: 401 })],
    ['an empty 403', refused('auth_access_denied', { httpStatus: 403 })],
  ])('says that it was not taken: %s', async (_, cause) => {
    const { host } = grantScene({ tokens: [cause] as never });
    await expect(refreshToken.acquire(given, host)).rejects.toMatchObject({
      code: 'auth_refresh_rejected',
      exit: 4,
      oauthError: cause.oauthError,
      httpStatus: cause.httpStatus,
      hint: expect.stringMatching(cause.oauthError === undefined ? /no reason/ : /^It may be used up/),
      cause,
    });
  });

  test.each([
    ['a client that is refused', refused('client_invalid', { oauthError: 'invalid_client', httpStatus: 401 })],
    ['a scope that is refused', refused('client_invalid_scope', { oauthError: 'invalid_scope', httpStatus: 400 })],
    ['a provider in trouble', refused('idp_unavailable', { httpStatus: 503 })],
    ['an answer nobody can read', refused('proto_not_json')],
    ['a network that fails', refused('net_reset')],
    ['a bug', new TypeError('x')],
  ])('does not blame it for %s', async (_, cause) => {
    const { host } = grantScene({ tokens: [cause] as never });
    await expect(refreshToken.acquire(given, host)).rejects.toBe(cause);
  });
});

test('the jwt-bearer flow sends the assertion as it is', async () => {
  const { host, sent } = grantScene();
  await expect(jwtBearer.acquire({ assertion: 'a.b.c' }, host)).resolves.toBe(TOKENS);
  expect(sent).toEqual([{ at: 0, to: 'urn:ietf:params:oauth:grant-type:jwt-bearer', form: { assertion: 'a.b.c' }, options: undefined }]);
});

describe('the token-exchange flow', () => {
  const TYPE = 'urn:ietf:params:oauth:token-type:';
  const given = {
    subjectToken: 'st',
    subjectTokenType: 'access_token',
    actorToken: undefined,
    actorTokenType: undefined,
    requestedTokenType: undefined,
  };
  const form = async (more: object) => {
    const { host, sent } = grantScene();
    await tokenExchange.acquire({ ...given, ...more }, host);
    return JSON.parse(JSON.stringify(sent[0]?.form)) as object;
  };

  test('sends the subject token, by default an access token', async () => {
    const { host, sent } = grantScene();
    await expect(tokenExchange.acquire(given, host)).resolves.toBe(TOKENS);
    expect(sent[0]?.to).toBe('urn:ietf:params:oauth:grant-type:token-exchange');
    await expect(form({})).resolves.toEqual({ subject_token: 'st', subject_token_type: `${TYPE}access_token` });
    expect(tokenExchange.options.subjectTokenType.default).toBe('access_token');
  });

  test.each(['access_token', 'refresh_token', 'id_token', 'saml1', 'saml2', 'jwt'])('knows the type %s', async (name) => {
    await expect(form({ subjectTokenType: name })).resolves.toMatchObject({ subject_token_type: TYPE + name });
    await expect(form({ requestedTokenType: name })).resolves.toMatchObject({ requested_token_type: TYPE + name });
  });

  test('takes a name with dashes, and any URI as it is', async () => {
    await expect(form({ subjectTokenType: 'id-token', requestedTokenType: 'urn:acme:pass' })).resolves.toMatchObject({
      subject_token_type: `${TYPE}id_token`,
      requested_token_type: 'urn:acme:pass',
    });
  });

  test('sends who acts, with a type of its own', async () => {
    await expect(form({ actorToken: 'act' })).resolves.toMatchObject({ actor_token: 'act', actor_token_type: `${TYPE}access_token` });
    await expect(form({ actorToken: 'act', actorTokenType: 'jwt' })).resolves.toMatchObject({ actor_token_type: `${TYPE}jwt` });
  });

  test.each([
    ['an unknown type', { subjectTokenType: 'idtoken' }, 'usage_bad_value', '--subject-token-type'],
    ['an unknown type of the new token', { requestedTokenType: 'saml3' }, 'usage_bad_value', '--requested-token-type'],
    ['a type without its token', { actorTokenType: 'jwt' }, 'usage_missing_option', '--actor-token-type'],
  ])('sends nothing for %s', async (_, more, code, name) => {
    const { host, sent } = grantScene();
    await expect((async () => tokenExchange.acquire({ ...given, ...more }, host))()).rejects.toMatchObject({
      code,
      exit: 2,
      message: expect.stringContaining(name),
    });
    expect(sent).toEqual([]);
  });
});
