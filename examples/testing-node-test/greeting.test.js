import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { createPadlock } from 'padlock-auth';
import { startSandbox } from 'padlock-auth/sandbox';
import { greeting } from './greeting.js';

let idp;
before(async () => {
  idp = await startSandbox();
});
afterEach(() => idp.requests.clear());
after(() => idp.close());

const robin = (password = 'pa55word') => createPadlock({ ...idp.client('password'), values: { username: 'robin@percy.test', password } });

test('greets by name, with one request to the token endpoint', async () => {
  assert.equal(await greeting(robin()), 'Hello, Robin Percy');
  assert.equal(idp.requests.at('token').length, 1);
});

test('does not greet who mistypes the password', async () => {
  await assert.rejects(greeting(robin('password')), { code: 'auth_invalid_grant', exit: 4 });
});

test('says so when the provider is down', async () => {
  idp.next('token', { status: 503, headers: { 'retry-after': '7' } });
  await assert.rejects(greeting(robin()), { code: 'idp_unavailable', retryable: true, retryAfter: 7 });
});
