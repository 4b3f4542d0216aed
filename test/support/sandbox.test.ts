import { expect, test } from '@jest/globals';
import { runCli } from './cli.ts';
import { envOf, sharedSandbox } from './sandbox.ts';

const idp = sharedSandbox();

test('the packed CLI signs in at the shared sandbox with nothing but its environment', async () => {
  const { username, password } = idp().user;
  const env = { ...envOf(idp().client('password')), PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password };
  const { code, stdout } = await runCli(['auth', '--json'], { env });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'padlock/session/1', user: { email: username } });
  expect(idp().requests.at('token')).toHaveLength(1);
});

test('each test begins with no requests', () => {
  expect(idp().requests.at('token')).toHaveLength(0);
});
