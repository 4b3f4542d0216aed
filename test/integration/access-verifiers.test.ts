/** The provider's own word on an access token, at a real provider: introspection and userinfo. */
import { expect, test } from '@jest/globals';
import { createPadlock } from '../../src/index.ts';
import { makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const home = makeHome();

test.each(['introspection', 'userinfo'])('%s verifies the access token, bound to a key or not, beside the ID token', async (verifier) => {
  for (const dpop of [false, true]) {
    const options = { ...idp().client('password', 'rs256'), verifier: ['jwks', verifier], dpop, ports: idp().human() };
    const { access, idToken } = await createPadlock(options).authenticate();
    expect([access.verified.by, idToken?.verified.by]).toEqual([verifier, 'jwks']);
  }
  const forged = { client: { client_id: 'padlock-es256' }, user: { sub: 'mallory' } };
  idp().next(verifier as 'userinfo', { response: verifier === 'userinfo' ? forged.user : forged.client });
  const padlock = createPadlock({ ...idp().client('password', 'rs256'), verifier, ports: idp().human() });
  await expect(padlock.authenticate()).rejects.toMatchObject({
    code: verifier === 'userinfo' ? 'token_sub_mismatch' : 'token_azp',
    exit: 8,
  });
});

test('a command asks about a token of a pipe only when it is told to', async () => {
  const env = envOf({ ...idp().client('password', 'rs256'), verifier: 'auto' });
  const { access } = await createPadlock({ ...idp().client('password', 'rs256'), ports: idp().human() }).authenticate();
  const verify = (...args: string[]) => runCli(['verify', '--access-token', '--json', ...args], { env, home, input: access.value });
  await expect(verify()).resolves.toMatchObject({ code: 8 }); // opaque
  expect(idp().requests.at('introspection')).toHaveLength(0);
  const { code, stdout } = await verify('--verifier', 'introspection');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    verified: true,
    checks: [{ name: 'introspection', verdict: 'pass' }],
    claims: { active: true },
  });
  expect(idp().requests.at('introspection')).toHaveLength(1);
});
