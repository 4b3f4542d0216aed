/** glewlwyd: every kind of signature, and refusals that say nothing but a status. */
import { describe, expect, test } from '@jest/globals';
import { document, failure, passed, type Server, session, signIn } from './support.ts';

interface Glewlwyd extends Server {
  readonly issuers: Readonly<Record<'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'HS256', string>>;
  readonly hmac_secret: string;
}
const { issuers, user, clients, hmac_secret } = document<Glewlwyd>('GLEWLWYD');
const { username, password } = user;
const client = clients.confidential;
const issuer = issuers.RS256;
const person = { client, username, password, format: 'json' } as const;

describe('an ID token', () => {
  const asymmetric = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
  const methods = ['client-secret-basic', 'client-secret-post'];
  const cases = asymmetric.flatMap((alg) => methods.map((auth) => [alg, auth] as const));

  // Discovery lists neither the password grant nor client credentials under its grant types (they stand under the response types), and
  // the RS256 and the PS256 issuer list the same six algorithms: only "alg" in the key set tells them apart.
  test.each(cases)('signed %s is verified, %s', async (alg, auth) => {
    const { user, tokens, issuer } = session(await signIn({ ...person, issuer: issuers[alg], auth, verifier: 'jwks' }));
    expect(user).toMatchObject({ name: 'Alice Example', email: 'alice@example.test' });
    expect(issuer).toBe(issuers[alg]);
    expect(tokens.id?.verified).toEqual({ by: 'jwks', alg, kid: expect.any(String) });
    // On the wire it is "bearer".
    expect(tokens.access).toMatchObject({ type: 'Bearer', expires_in: expect.any(Number), scope: ['openid', 'profile', 'email'] });
    expect(tokens.refresh.present).toBe(true);
    passed('glewlwyd', 'password', alg, auth);
  });

  test.each(asymmetric)('signed %s is verified without a word about how', async (alg) => {
    expect(session(await signIn({ ...person, issuer: issuers[alg] })).tokens.id?.verified).toMatchObject({ by: 'jwks', alg });
  });

  // One secret for all clients of the server; the token names a "kid" though its key set is 403 text without a content type.
  test.each(methods)("signed HS256 is verified with the server's own secret, %s", async (auth) => {
    const hs = { ...person, issuer: issuers.HS256, auth, verifier: 'shared-secret', verificationSecret: hmac_secret };
    const { tokens } = session(await signIn(hs));
    expect(tokens.id?.verified).toMatchObject({ by: 'shared-secret', alg: 'HS256' });
    passed('glewlwyd', 'password', 'HS256', auth);
  });

  test('signed HS256 is refused with another secret', async () => {
    const verificationSecret = 'another-secret-0123456789abcdef0123456789';
    const hs = { ...person, issuer: issuers.HS256, verifier: 'shared-secret', verificationSecret };
    expect(failure(await signIn(hs))).toMatchObject({ code: 'token_signature', exit: 8 });
  });

  test('becomes a table, a nickname missing', async () => {
    const { code, stdout } = await signIn({ ...person, issuer, format: 'table' });
    expect(code).toBe(0);
    for (const cell of ['Alice Example', 'Email Address', 'alice@example.test', 'ID']) expect(stdout).toContain(cell);
  });
});

describe('a refusal without a body', () => {
  // 403, content-length 0, no content type; the same for a user who does not exist.
  test.each([
    ['a wrong password', { password: 'not-the-password' }],
    ['an unknown user', { username: 'nobody' }],
  ])('%s is an incorrect username or password', async (_, wrong) => {
    expect(failure(await signIn({ ...person, issuer, ...wrong }))).toMatchObject({
      code: 'auth_invalid_grant',
      exit: 4,
      message: expect.stringContaining('Incorrect username or password'),
      http_status: 403,
    });
  });

  // 400, content-length 0: the same as for an unknown grant or a flow the client may not use, so no code can say which.
  test.each(['client-secret-basic', 'client-secret-post'])(
    'a wrong client secret is an answer nobody can read, and the hint says so, %s',
    async (auth) => {
      const error = failure(await signIn({ ...person, issuer, auth, client: { ...client, secret: 'not-the-secret' } }));
      expect(error).toMatchObject({ code: 'proto_bad_shape', exit: 7, http_status: 400 });
      expect(error.hint).toContain('client secret');
    },
  );
});

describe('a client secret of odd characters', () => {
  const odd = clients.odd;
  test('is accepted in the body', async () => {
    expect(session(await signIn({ ...person, issuer, client: odd, auth: 'client-secret-post' })).client_id).toBe('padlock-odd');
    passed('glewlwyd', 'password', 'RS256', 'client-secret-post, odd secret');
  });

  // glewlwyd takes the raw bytes only, against RFC 6749 §2.3.1: 400 without a body.
  test('is refused form-encoded in the header', async () => {
    expect(failure(await signIn({ ...person, issuer, client: odd, auth: 'client-secret-basic' }))).toMatchObject({
      exit: 7,
      http_status: 400,
    });
  });
});

describe('client credentials', () => {
  const machine = { client: clients.service, flow: 'client-credentials', format: 'json' } as const;
  test.each(['client-secret-basic', 'client-secret-post'])('give a token and no user with %s', async (auth) => {
    const answer = session(await signIn({ ...machine, issuer, scope: 'read', auth }));
    expect(answer).toMatchObject({ client_id: 'padlock-svc', user: null, tokens: { access: { type: 'Bearer', scope: ['read'] } } });
    passed('glewlwyd', 'client-credentials', '–', auth);
  });

  // {"error":"scope_invalid"}, a code of its own.
  test('an unknown scope is passed on in the words of the server', async () => {
    const error = failure(await signIn({ ...machine, issuer, scope: 'nonsense' }));
    expect(error).toMatchObject({ oauth_error: 'scope_invalid', http_status: 400 });
  });
});

describe('a token bound to a key (DPoP)', () => {
  const bound = { ...person, issuer, auth: 'client-secret-basic', more: ['--dpop'] } as const;
  test('is what the server gives to who asks for it', async () => {
    expect(session(await signIn(bound)).tokens.access.type).toBe('DPoP');
    passed('glewlwyd', 'password', 'RS256', 'client-secret-basic, DPoP');
  });

  test('is good at its userinfo endpoint, with a proof', async () => {
    const { tokens, user: who } = session(await signIn({ ...bound, more: ['--dpop', '--verifier', 'userinfo'] }));
    expect([tokens.access.verified.by, who?.name]).toEqual(['userinfo', user.name]);
    passed('glewlwyd', 'password', 'userinfo', 'client-secret-basic, DPoP');
  });
});

test('introspection says that the access token is good', async () => {
  const { tokens } = session(await signIn({ ...person, issuer, auth: 'client-secret-basic', more: ['--verifier', 'introspection'] }));
  expect(tokens.access.verified.by).toBe('introspection');
  passed('glewlwyd', 'password', 'introspection', 'client-secret-basic');
});
