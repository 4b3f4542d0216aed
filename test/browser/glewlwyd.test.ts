/** The authorization-code flow with the login page of a server that nobody here wrote: glewlwyd's, a program in the browser. */
import { expect, test } from '@jest/globals';
import { chromiumWindows, glewlwyd, startWithBrowser } from './window.ts';

const { issuers, redirect_uris, user, clients } = glewlwyd();
const open = chromiumWindows();

test.each([
  ['RS256', 'newPublic', 'none'],
  ['ES256', 'new', 'client-secret-basic'],
] as const)('a user signs in at glewlwyd, %s, and consents to a client (%s) with %s', async (alg, kind, auth) => {
  const { id, secret } = clients[kind];
  const where = [
    '--issuer',
    issuers[alg],
    '--client-id',
    id,
    '--client-auth',
    auth,
    ...redirect_uris.flatMap((uri) => ['--redirect-uri', uri]),
  ];
  const running = startWithBrowser(['auth', '--flow', 'authorization-code', ...where, '--json'], {
    env: secret === undefined ? {} : { PADLOCK_CLIENT_SECRET: secret },
  });
  const page = await (await open()).newPage();
  await page.goto(await running.opened());
  await page.getByPlaceholder('Your username').fill(user.username);
  await page.getByPlaceholder('Your password').fill(user.password);
  await page.getByRole('button', { name: 'OK' }).click();
  for (const scope of ['profile', 'email']) await page.locator(`#grant-${scope}`).check();
  await page.getByRole('button', { name: 'Grant access' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  const { code, stdout } = await running.ended();
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    { flow: 'authorization-code', user: { name: 'Alice Example' }, tokens: { id: { verified: { by: 'jwks', alg } } } },
  ]);
});
