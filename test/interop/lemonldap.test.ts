/** LemonLDAP::NG: the password grant with an ID token signed HS256 by the client secret, and what surrounds it. */
import { describe, expect, test } from '@jest/globals';
import { type Client, document, failure, passed, type Server, session, signIn } from './support.ts';

interface LemonLdap extends Server {
  readonly issuer: string;
  readonly hs256: Client;
}
const { issuer, user, clients, hs256 } = document<LemonLdap>('LEMONLDAP');
const { username, password } = user;
const hs = { issuer, client: hs256, username, password, verifier: 'shared-secret' } as const;
const rs = { issuer, client: clients.confidential, username, password } as const;

describe('an HS256 ID token keyed by the client secret', () => {
  test('becomes a table under the name of the user', async () => {
    const { code, stdout } = await signIn({ ...hs, format: 'table' });
    expect(code).toBe(0);
    expect(stdout).toContain('Alice Example');
    for (const cell of ['Email Address', 'alice@example.test', 'Nickname', 'ally', 'ID', 'alice']) expect(stdout).toContain(cell);
  });

  test('becomes json and yaml that say the same, as the schema wants it', async () => {
    const json = session(await signIn({ ...hs, format: 'json' }));
    expect(json).toMatchObject({
      schema: 'padlock/session/1',
      issuer,
      client_id: 'padlock-hs',
      flow: 'password',
      user: { id: 'alice', name: 'Alice Example', email: 'alice@example.test', nickname: 'ally' },
      // Two answers of its two workers list their members in different orders, and the access token is opaque.
      tokens: { id: { verified: { by: 'shared-secret', alg: 'HS256', kid: null } }, access: { type: 'Bearer', verified: { by: null } } },
    });
    const yaml = session(await signIn({ ...hs, format: 'yaml' }), 'yaml');
    expect(timeless(yaml)).toEqual(timeless(json));
    passed('LemonLDAP::NG', 'password', 'HS256', 'default');
  });

  test.each(['client-secret-post', 'client-secret-basic'])('can be had with %s', async (auth) => {
    expect(session(await signIn({ ...hs, auth, format: 'json' })).user?.id).toBe('alice');
    passed('LemonLDAP::NG', 'password', 'HS256', auth);
  });

  // Discovery lists none, HS256–512 and RS256–512 for every client, so `auto` expects the stronger kind and does not believe the token.
  test('is not accepted without a word about how, and the hint names the word', async () => {
    const { verifier: _, ...auto } = hs;
    const error = failure(await signIn({ ...auto, format: 'json' }));
    expect(error).toMatchObject({ code: 'token_alg_not_allowed', exit: 8 });
    expect(error.hint).toContain('--id-token-signed-response-alg');
    const told = ['--id-token-signed-response-alg', 'HS256'];
    expect(session(await signIn({ ...auto, format: 'json', more: told })).tokens.id?.verified).toMatchObject({
      by: 'shared-secret',
      alg: 'HS256',
    });
    passed('LemonLDAP::NG', 'password', 'HS256, configured', 'default');
  });

  test('is refused when another secret is to verify it', async () => {
    const error = failure(await signIn({ ...hs, verificationSecret: 'another-secret-0123456789abcdef0123456789', format: 'json' }));
    expect(error).toMatchObject({ code: 'token_signature', category: 'verification', exit: 8 });
  });
});

describe('what the server refuses', () => {
  // 400 {"error":"invalid_grant"}, without a description.
  test('a wrong password is an incorrect username or password', async () => {
    const wrong = { ...hs, password: 'not-the-password' };
    expect(failure(await signIn({ ...wrong, format: 'json' }))).toMatchObject({
      code: 'auth_invalid_grant',
      exit: 4,
      message: expect.stringContaining('Incorrect username or password'),
      oauth_error: 'invalid_grant',
      http_status: 400,
      retryable: false,
    });
    const { code, stdout, stderr } = await signIn({ ...wrong, format: 'table' });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('Incorrect username or password');
  });

  // 400 in the body, 401 with `WWW-Authenticate: Basic` beside the same JSON in the header.
  test.each([
    ['client-secret-post', 400],
    ['client-secret-basic', 401],
  ])('a wrong client secret is refused with %s', async (auth, http_status) => {
    const client = { ...hs.client, secret: 'wrong-secret-0123456789abcdef0123456789' };
    expect(failure(await signIn({ ...hs, client, auth, format: 'json' }))).toMatchObject({
      code: 'client_invalid',
      exit: 5,
      oauth_error: 'invalid_client',
      http_status,
    });
  });

  test('a client that may not use the flow', async () => {
    expect(failure(await signIn({ ...hs, client: clients.service, verifier: 'jwks', format: 'json' }))).toMatchObject({
      code: 'client_unauthorized',
      exit: 5,
    });
  });
});

test('a missing password is named before anything is sent', async () => {
  const { password: _, ...without } = hs;
  const error = failure(await signIn({ ...without, format: 'json' }));
  expect(error).toMatchObject({ exit: 2, category: 'usage' });
  expect(`${error.message} ${error.hint}`).toContain('password');
});

describe('an RS256 ID token', () => {
  // Its key set has one key without "alg", and discovery lists none, HS256–512 and RS256–512 for all clients alike.
  test.each(['client-secret-post', 'client-secret-basic'])('is checked with the key set, %s', async (auth) => {
    const { tokens } = session(await signIn({ ...rs, auth, verifier: 'jwks', format: 'json' }));
    expect(tokens.id?.verified).toEqual({ by: 'jwks', alg: 'RS256', kid: 'llng-key-1' });
    passed('LemonLDAP::NG', 'password', 'RS256', auth);
  });

  test('is what is expected without a word about how', async () => {
    expect(session(await signIn({ ...rs, format: 'json' })).tokens.id?.verified).toMatchObject({ by: 'jwks', alg: 'RS256' });
  });

  test('comes to a public client too', async () => {
    expect(session(await signIn({ ...rs, client: clients.public, auth: 'none', verifier: 'jwks', format: 'json' })).user?.id).toBe('alice');
    passed('LemonLDAP::NG', 'password', 'RS256', 'none');
  });

  test('is not accepted where HS256 is expected', async () => {
    const error = failure(
      await signIn({ ...rs, verifier: 'shared-secret', verificationSecret: hs.client.secret as string, format: 'json' }),
    );
    expect(error).toMatchObject({ code: 'token_alg_not_allowed', exit: 8 });
  });
});

describe('a client secret of odd characters', () => {
  const client = clients.odd;
  test('is accepted in the body', async () => {
    expect(session(await signIn({ ...rs, client, auth: 'client-secret-post', format: 'json' })).client_id).toBe('padlock-odd');
    passed('LemonLDAP::NG', 'password', 'RS256', 'client-secret-post, odd secret');
  });

  // The server splits the header at every colon and neither decodes the parts nor takes them raw: 401 for all encodings.
  test('is refused in the header, and the hint names another way', async () => {
    const error = failure(await signIn({ ...rs, client, auth: 'client-secret-basic', format: 'json' }));
    expect(error).toMatchObject({ code: 'client_invalid', exit: 5, http_status: 401 });
    expect(error.hint).toContain('--client-auth');
  });
});

describe('client credentials', () => {
  const machine = { issuer, client: clients.service, flow: 'client-credentials' } as const;
  // The answer has neither a scope nor an ID token.
  test.each(['client-secret-post', 'client-secret-basic'])('give a token and no user with %s', async (auth) => {
    const answer = session(await signIn({ ...machine, scope: 'read', auth, format: 'json' }));
    expect(answer).toMatchObject({ flow: 'client-credentials', client_id: 'padlock-svc', user: null });
    passed('LemonLDAP::NG', 'client-credentials', '–', auth);
  });

  test('print what a client has instead of a user', async () => {
    const { code, stdout } = await signIn({ ...machine, scope: 'read', format: 'table' });
    expect(code).toBe(0);
    for (const cell of ['Client ID', 'padlock-svc', 'Scope', 'read', 'Expires']) expect(stdout).toContain(cell);
  });
});

/** Two sign-ins differ in their times, and in what is derived from the access token. */
function timeless(value: ReturnType<typeof session>): unknown {
  const moving = new Set(['iat', 'exp', 'auth_time', 'at_hash', 'expires_at', 'expires_in']);
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (moving.has(key) ? typeof member : member)));
}

// It ignores the proof and answers Bearer.
test('a token that is not bound to a key is refused where one was asked for (DPoP)', async () => {
  expect(failure(await signIn({ ...rs, auth: 'client-secret-basic', format: 'json', more: ['--dpop'] }))).toMatchObject({
    code: 'client_dpop',
    exit: 5,
  });
});
