/** django-oauth-toolkit: a metadata document where no client looks, and a password grant that says nothing of the user. */
import { describe, expect, test } from '@jest/globals';
import { signIn as signInAt } from './matrix.ts';
import { peers } from './peers.ts';
import { type Client, document, failure, passed, type Server, session, signIn } from './support.ts';

interface Django extends Server {
  readonly issuer: string;
  readonly introspection_endpoint: string;
  readonly clients: Server['clients'] & Readonly<Record<'codeHs', Client>>;
}
const { clients, introspection_endpoint, issuer, user } = document<Django>('DJANGO');
const byHand = (...more: readonly string[]): readonly string[] => [
  '--token-endpoint',
  `${issuer}/token/`,
  '--jwks-uri',
  `${issuer}/.well-known/jwks.json`,
  ...more,
];
const person = { issuer, client: clients.confidential, username: user.username, password: user.password, format: 'json' } as const;
const reader = { ...person, scope: 'read', more: byHand() } as const;

// It redirects to the same address with a slash, and no redirect is followed.
test('its metadata is not found, and the hint names what to give by hand', async () => {
  const error = failure(await signIn(person));
  expect(error).toMatchObject({ code: 'proto_discovery_invalid', exit: 7 });
  expect(error.hint).toContain('--token-endpoint');
});

describe('a password', () => {
  test('brings no ID token, and the hint names who else knows the user', async () => {
    const error = failure(await signIn({ ...person, more: byHand() }));
    expect(error).toMatchObject({ code: 'token_missing', exit: 8 });
    expect(error.hint).toContain('--verifier userinfo');
    const more = byHand('--userinfo-endpoint', `${issuer}/userinfo/`);
    expect(session(await signIn({ ...person, verifier: 'userinfo', more })).user).toMatchObject({ name: user.name, email: user.email });
    passed('django-oauth-toolkit', 'password', 'userinfo', 'default');
  });

  test('that is wrong is told as such', async () => {
    const error = failure(await signIn({ ...reader, password: 'not-the-password' }));
    expect(error).toMatchObject({ code: 'auth_invalid_grant', exit: 4, oauth_error: 'invalid_grant', http_status: 400 });
  });

  test('is good for a token that its introspection endpoint knows', async () => {
    const more = byHand('--introspection-endpoint', introspection_endpoint);
    expect(session(await signIn({ ...reader, verifier: 'introspection', more })).tokens.access.verified.by).toBe('introspection');
    passed('django-oauth-toolkit', 'password', 'introspection', 'default');
  });
});

describe('a client', () => {
  test.each(['client-secret-basic', 'client-secret-post'])('with a secret of odd characters is known by %s', async (auth) => {
    expect(session(await signIn({ ...reader, client: clients.odd, auth })).client_id).toBe('padlock-odd');
    passed('django-oauth-toolkit', 'password', '–', `${auth}, odd secret`);
  });

  test('is not known by the raw bytes of such a secret', async () => {
    const error = failure(await signIn({ ...reader, client: clients.odd, auth: 'client-secret-basic-raw' }));
    expect(error).toMatchObject({ code: 'client_invalid', exit: 5, http_status: 401 });
  });

  test('that asks for a scope there is not', async () => {
    expect(failure(await signIn({ ...reader, scope: 'nonsense' }))).toMatchObject({ code: 'client_invalid_scope', exit: 5 });
  });
});

test('an ID token signed HS256 is verified with the secret of the client, after its login page', async () => {
  const peer = peers().find(({ name }) => name === 'django-oauth-toolkit');
  if (peer === undefined) throw new Error('It is not among the peers.');
  const { id: clientId, secret: clientSecret = '' } = clients.codeHs;
  const hs = { clientId, clientSecret, verifier: 'shared-secret' };
  const { idToken, user: who } = await signInAt(peer, 'authorization-code', 'client-secret-post', hs);
  expect([idToken?.verified, who?.name]).toMatchObject([{ by: 'shared-secret', alg: 'HS256' }, user.name]);
});
