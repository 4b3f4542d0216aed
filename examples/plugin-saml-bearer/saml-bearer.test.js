// Against a token endpoint of a few lines.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { createPadlock } from 'padlock-auth';
import saml from './saml-bearer.js';

const XML = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1">Robin ✓</saml:Assertion>';
let issuer = '';
let form;

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.method === 'POST') form = Object.fromEntries(new URLSearchParams(body));
  const isGood = form?.assertion === Buffer.from(XML).toString('base64url');
  const answer =
    request.method === 'GET'
      ? { issuer, token_endpoint: `${issuer}/token` }
      : isGood
        ? { access_token: 'at-1', token_type: 'Bearer', expires_in: 300 }
        : { error: 'invalid_grant' };
  response.writeHead('error' in answer ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
before(
  () =>
    new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        issuer = `http://127.0.0.1:${server.address().port}`;
        resolve();
      }),
    ),
);
after(() => server.close());

const token = (samlAssertion) =>
  createPadlock({ issuer, clientId: 'app', flow: 'saml-bearer', plugins: [saml], values: { samlAssertion } }).token();

test('sends an assertion as RFC 7522 wants it, whether it came as XML or as Base64', async () => {
  for (const given of [XML, Buffer.from(XML).toString('base64'), Buffer.from(XML).toString('base64url')]) {
    const { type, value } = await token(given);
    assert.deepEqual([type, value], ['Bearer', 'at-1']);
    assert.equal(form.grant_type, 'urn:ietf:params:oauth:grant-type:saml2-bearer');
    assert.equal(form.scope, undefined);
  }
});

test('a refusal is the provider’s', async () => {
  await assert.rejects(token('<saml:Assertion/>'), { code: 'auth_invalid_grant', exit: 4 });
});
