/** The device-code flow as a user sees it: the packed CLI, Chromium as the phone, and pages that nobody here wrote. */
import { describe, expect, test } from '@jest/globals';
import { envOf, sharedSandbox } from '../support/sandbox.ts';
import { chromiumWindows, glewlwyd, type Started, signInAtSandbox, startWithBrowser } from './window.ts';

interface Device {
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}
/** What the terminal tells whoever holds the phone. */
async function shownBy(running: Started): Promise<Device> {
  const [line = ''] = /\{"event".*\}/.exec(await running.until(/\{"event".*\}\n/)) ?? [];
  return JSON.parse(line) as Device;
}

const PHONE = { width: 390, height: 844 };
const open = chromiumWindows();
const phone = async () => (await open(PHONE)).newPage();

describe('at the pages of oidc-provider', () => {
  const idp = sharedSandbox();
  const padlock = (...words: readonly string[]): Started => startWithBrowser(words, { env: envOf(idp().client('device-code', 'public')) });

  test('a user opens the link, sees the same code, and approves', async () => {
    const running = padlock('auth', '--json');
    const { user_code, verification_uri_complete } = await shownBy(running);
    const page = await phone();
    await page.goto(verification_uri_complete);
    await page.getByText(user_code).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await signInAtSandbox(page, idp().user);
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    const { code, stdout } = await running.ended();
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { flow: 'device-code', user: { name: 'Robin Percy' }, tokens: { id: { verified: { by: 'jwks' } } } },
    ]);
  });

  test('a user types the code, wrong at first, and the terminal prints the token', async () => {
    const running = padlock('token', '--login');
    const shown = await running.until(/enter the code \S+/);
    const [, address = '', code = ''] = /open (\S+)\s[\s\S]*enter the code (\S+)/.exec(shown) ?? [];
    const page = await phone();
    await page.goto(address);
    const enter = async (typed: string): Promise<void> => {
      await page.locator('input[name=user_code]').fill(typed);
      await page.getByRole('button', { name: 'Continue' }).click();
    };
    await enter('WRNG-CODE');
    await page.getByRole('alert').waitFor();
    await enter(code.toLowerCase().replace('-', ' '));
    await page.getByText(code).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await signInAtSandbox(page, idp().user);
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    await expect(running.ended()).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S{20,}\n$/) });
  });

  test('--browser opens the link on this machine', async () => {
    const running = padlock('auth', '--browser', '--json');
    const { verification_uri_complete } = await shownBy(running);
    expect(await running.opened()).toBe(verification_uri_complete);
    await expect(running.end('SIGINT')).resolves.toMatchObject({ code: 130, stdout: '' });
  });

  test.each(['where the code is shown', 'where the password is asked for'])('a user says no %s', async (place) => {
    const running = padlock('auth', '--json');
    const page = await phone();
    await page.goto((await shownBy(running)).verification_uri_complete);
    const button = (name: string) => page.getByRole('button', { name }).click();
    if (place.includes('password')) {
      await button('Continue');
      await page.getByLabel('Password').waitFor();
    }
    await button('Cancel');
    const { code, stdout, stderr } = await running.ended();
    expect([code, stdout]).toEqual([4, '']);
    const failure = JSON.parse(stderr.slice(stderr.indexOf('\n'))) as unknown;
    expect(failure).toMatchObject({ error: { code: 'auth_access_denied', oauth_error: 'access_denied' } });
  });

  test('a user who approves after Ctrl-C has signed in nobody', async () => {
    const running = padlock('auth', '--json');
    const { verification_uri_complete } = await shownBy(running);
    await expect(running.end('SIGINT')).resolves.toMatchObject({ code: 130, stdout: '' });
    const asked = idp().requests.at('token').length;
    const page = await phone();
    await page.goto(verification_uri_complete);
    await page.getByRole('button', { name: 'Continue' }).click();
    await signInAtSandbox(page, idp().user);
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    expect(idp().requests.at('token')).toHaveLength(asked);
  });
});

describe('at the pages of glewlwyd', () => {
  const { issuers, user, clients } = glewlwyd();
  const padlock = (): Started => {
    const where = ['--issuer', issuers.ES256, '--client-id', clients.device.id, '--scope', 'openid profile email'];
    return startWithBrowser(['auth', '--flow', 'device-code', ...where, '--json']);
  };

  test.each(['the link', 'the code'] as const)('a user approves with %s', async (way) => {
    const running = padlock();
    const { user_code, verification_uri, verification_uri_complete } = await shownBy(running);
    const page = await phone();
    await page.goto(way === 'the link' ? verification_uri_complete : verification_uri);
    if (way === 'the code') {
      await page.getByPlaceholder('X1Y2-A3B4').fill(user_code);
      await page.getByRole('button', { name: 'OK' }).click();
    }
    await page.getByPlaceholder('Your username').fill(user.username);
    await page.getByPlaceholder('Your password').fill(user.password);
    await page.getByRole('button', { name: 'OK' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Authorization complete').waitFor();
    const { code, stdout } = await running.ended();
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { flow: 'device-code', user: { name: 'Alice Example' }, tokens: { id: { verified: { by: 'jwks', alg: 'ES256' } } } },
    ]);
  });
});
