/** `padlock logout --browser`: last of all a human is led to the provider's own sign-out page, by a URL that holds no token. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { PadlockError } from '../../src/core/errors.ts';
import { type FakeProvider, fakeProvider, METADATA, tokens, USERNAME } from '../core/fake-provider.ts';
import { CLIENT, ISSUER, NOW, SECRET } from '../core/forge.ts';
import { homeWithWork, runHere } from './in-process.ts';

const PAGE = `${ISSUER}logout?client_id=${CLIENT}`;
const clock = { now: () => NOW, sleep: async () => {} };
const env = {
  PADLOCK_ISSUER: ISSUER,
  PADLOCK_CLIENT_ID: CLIENT,
  PADLOCK_CLIENT_SECRET: SECRET,
  PADLOCK_FLOW: 'password',
  PADLOCK_VERIFIER: 'jwks',
};

let home: string;
let provider: FakeProvider;
const run = (
  words: readonly string[],
  open: (url: string) => Promise<boolean> = async () => false,
  more: Readonly<Record<string, string>> = {},
) => runHere(words, { home, env: { ...env, PADLOCK_NO_CACHE: '1', ...more }, ports: { http: provider.http, clock, browser: { open } } });

beforeEach(async () => {
  home = homeWithWork();
  provider = fakeProvider();
  provider.metadata = { ...METADATA, end_session_endpoint: `${ISSUER}logout` };
  const signedIn = await run(['auth', '-q'], undefined, { PADLOCK_USERNAME: USERNAME, PADLOCK_PASSWORD: 'pa55word-canary' });
  expect(signedIn.code).toBe(0);
});

describe('logout --browser', () => {
  test('opens the page once the session is forgotten and revoked', async () => {
    const opened: string[] = [];
    const { code, stderr } = await run(['logout', '--browser'], async (url) => {
      opened.push(url, ...provider.requests.filter((request) => request.url.endsWith('/revoke')).map(({ method }) => method));
      expect((await run(['whoami'])).code).toBe(4);
      return true;
    });
    expect([code, opened, stderr]).toEqual([0, [PAGE, 'POST'], `Signed out.\nYour browser shows the provider's sign-out page: ${PAGE}\n`]);
    expect(stderr).not.toContain(String(tokens().id_token));
  });

  test('says in a document whether it did', async () => {
    const { stdout, stderr } = await run(['logout', '--browser', '--json'], async () => true);
    expect([JSON.parse(stdout), stderr]).toMatchObject([{ logout: [{ revoked: true, end_session: { url: PAGE, opened: true } }] }, '']);
  });

  test.each<[string, () => Promise<boolean>]>([
    ['there is none', async () => false],
    ['it does not start', () => Promise.reject(new Error('no browser'))],
  ])('shows the address where %s', async (_, open) => {
    expect((await run(['logout', '--browser'], open)).stderr).toBe(`Signed out.\nSign out of the provider in a browser, too: ${PAGE}\n`);
  });

  test('goes there also when the provider does not take the token back', async () => {
    provider.others['/revoke'] = { status: 503 };
    const { code, stderr } = await run(['logout', '--browser']);
    expect([code, stderr]).toEqual([10, expect.stringMatching(/^Signed out here; .*\n.*logout\?client_id=.*\nError: .*idp_unavailable/)]);
  });

  test('has forgotten the session when the provider cannot be asked where that is', async () => {
    provider.others['/.well-known/openid-configuration'] = () => Promise.reject(new PadlockError('net_dns', { message: 'No name.' }));
    expect((await run(['logout', '--browser'])).code).toBe(6);
    expect((await run(['whoami'])).code).toBe(4);
  });
});
