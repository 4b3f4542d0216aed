/** Which requests the packed CLI makes, from a cold and a warm cache on a real disk, and after the keys were changed. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Endpoint, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { makeHome, runCli } from '../support/cli.ts';
import { envOf } from '../support/sandbox.ts';

let idp: Sandbox;
afterEach(() => idp.close());

async function auth(home: string, ...more: string[]): Promise<readonly Endpoint[]> {
  idp.requests.clear();
  const user = { PADLOCK_USERNAME: idp.user.username, PADLOCK_PASSWORD: idp.user.password };
  const env = { ...envOf({ ...idp.client('password', 'rs256'), verifier: 'auto' }), ...user };
  const { code, stderr } = await runCli(['auth', '--json', ...more], { home, env });
  expect([code, stderr]).toEqual([0, '']);
  return idp.requests.all.map(({ endpoint }) => endpoint).sort();
}

describe('padlock auth', () => {
  test('fetches the keys beside the token, and the next time nothing but the token', async () => {
    idp = await startSandbox();
    const home = makeHome();
    for (const endpoint of ['token', 'jwks'] as const) idp.next(endpoint, { delay: 700 });
    expect(await auth(home)).toEqual(['discovery', 'jwks', 'token']);
    const [token, keys] = (['token', 'jwks'] as const).map((endpoint) => idp.requests.at(endpoint)[0]?.at ?? Number.NaN);
    expect(Math.abs(Number(token) - Number(keys))).toBeLessThan(600);
    expect(await auth(home)).toEqual(['token']);
    expect(await auth(home, '--no-cache')).toEqual(['discovery', 'jwks', 'token']);
  });

  test('fetches the keys once more after they were changed, and signs in', async () => {
    idp = await startSandbox();
    const home = makeHome();
    await auth(home);
    const { port, secrets } = idp.state();
    await idp.close();
    idp = await startSandbox({ port, secrets });
    expect(await auth(home)).toEqual(['jwks', 'token']);
    expect(await auth(home)).toEqual(['token']);
  });
});
