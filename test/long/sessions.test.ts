/** Sessions as users meet them: one command signs in, the others go on from there; through the packed CLI, with one home. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Document, valid } from '../integration/documents.ts';
import { failure, SessionHome } from '../integration/session-home.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const API = 'https://api.percy.test';
const idp = sharedSandbox();
const grants = (): readonly unknown[] =>
  idp()
    .requests.at('token')
    .map(({ form }) => form.grant_type);

let home: SessionHome;
const padlock = (...line: Parameters<SessionHome['padlock']>): Promise<CliResult> => home.padlock(...line);

beforeEach(() => {
  home = new SessionHome(idp());
});

describe('after padlock auth', () => {
  beforeEach(async () => {
    expect((await home.signIn()).code).toBe(0);
    idp().requests.clear();
  });

  test('no token is in a file, nor in what tells of the session', async () => {
    const tokens = [(await padlock(['token'])).stdout.trim(), (await padlock(['token', '--id-token'])).stdout.trim()];
    for (const args of [
      ['whoami', '--json'],
      ['sessions', '--json'],
      ['whoami', '--debug'],
    ])
      expect((await runCli(args, { home: home.path, secrets: tokens })).code).toBe(0);
    for (const name of readdirSync(home.folder))
      for (const token of tokens) expect(readFileSync(join(home.folder, name), 'latin1')).not.toContain(token);
  });

  test('token --refresh and a longer --min-ttl ask the provider once, a shorter one does not', async () => {
    const { stdout: before } = await padlock(['token']);
    const { stdout: refreshed } = await padlock(['token', '--refresh']);
    expect(refreshed).not.toBe(before);
    expect(grants()).toEqual(['refresh_token']);
    expect((await padlock(['token', '--min-ttl', '3000'])).stdout).toBe(refreshed);
    expect(grants()).toHaveLength(1);
    expect((await padlock(['token', '--min-ttl', '3700'])).stdout).not.toBe(refreshed);
    expect(grants()).toEqual(['refresh_token', 'refresh_token']);
    expect(failure(await padlock(['token', '--min-ttl', 'soon', '--json']))).toMatchObject({ code: 'usage_bad_value' });
  });

  test('token refreshes an expired one, once', async () => {
    idp().next('token', { response: { expires_in: 1 } });
    const { stdout: spent } = await padlock(['token', '--refresh']);
    idp().requests.clear();
    const { stdout } = await padlock(['token']);
    expect(stdout).not.toBe(spent);
    expect((await padlock(['token'])).stdout).toBe(stdout);
    expect(grants()).toEqual(['refresh_token']);
  });

  test('token --id-token is the stored one, and another once it is over', async () => {
    const { stdout } = await padlock(['token', '--id-token']);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(valid('id-token', JSON.parse((await padlock(['token', '--id-token', '--json'])).stdout))).toMatchObject({
      id_token: stdout.trim(),
    });
    expect(idp().requests.all).toEqual([]);
    idp().next('token', { idToken: { claims: { exp: Math.floor(Date.now() / 1000) + 5 } } }); // too soon to be of use
    const spent = await padlock(['token', '--id-token', '--refresh', '--json']);
    expect([spent.code, failure(spent)]).toMatchObject([4, { code: 'auth_login_required' }]);
    idp().requests.clear();
    const { stdout: renewed } = await padlock(['token', '--id-token']);
    expect(renewed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(grants()).toEqual(['refresh_token']);
    idp().next('token', { idToken: { claims: { exp: Math.floor(Date.now() / 1000) + 5 } } });
    await padlock(['token', '--refresh']);
    idp().next('token', { response: { id_token: null } });
    const none = await padlock(['token', '--id-token', '--json']);
    expect(failure(none)).toMatchObject({ code: 'auth_login_required', hint: expect.stringContaining('padlock auth') });
  });

  test('a wrong password at the next auth leaves the session as it was', async () => {
    const { stdout } = await padlock(['token']);
    expect((await home.signIn([], 'wrong-pa55word')).code).toBe(4);
    idp().requests.clear();
    expect((await padlock(['token'])).stdout).toBe(stdout);
    expect(idp().requests.all).toEqual([]);
  });

  test('another user and another profile have sessions of their own', async () => {
    mkdirSync(join(home.path, '.config/padlock'), { recursive: true });
    const { issuer } = idp();
    const profile = `{ issuer: '${issuer}', client_id: padlock-public, flow: password, verifier: jwks, scope: [openid, offline_access] }`;
    writeFileSync(join(home.path, '.config/padlock/config.yaml'), `profiles:\n  work: ${profile}\n  home: ${profile}\n`, { mode: 0o600 });
    const asProfile = (name: string, username: string): Promise<CliResult> =>
      runCli(['auth', '-q', '-p', name, '--username', username, '--password-stdin'], {
        home: home.path,
        input: `${idp().user.password}\n`,
      });
    await asProfile('work', 'robin@percy.test');
    await asProfile('work', 'Robin@Percy.test');
    await asProfile('home', 'robin@percy.test');
    idp().requests.clear();
    const lines = [
      ['token'],
      ['token', '-p', 'home'],
      ['token', '-p', 'work'],
      ['token', '-p', 'work', '--username', 'Robin@Percy.test'],
      ['token', '-p', 'work', '--username', 'robin@percy.test'],
    ];
    const [none, other, current, second, first] = await Promise.all(lines.map(async (line) => (await padlock(line)).stdout));
    expect(new Set([none, other, second, first]).size).toBe(4);
    expect(current).toBe(second); // the latest sign-in
    expect(idp().requests.all).toEqual([]);
    const stranger = await padlock(['token', '-p', 'work', '--username', 'somebody@else.test', '--json']);
    expect(failure(stranger)).toMatchObject({ code: 'auth_login_required' });
    expect((await padlock(['logout', 'home'])).code).toBe(0);
    expect([(await padlock(['token', '-p', 'home'])).code, (await padlock(['token', '-p', 'work'])).stdout]).toEqual([4, current]);
    const all = await padlock(['logout', '--all', '--json']);
    expect([all.code, JSON.parse(all.stdout)]).toMatchObject([0, { schema: 'padlock/logout/1', logout: [{}, {}, {}] }]);
    expect(JSON.parse((await padlock(['sessions', '--json'])).stdout)).toMatchObject({ sessions: [] });
    expect(idp().requests.at('revocation')).toHaveLength(4);
  });

  test("logout --all tells the provider of each session with its own client's secret, and with no other's", async () => {
    const { clientSecret = '', issuer } = idp().client('password');
    mkdirSync(join(home.path, '.config/padlock'), { recursive: true });
    const profile = (id: string, more: string): string =>
      `{ issuer: '${issuer}', client_id: ${id}, flow: password, username: robin@percy.test, password: { env: PASS }, scope: [openid, offline_access], ${more} }`;
    const lines = [
      'default_profile: secret',
      'profiles:',
      `  secret: ${profile('padlock-hs256', 'verifier: shared-secret, client_secret: { env: CLIENT }')}`,
      `  public: ${profile('padlock-public', 'verifier: jwks')}`,
    ];
    writeFileSync(join(home.path, '.config/padlock/config.yaml'), `${lines.join('\n')}\n`, { mode: 0o600 });
    const env = { CLIENT: clientSecret, PASS: idp().user.password };
    for (const name of ['secret', 'public']) expect((await padlock(['auth', '-q', '-p', name], env)).code).toBe(0);
    idp().requests.clear();
    const { code, stdout } = await padlock(['logout', '--all', '--json'], { CLIENT: clientSecret });
    const { logout } = JSON.parse(stdout) as { readonly logout: readonly { readonly profile: unknown; readonly revoked: boolean }[] };
    expect(new Map(logout.map(({ profile: name, revoked }) => [name, revoked]))).toEqual(
      // the first one's settings are nobody's any more, now that there is a default profile
      new Map<unknown, boolean>([
        [null, false],
        ['public', true],
        ['secret', true],
      ]),
    );
    expect(code).toBe(0);
    const sent = idp().requests.at('revocation');
    expect(new Map(sent.map(({ form }) => [form.client_id, form.client_secret]))).toEqual(
      new Map<unknown, unknown>([
        ['padlock-hs256', clientSecret],
        ['padlock-public', undefined],
      ]),
    );
    expect(home.entries()).toEqual([]);
  });

  test('whoami --online asks the provider, and hears when the session is over there', async () => {
    const { stdout: token } = await padlock(['token']);
    const { code, stdout } = await padlock(['whoami', '--online', '--json']);
    expect([code, valid<Document>('session', JSON.parse(stdout))]).toMatchObject([
      0,
      { user: { email: 'robin@percy.test' }, userinfo: { sub: 'percy|59f2c1a7b0d34e6f', email: 'robin@percy.test' } },
    ]);
    expect(idp().requests.all.map(({ endpoint }) => endpoint)).toEqual(['userinfo']);
    const [{ headers, method, query } = {}] = idp().requests.at('userinfo');
    expect([method, query, headers?.authorization]).toEqual(['GET', {}, `Bearer ${token.trim()}`]);
    for (const endpoint of ['userinfo', 'token'] as const)
      idp().next(endpoint, { status: endpoint === 'token' ? 400 : 401, body: { error: 'invalid_grant' } });
    expect(failure(await padlock(['whoami', '--online', '--json']))).toMatchObject({ code: 'auth_refresh_rejected', exit: 4 });
  });

  test('logout --browser leads to the page that ends the session at the provider, without a token in its URL', async () => {
    const secrets = [(await padlock(['token', '--id-token'])).stdout.trim()];
    const url = `${idp().issuer}/logout?client_id=padlock-public`;
    const { code, stdout, stderr } = await runCli(['logout', '--browser', '--json'], { home: home.path, secrets });
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { logout: [{ revoked: true, end_session: { url, opened: false } }] }]);
    expect(JSON.parse(stderr)).toEqual({ event: 'action_required', action: 'end_session', url });
    expect(idp().requests.all.map(({ endpoint }) => endpoint)).not.toContain('other');
    expect((await fetch(url)).status).toBe(200);
    expect((await padlock(['logout', '--browser'])).stderr).toBe('Nobody is signed in.\n');
    for (const other of ['--all', '--local'])
      expect(failure(await padlock(['logout', '--browser', other, '--json']))).toMatchObject({ code: 'usage_conflict' });
  });

  test('logout --browser forgets and revokes, though the provider has no such page', async () => {
    const discovery = (await (await fetch(`${idp().issuer}/.well-known/openid-configuration`)).json()) as object;
    const { end_session_endpoint: _none, ...metadata } = discovery as Record<string, string>;
    idp().next('discovery', { body: metadata });
    const { code, stderr } = await padlock(['logout', '--browser', '--no-cache']);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^Signed out\.\nWarning: The provider has no sign-out page/)]);
    expect(idp().requests.at('revocation')).toHaveLength(1);
  });

  test('logout --local tells nobody', async () => {
    expect((await padlock(['logout', '--local'])).stderr).toBe('Signed out here; the provider was not told.\n');
    expect(idp().requests.all).toEqual([]);
  });

  test('logout forgets while the provider is down, and says so (BCP 23)', async () => {
    idp().next('revocation', { status: 503 });
    const { code, stderr } = await padlock(['logout']);
    expect([code, stderr]).toEqual([
      10,
      expect.stringMatching(/^Signed out here; telling the provider failed\.\nError: .*idp_unavailable/),
    ]);
    expect((await padlock(['whoami'])).code).toBe(4);
  });
});

describe('a client of its own, which needs nobody,', () => {
  const line = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
    padlock(['token', ...args], { ...envOf(idp().client('client-credentials')), ...env });

  test('has a token for each audience, each asked for once', async () => {
    const lines = [[], ['--audience', API], ['--scope', 'write:reports']];
    const first: string[] = [];
    for (const one of lines) first.push((await line(one)).stdout);
    expect(new Set(first).size).toBe(3);
    expect(grants()).toEqual(['client_credentials', 'client_credentials', 'client_credentials']);
    expect(await Promise.all(lines.map(async (one) => (await line(one)).stdout))).toEqual(first);
    expect(grants()).toHaveLength(3);
    expect((await line(['--id-token', '--json'])).code).toBe(4);
    expect(JSON.parse((await padlock(['sessions', '--json'])).stdout)).toMatchObject({
      sessions: [{ user: null, flow: 'client-credentials' }],
    });
  });

  test('leaves nothing on the disk under CI, with --no-store, or with --store memory', async () => {
    for (const [args, env] of [
      [[], { CI: 'true' }],
      [['--no-store'], {}],
      [['--store', 'memory'], {}],
    ] as const)
      expect((await line(args, env)).code).toBe(0);
    expect(existsSync(join(home.path, '.local'))).toBe(false);
    expect((await line(['--store', 'file'], { CI: 'true' })).code).toBe(0);
    expect(existsSync(home.folder)).toBe(true);
    expect(failure(await line(['--store', 'file', '--no-store', '--json']))).toMatchObject({ code: 'usage_conflict' });
  });

  test('needs --no-store where there is no place for files', async () => {
    const nowhere = { HOME: '/dev/null' };
    expect(failure(await line(['--json'], nowhere))).toMatchObject({ exit: 9, hint: expect.stringContaining('--no-store') });
    expect(idp().requests.at('token')).toEqual([]);
    expect((await line(['--no-store'], nowhere)).code).toBe(0);
  });
});

test('auth --sandbox keeps nothing', async () => {
  const { code, stdout } = await padlock(['auth', '--sandbox', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { stored: { store: 'memory' } }]);
  expect(existsSync(join(home.path, '.local/state'))).toBe(false);
});
