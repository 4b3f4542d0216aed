import { createPadlock } from 'padlock-auth';
import { startSandbox } from 'padlock-auth/sandbox';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { greeting } from './greeting.js';

let idp;
beforeAll(async () => {
  idp = await startSandbox();
});
afterEach(() => idp.requests.clear());
afterAll(() => idp.close());

const robin = (password = 'pa55word') => createPadlock({ ...idp.client('password'), values: { username: 'robin@percy.test', password } });

test('greets by name, with one request to the token endpoint', async () => {
  expect(await greeting(robin())).toBe('Hello, Robin Percy');
  expect(idp.requests.at('token')).toHaveLength(1);
});

test('does not greet who mistypes the password', async () => {
  await expect(greeting(robin('password'))).rejects.toMatchObject({ code: 'auth_invalid_grant', exit: 4 });
});

test('says so when the provider is down', async () => {
  idp.next('token', { status: 503, headers: { 'retry-after': '7' } });
  await expect(greeting(robin())).rejects.toMatchObject({ code: 'idp_unavailable', retryable: true, retryAfter: 7 });
});
