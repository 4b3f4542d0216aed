/** Configuration as its user meets it: hardening.md A15–A25, conventions.md C23–C26, interface.md's rules on profiles and trust. */
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CONFIG, refused } from '../cli/support.ts';
import { makeHome, runCli, runCliTty } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const SECRET = 'correct-horse-battery-staple-0123456789';

/** Ten aliases of ten aliases of …: a billion texts. */
const BOMB = Array.from(
  { length: 9 },
  (_, at) =>
    `k${at}: &k${at} [${Array(10)
      .fill(at === 0 ? 'x' : `*k${at - 1}`)
      .join(', ')}]\n`,
).join('');

/** A home with these files in it. */
function homeWith(files: Readonly<Record<string, string>>, mode = 0o600): string {
  const home = makeHome();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, name), text);
    chmodSync(join(home, name), mode);
  }
  mkdirSync(join(home, 'work'), { recursive: true });
  return home;
}

const profile = (members: string): string => `profiles:\n  work:\n    ${members}\n`;
const asWork = ['auth', '-p', 'work'];

describe('a configuration file that is wrong is refused by name and place, without its content', () => {
  test.each<[string, string, string, RegExp]>([
    ['A16: YAML that does not parse', `profiles:\n  work: { issuer: ${SECRET}\n  x: [`, 'config_parse', /line \d+, column \d+/],
    ['A25: an alias bomb', BOMB, 'config_parse', /./],
    ['A25: a tag of its own', 'profiles: !!js/function "x"\n', 'config_parse', /./],
    ['a key given twice', profile(`issuer: https://a.example\n    issuer: ${SECRET}`), 'config_parse', /line 4/],
    ['A17: a list in place of the mapping', `- ${SECRET}\n`, 'config_schema', /must be a mapping/],
    ['A17: an unknown key', `profile: ${SECRET}\n`, 'config_schema', /There is no key profile\./],
    ['A17: an unknown key of a profile', profile(`isuer: ${SECRET}`), 'config_schema', /profiles\.work\.isuer/],
    ['A17: a wrong type', profile('timeout: soon'), 'config_schema', /profiles\.work\.timeout must be a number/],
    ['a profile that is a text', 'profiles: { work: x }\n', 'config_schema', /profiles\.work must be a mapping/],
    ['a source that does not exist', profile('password: { vault: x }'), 'config_schema', /profiles\.work\.password\.vault/],
  ])('%s', async (_, text, code, message) => {
    const { error, run } = await refused([...asWork, '--no-input'], code, { home: homeWith({ [CONFIG]: text }), secrets: [SECRET] });
    expect(error.message).toMatch(message);
    expect(run.ms).toBeLessThan(12_000);
  });

  test('A16: JSON that does not parse', async () => {
    const home = homeWith({ '.config/padlock/config.json': `{ "profiles": { "work": { "password": "${SECRET}", ` });
    await refused(asWork, 'config_parse', { home, secrets: [SECRET] });
  });

  test('a near miss is named', async () => {
    const { error } = await refused(asWork, 'config_schema', { home: homeWith({ [CONFIG]: profile('isuer: https://a.example') }) });
    expect(error.hint).toBe('Did you mean issuer?');
  });

  test('two files at the usual place', async () => {
    await refused(asWork, 'config_conflict', { home: homeWith({ [CONFIG]: '', '.config/padlock/config.json': '{}' }) });
  });
});

describe('A15: a file', () => {
  test('that was named must be there', async () => {
    await refused(['auth', '--config', 'nosuch.yaml'], 'config_not_found');
    await refused(['auth'], 'config_not_found', { env: { PADLOCK_CONFIG: 'nosuch.yaml' } });
  });

  test('at the usual place need not be', async () => {
    await expect(runCli(['config', 'list'])).resolves.toMatchObject({ code: 0, stdout: 'Profiles\n\nNone.\n' });
  });

  test('C24: is looked for in PADLOCK_CONFIG_DIR, XDG_CONFIG_HOME and home; a relative XDG path is ignored', async () => {
    const home = homeWith({ [CONFIG]: profile('flow: password'), 'x/padlock/config.yaml': '', 'y/config.yaml': '' });
    const path = async (env: Record<string, string>): Promise<string> => (await runCli(['config', 'path'], { home, env })).stdout.trim();
    expect(await path({})).toBe(join(home, CONFIG));
    expect(await path({ XDG_CONFIG_HOME: join(home, 'x') })).toBe(join(home, 'x/padlock/config.yaml'));
    expect(await path({ XDG_CONFIG_HOME: 'x' })).toBe(join(home, CONFIG));
    expect(await path({ XDG_CONFIG_HOME: join(home, 'x'), PADLOCK_CONFIG_DIR: join(home, 'y') })).toBe(join(home, 'y/config.yaml'));
    expect(await path({ PADLOCK_CONFIG: join(home, 'y/config.yaml') })).toBe(join(home, 'y/config.yaml'));
  });
});

describe('A18: a file that others can read', () => {
  const text = profile(`password: ${SECRET}`);

  test('must not hold a secret; the error says what to run', async () => {
    const home = homeWith({ [CONFIG]: text }, 0o644);
    const { error } = await refused(asWork, 'config_insecure_permissions', { home, secrets: [SECRET] });
    expect(error.hint).toContain(`chmod 600 ${join(home, CONFIG)}`);
  });

  test('may hold everything else', async () => {
    const home = homeWith({ [CONFIG]: profile('issuer: https://id.example') }, 0o644);
    await expect(runCli(['config', 'show', '-p', 'work'], { home })).resolves.toMatchObject({ code: 0 });
  });

  test('and write is not believed at all', async () => {
    await refused(asWork, 'config_insecure_permissions', { home: homeWith({ [CONFIG]: profile('flow: password') }, 0o666) });
  });
});

describe('A19, A20: an issuer that cannot be', () => {
  test.each([
    ['http://id.example', 'config_insecure_url'],
    ['http://localhost.example', 'config_insecure_url'],
    ['ftp://id.example', 'config_bad_url'],
    ['https://robin:pw@id.example', 'config_bad_url'],
    ['https://id.example/#x', 'config_bad_url'],
    ['https://id.example/?x', 'config_bad_url'],
    ['https://id.example/a b', 'config_bad_url'],
    ['id.example', 'config_bad_url'],
    ['javascript:alert(1)', 'config_bad_url'],
  ])('%s', async (issuer, code) => {
    const env = { PADLOCK_PASSWORD: SECRET, PADLOCK_USERNAME: 'robin', PADLOCK_CLIENT_ID: 'cli', PADLOCK_FLOW: 'password' };
    await refused(['auth', '--issuer', issuer], code, { env });
  });

  test('A20: a look-alike is shown in punycode', async () => {
    const env = { PADLOCK_PASSWORD: SECRET, PADLOCK_USERNAME: 'robin', PADLOCK_CLIENT_ID: 'cli', PADLOCK_FLOW: 'password' };
    const { stderr } = await runCli(['auth', '--issuer', 'https://аpple.invalid', '--timeout', '2'], { env });
    expect(stderr).toContain('xn--pple-43d.invalid');
  });
});

describe('A21, C25: a profile', () => {
  const home = (): string => homeWith({ [CONFIG]: `default_profile: work\n${profile('flow: password')}` });

  test.each<[string, readonly string[], Record<string, string>]>([
    ['--profile', ['-p', 'wrok'], {}],
    ['PADLOCK_PROFILE', [], { PADLOCK_PROFILE: 'wrok' }],
  ])('%s that does not exist is refused, with the nearest', async (_, args, env) => {
    const { error } = await refused(['auth', ...args], 'config_profile_unknown', { home: home(), env });
    expect(error.hint).toMatch(/^Did you mean work\?/);
  });

  test('that is the default one must exist too', async () => {
    await refused(['auth'], 'config_profile_unknown', { home: homeWith({ [CONFIG]: 'default_profile: nosuch\n' }) });
  });

  test('is chosen with padlock config use', async () => {
    const at = homeWith({ [CONFIG]: `# mine\nprofiles:\n  work: { flow: password }\n  ci: { flow: client-credentials }\n` });
    await refused(['config', 'use', 'cj'], 'config_profile_unknown', { home: at });
    await expect(runCli(['config', 'use', 'ci'], { home: at })).resolves.toMatchObject({
      code: 0,
      stderr: 'The default profile is now ci.\n',
    });
    const { stdout } = await runCli(['config', 'list', '--json'], { home: at });
    expect(JSON.parse(stdout).profiles).toMatchObject([
      { profile: 'work', default: false },
      { profile: 'ci', default: true },
    ]);
    expect(readFileSync(join(at, CONFIG), 'utf8')).toContain('# mine');
  });
});

describe('whose secret it is', () => {
  const work = `issuer: https://id.example\n    client_id: cli\n    flow: password\n    username: robin\n    password: ${SECRET}`;

  test('--profile beats the variables of an account as one unit', async () => {
    const home = homeWith({ [CONFIG]: profile('issuer: https://id.example\n    flow: password') });
    const env = { PADLOCK_ISSUER: 'https://other.example', PADLOCK_CLIENT_ID: 'other', PADLOCK_USERNAME: 'eve', PADLOCK_PASSWORD: SECRET };
    const { stdout } = await runCli(['config', 'show', '-p', 'work', '--json'], { home, env });
    const { config } = JSON.parse(stdout) as { config: { name: string; value: string }[] };
    expect(config.map(({ name }) => name).sort()).toEqual(['flow', 'issuer', 'profile']);
    const { error } = await refused(['auth', '-p', 'work', '--client-id', 'cli'], 'usage_missing_option', { home, env });
    expect(error.hint).toContain('PADLOCK_PASSWORD was not used, because --profile was given.');
  });

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['a flag', ['--issuer', 'https://evil.example'], {}, '--issuer'],
    ['a variable', [], { PADLOCK_ISSUER: 'https://evil.example' }, 'PADLOCK_ISSUER'],
  ])('a secret stays with its issuer when %s names another', async (_, args, env, place) => {
    const home = homeWith({ [CONFIG]: `default_profile: work\n${profile(work)}` });
    const { error } = await refused(['auth', ...args], 'usage_missing_option', {
      home,
      env,
      secrets: [SECRET],
    });
    expect(error.hint).toContain(`profiles.work.password was not used, because ${place} names another provider.`);
  });

  test('config_missing_credential: a source that yields nothing', async () => {
    const home = homeWith({
      [CONFIG]: profile(
        'issuer: https://id.example\n    client_id: cli\n    flow: password\n    username: r\n    password: { env: NO_SUCH }',
      ),
    });
    const { error } = await refused(asWork, 'config_missing_credential', { home });
    expect(error.message).toContain('profiles.work.password');
  });
});

describe('C26: the project file', () => {
  const put = (text: string, mode = 0o644): string => {
    const home = homeWith({ [CONFIG]: profile('flow: password') });
    writeFileSync(join(home, 'work/.padlock.yaml'), text);
    chmodSync(join(home, 'work/.padlock.yaml'), mode);
    return home;
  };

  test.each([
    'issuer: https://evil.example',
    'plugins: [./x.mjs]',
    'client_secret: x',
    'verifier: none',
    'ca_file: x.pem',
    'flow: password',
  ])('must not set %s', async (text) => {
    await refused(['auth'], 'config_untrusted', { home: put(`${text}\n`) });
  });

  test('must not be writable by anyone, nor a link', async () => {
    await refused(['auth'], 'config_untrusted', { home: put('scope: x\n', 0o666) });
    const home = homeWith({ 'elsewhere.yaml': 'scope: x\n' });
    symlinkSync(join(home, 'elsewhere.yaml'), join(home, 'work/.padlock.yaml'));
    await refused(['auth'], 'config_untrusted', { home });
  });

  test('may set what is open to it, from a folder above as well', async () => {
    const home = put('profile: work\nscope: [openid, reports]\nformat: yaml\n');
    mkdirSync(join(home, 'work/deep'));
    const { stdout } = await runCli(['config', 'show'], { home, cwd: join(home, 'work/deep') });
    expect(stdout).toMatch(/^schema: padlock\/config\/1$/m);
    expect(stdout).toMatch(/- reports$/m);
  });
});

describe('what Padlock writes', () => {
  const idp = sharedSandbox();

  test('--save keeps a sign-in as a profile, 0600 in a 0700 folder, without secrets; it then works by name', async () => {
    const home = makeHome();
    const env = envOf(idp().client('password'));
    const { username, password } = idp().user;
    const saved = await runCli(['auth', '--flow', 'password', '--username', username, '--save', 'robin', '--accept-deprecated'], {
      home,
      env: { ...env, PADLOCK_PASSWORD: password },
    });
    expect(saved.code).toBe(0);
    expect(saved.stderr).toMatch(/^Saved as profile robin, the default one, in .*config\.yaml\.\n/);
    expect(statSync(join(home, CONFIG)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(join(home, CONFIG))).mode & 0o777).toBe(0o700);
    const { PADLOCK_CLIENT_SECRET = '' } = env;
    // A variable is saved as a reference to it.
    expect(readFileSync(join(home, CONFIG), 'utf8')).toMatch(/password:\s+env: PADLOCK_PASSWORD/);
    const again = await runCli(['auth', '-p', 'robin'], { home, env: { PADLOCK_PASSWORD: password, PADLOCK_CLIENT_SECRET } });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Robin Percy') });
  });

  test('--save leaves a session that the profile finds, and refuses a name that none can have before anybody signs in', async () => {
    const home = makeHome();
    const { username, password } = idp().user;
    const env = { ...envOf(idp().client('password', 'public')), PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password };
    await refused(['auth', '--save', '../x'], 'usage_bad_value', { home, env });
    expect(idp().requests.at('token')).toEqual([]);
    await expect(runCli(['auth', '--save', 'first'], { home, env })).resolves.toMatchObject({ code: 0 });
    for (const words of [['whoami'], ['whoami', '-p', 'first']])
      await expect(runCli(words, { home })).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('Robin Percy') });
  });

  test('a profile cannot be saved of a provider that ends with the command', async () => {
    await refused(['auth', '--sandbox', '--save', 'x'], 'usage_conflict');
  });

  test('config init writes what it was given, asks nobody in a script, and refuses to overwrite', async () => {
    const home = makeHome();
    await refused(['config', 'init'], 'usage_missing_option', { home });
    const args = [
      'config',
      'init',
      'work',
      '--issuer',
      idp().issuer,
      '--client-id',
      'cli',
      '--flow',
      'password',
      '--scope',
      'openid email',
    ];
    await expect(runCli(args, { home })).resolves.toMatchObject({ code: 0, stdout: '' });
    const { stdout } = await runCli(['config', 'show', '--json'], { home });
    expect(JSON.parse(stdout).config).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'issuer', value: idp().issuer }),
        expect.objectContaining({ name: 'scope', value: ['openid', 'email'] }),
        expect.objectContaining({ name: 'profile', value: 'work', from: 'default_profile' }),
      ]),
    );
    await refused(args, 'usage_conflict', { home });
  });

  test('a new profile takes nothing from the default one', async () => {
    const home = homeWith({
      [CONFIG]: `default_profile: a\nprofiles:\n  a:\n    issuer: ${idp().issuer}\n    client_id: cli\n    scope: email\n`,
    });
    const { error } = await refused(['config', 'init', 'b', '--issuer', idp().issuer], 'usage_missing_option', { home });
    expect(error.message).toContain('--client-id');
    const args = ['config', 'init', 'b', '--issuer', idp().issuer, '--client-id', 'other'];
    await expect(runCli(args, { home })).resolves.toMatchObject({ code: 0 });
    expect(readFileSync(join(home, CONFIG), 'utf8').split('b:')[1]).not.toContain('scope');
  });

  test('config init asks a human for what is missing, tries it, lets them mend it, and saves what signed in', async () => {
    const home = makeHome();
    const { issuer, user } = idp();
    const answers = [
      { when: /Who is the provider/, send: '\r' },
      { when: /provider's issuer URL/, send: `${issuer}/nowhere\r` },
      { when: /publishes no discovery document[\s\S]*provider's issuer URL/, send: `${issuer}\r` },
      { when: /Client ID/, send: 'padlock-public\r' },
      { when: /have a secret/, send: '\r' },
      { when: /Username/, send: `${user.username}\r` },
      { when: /Password/, send: 'not-the-password\r', secret: true },
      { when: /did not work[\s\S]*What now/, send: '\r' },
      { when: /Username/, send: `${user.username}\r` },
      { when: /Password/, send: `${user.password}\r` },
    ];
    const { code, screen } = await runCliTty(['config', 'init', 'work', '--flow', 'password'], { home, type: answers });
    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Wrote profile work') });
    expect(screen).toContain('Robin Percy');
    expect(screen).not.toContain('\\u{');
    const profile = readFileSync(join(home, CONFIG), 'utf8');
    expect(profile).toMatch(/default_profile: work/);
    expect(profile).not.toContain(user.password);
    await expect(runCli(['whoami'], { home })).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('Robin Percy') });
  });
});

describe('the sandbox as a provider', () => {
  const idp = sharedSandbox();

  test('A22: refuses a shared secret that is too short, before anybody is asked', async () => {
    const { PADLOCK_CLIENT_SECRET: _, ...env } = envOf(idp().client('password'));
    const short = { ...env, PADLOCK_CLIENT_SECRET: 'short-secret', PADLOCK_PASSWORD: 'pa55word', PADLOCK_USERNAME: 'robin@percy.test' };
    await refused(['auth', '--flow', 'password', '--verifier', 'shared-secret'], 'config_weak_secret', { env: short });
    expect(idp().requests.at('token')).toEqual([]);
  });

  test.each([
    ['a file that is not there', 'nosuch.pem'],
    ['a file that holds no certificate', CONFIG],
  ])('config_bad_ca: %s', async (_, path) => {
    const home = homeWith({ [CONFIG]: profile('flow: password') });
    const env = { ...envOf(idp().client('client-credentials')), PADLOCK_CA_FILE: join(home, path), PADLOCK_ISSUER: 'https://127.0.0.1:1' };
    await refused(['auth', '--flow', 'client-credentials'], 'config_bad_ca', { home, env });
  });
});
