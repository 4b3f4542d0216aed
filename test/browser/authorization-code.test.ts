/** The authorization-code flow as a user sees it: the packed CLI, Chromium, and the sandbox's pages. */
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { envOf, sharedSandbox } from '../support/sandbox.ts';
import { chromiumWindows, type Started, signInAtSandbox, startWithBrowser } from './window.ts';

const idp = sharedSandbox();
const open = chromiumWindows();
const padlock = (...more: readonly string[]): Started =>
  startWithBrowser(['auth', ...more], { env: envOf(idp().client('authorization-code', 'public')) });

/** A window on the address that the program opened; it notes what the browser complains about. */
async function follow(
  running: Started,
  size?: { width: number; height: number },
): Promise<Page & { readonly complaints: readonly string[] }> {
  const page = await (await open(size)).newPage();
  const complaints: string[] = [];
  const complain = (message: string): void => {
    if (page.url().includes('code=')) complaints.push(message); // the login page is not ours
  };
  page.on('console', (message) => complain(message.text())).on('pageerror', ({ message }) => complain(message));
  await page.goto(await running.opened());
  return Object.assign(page, { complaints });
}

const signedIn = (page: Page) => page.getByRole('heading', { name: 'You are signed in' }).waitFor();
const refused = (page: Page) => page.getByRole('heading', { name: 'You are not signed in' }).waitFor();

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
/** The page fits a phone and a desktop. `UPDATE_PICTURES=1 npm run test:browser` takes the pictures of the documentation anew. */
async function fits(page: Page, name?: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    const width = (part: string) => page.evaluate<number>(`document.documentElement.${part}Width`);
    expect(await width('scroll')).toBe(await width('client')); // nothing to scroll sideways
    if (name !== undefined && process.env.UPDATE_PICTURES) await page.screenshot({ path: `docs/flows/${name}-${size}.png` });
  }
}

describe('a user with a browser', () => {
  test('signs in, sees it in both windows, and the browser knew no secret', async () => {
    const running = startWithBrowser(['auth'], { env: { ...envOf(idp().client('authorization-code')), PADLOCK_NO_STORE: 'true' } });
    const page = await follow(running);
    await signInAtSandbox(page, idp().user);
    await signedIn(page);
    const { code, stdout, stderr } = await running.ended();
    expect([code, stdout]).toEqual([0, expect.stringContaining('Robin Percy')]);
    expect(stderr).toContain(`The redirect URI is ${page.url().replace(/\?.*/, '')}`);
    expect(await page.locator('p').allTextContents()).toEqual([
      `${new URL(idp().issuer).host} has signed you in.`,
      'You can close this window and go back to your terminal.',
    ]);
    expect(page.complaints).toEqual([]);
    expect(running.environment()).not.toMatch(/^PADLOCK_/m);
    await fits(page, 'signed-in');
  });

  test('says no, and reads what the provider makes of it', async () => {
    const running = padlock('--json');
    const page = await follow(running);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await refused(page);
    expect(await page.textContent('blockquote')).toBe('The provider refused: "access_denied". The user said no.');
    const { code, stdout, stderr } = await running.ended();
    expect([code, stdout]).toEqual([4, '']);
    const end = stderr.indexOf('\n');
    const [event, failure] = [stderr.slice(0, end), stderr.slice(end)].map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(event).toMatchObject({ event: 'action_required', action: 'authorization_code', authorization_uri: await running.opened() });
    expect(failure).toMatchObject({ error: { code: 'auth_access_denied', oauth_error: 'access_denied' } });
    await fits(page, 'refused');
  });

  test('reads whatever the provider says as text, however long and whatever is in it', async () => {
    idp().next('authorization', {
      redirect: { code: null, error: 'x', error_description: `<b onclick=alert(1)>Ann & "Bob"</b> ${'W'.repeat(300)}` },
    });
    const running = padlock();
    const page = await follow(running, SIZES.phone);
    await signInAtSandbox(page, idp().user);
    await refused(page);
    expect(await page.textContent('blockquote')).toContain('<b onclick=alert(1)>Ann & "Bob"</b> WWW');
    await fits(page);
    expect((await running.ended()).code).toBe(4);
  });

  test('has a second tab, which comes too late', async () => {
    const running = padlock();
    const [first, second] = [await follow(running), await follow(running)];
    await signInAtSandbox(first, idp().user);
    await signedIn(first);
    expect((await running.ended()).code).toBe(0);
    await expect(signInAtSandbox(second, idp().user).then(() => second.waitForURL(/callback/))).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
    expect(idp().requests.at('token')).toHaveLength(1);
  });

  test('is not fooled by an answer with another state', async () => {
    idp().next('authorization', { redirect: { state: 'evil' } });
    const running = padlock();
    const page = await follow(running);
    await signInAtSandbox(page, idp().user);
    await refused(page);
    expect(await page.textContent('blockquote')).toContain('another state');
    const { code, stderr } = await running.ended();
    expect([code, stderr]).toEqual([7, expect.stringContaining('[proto_bad_shape]')]);
    expect(idp().requests.at('token')).toEqual([]);
  });

  test('reads that it did not work where the ID token is forged, and no sign of success before', async () => {
    idp().next('token', { idToken: { key: 'wrong' } });
    const running = padlock('--json');
    const page = await follow(running);
    await signInAtSandbox(page, idp().user);
    await refused(page);
    expect(await page.textContent('blockquote')).toContain('signature');
    const { code, stdout, stderr } = await running.ended();
    expect([code, stdout, stderr]).toEqual([8, '', expect.stringContaining('"token_signature"')]);
  });

  test('has pressed Ctrl-C while the tokens were fetched: the page says so, and the port is closed', async () => {
    idp().next('token', { delay: 60_000 });
    const running = padlock();
    const page = await follow(running);
    const signingIn = signInAtSandbox(page, idp().user);
    while (idp().requests.at('token').length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const ended = running.end('SIGINT');
    await signingIn;
    await refused(page);
    expect(await page.textContent('blockquote')).toBe('The sign-in was cancelled.');
    await expect(ended).resolves.toMatchObject({ code: 130, stdout: '' });
    await expect(page.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
  });

  test.each(['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/'])('comes back to %s', async (uri) => {
    const running = padlock('--redirect-uri', uri);
    const page = await follow(running);
    await signInAtSandbox(page, idp().user);
    await signedIn(page);
    expect(page.url().replace(/:\d+\//, '/')).toMatch(`${uri}?`);
    expect((await running.ended()).code).toBe(0);
  });

  test('has pressed Ctrl-C meanwhile: nobody is there any more', async () => {
    const running = padlock();
    const page = await follow(running);
    await expect(running.end('SIGINT')).resolves.toMatchObject({ code: 130, stdout: '' });
    await expect(signInAtSandbox(page, idp().user).then(() => page.waitForURL(/callback/))).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
  });
});
