// Against a small fake of Cognito's API, which is JSON of its own and no OAuth.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { createPadlock } from 'padlock-auth';
import cognito from './cognito.js';

const SECRET = 'the-secret-of-the-app-client-0123456789';
const USER = { username: 'robin', password: 'pa55word' };
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
let issuer = '';
let asked;

function idToken() {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: 'app', sub: 'u-1', name: 'Robin Percy', token_use: 'id', iat: now, exp: now + 3600 };
  const signed = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

function initiateAuth({ AuthParameters: { PASSWORD, SECRET_HASH, USERNAME }, ClientId }) {
  if (USERNAME === 'mfa') return [200, { ChallengeName: 'SMS_MFA', Session: 's', ChallengeParameters: {} }];
  const hash = createHmac('sha256', SECRET).update(`${USERNAME}${ClientId}`).digest('base64');
  if (PASSWORD !== USER.password || SECRET_HASH !== hash)
    return [400, { __type: 'NotAuthorizedException', message: 'Incorrect username or password.' }];
  const tokens = { AccessToken: 'at-1', ExpiresIn: 3600, TokenType: 'Bearer', IdToken: idToken(), RefreshToken: 'rt-1' };
  return [200, { AuthenticationResult: tokens, ChallengeParameters: {} }];
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.method === 'POST') asked = { ...JSON.parse(body), target: request.headers['x-amz-target'] };
  const [status, answer] =
    request.method === 'POST'
      ? initiateAuth(asked)
      : request.url === '/pool/jwks'
        ? [200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] }]
        : [
            200,
            { issuer, jwks_uri: `${issuer}/jwks`, token_endpoint: `${issuer}/token`, id_token_signing_alg_values_supported: ['RS256'] },
          ];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
before(
  () =>
    new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        issuer = `http://127.0.0.1:${server.address().port}/pool`;
        resolve();
      }),
    ),
);
after(() => server.close());

const signIn = (values) =>
  createPadlock({
    issuer,
    clientId: 'app',
    clientSecret: SECRET,
    clientAuth: 'client-secret-basic',
    flow: 'cognito-password',
    verifier: 'jwks',
    plugins: [cognito],
    values,
  }).authenticate();

test('signs in, and the ID token is verified like any other', async () => {
  const { access, identity, user } = await signIn(USER);
  assert.deepEqual([user, identity.verified, access.value], [{ id: 'u-1', name: 'Robin Percy' }, true, 'at-1']);
  assert.equal(asked.target, 'AWSCognitoIdentityProviderService.InitiateAuth');
  assert.equal(asked.AuthFlow, 'USER_PASSWORD_AUTH');
});

test('says that the password is wrong', async () => {
  await assert.rejects(signIn({ ...USER, password: 'wrong' }), { code: 'auth_invalid_grant', exit: 4 });
});

test('says which step Cognito wants', async () => {
  await assert.rejects(signIn({ ...USER, username: 'mfa' }), { code: 'auth_interaction_required', message: /SMS_MFA/ });
});
