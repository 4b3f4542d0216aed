import { describe, expect, test } from '@jest/globals';
import { addPlugin, removePlugin, saveProfile, setDefaultProfile } from '../../src/core/config-changes.ts';
import { editConfig } from '../../src/core/config-edit.ts';
import { readConfig } from '../../src/core/config-file.ts';
import { factorOptions } from '../../src/core/factor-options.ts';
import { CANARY, CONFIG, errorOf, MemoryFiles, own, passwordOptions, registryWith, settingsOf, where } from './config-fixture.ts';

const JSON_CONFIG = CONFIG.replace('.yaml', '.json');
const options = { ...own, ...passwordOptions };

const BY_HAND = `# mine
default_profile: work # for now
profiles:
  # the day job
  work: { client_id: 007, scope: [a, b] }   # short
  ci:
    client_id: x
`;

describe('changing the file', () => {
  test('keeps comments, order and spelling', async () => {
    const files = new MemoryFiles({ [CONFIG]: BY_HAND });
    expect(await setDefaultProfile(files, where, 'ci')).toBe(CONFIG);
    expect(files.text(CONFIG)).toBe(
      BY_HAND.replace('default_profile: work', 'default_profile: ci').replace('   # short', ' # short').replace('[a, b]', '[ a, b ]'),
    );
  });

  test('creates it, for the owner only', async () => {
    const files = new MemoryFiles();
    await addPlugin(files, where, { path: './p.mjs', sha256: '0123' });
    expect(await files.facts(CONFIG)).toMatchObject({ mode: 0o600 });
    expect((await readConfig(files, where))?.plugins).toEqual([{ path: './p.mjs', sha256: '0123' }]);
    expect(files.text(CONFIG)).toContain('sha256: "0123"');
  });

  test('leaves JSON what it is', async () => {
    const files = new MemoryFiles({ [JSON_CONFIG]: '{"profiles":{"ci":{}}}' });
    await setDefaultProfile(files, where, 'ci');
    expect(JSON.parse(files.text(JSON_CONFIG))).toEqual({ profiles: { ci: {} }, default_profile: 'ci' });
  });

  test('does not happen where there is no place for it', async () => {
    expect(await editConfig(new MemoryFiles(), { cwd: '/' }, () => {})).toBeUndefined();
  });

  test('is refused for a symbolic link, a broken file and an alias', async () => {
    const link = new MemoryFiles({ [CONFIG]: { target: '/d' }, '/d': '' });
    expect(await errorOf(() => setDefaultProfile(link, where, 'x'))).toMatchObject({ code: 'store_symlink' });
    const broken = new MemoryFiles({ [CONFIG]: `[${CANARY}` });
    expect(await errorOf(() => setDefaultProfile(broken, where, 'x'))).toMatchObject({ code: 'config_parse' });
    const alias = new MemoryFiles({ [CONFIG]: 'profiles: { a: &a { client_id: x }, b: *a }' });
    const settings = await settingsOf({ flags: { clientId: 'y' } });
    expect(await errorOf(() => saveProfile(alias, where, 'b', settings, options))).toMatchObject({ code: 'config_schema' });
    expect(alias.text(CONFIG)).toBe('profiles: { a: &a { client_id: x }, b: *a }');
  });

  test('a profile that does not exist cannot become the default', async () => {
    const files = new MemoryFiles({ [CONFIG]: BY_HAND });
    expect(await errorOf(() => setDefaultProfile(files, where, 'wrk'))).toMatchObject({
      code: 'config_profile_unknown',
      hint: 'Did you mean work? padlock config init NAME makes a new one.',
    });
    expect(files.text(CONFIG)).toBe(BY_HAND);
  });

  test('plugins are replaced and struck off by their path', async () => {
    const files = new MemoryFiles({ [CONFIG]: 'plugins: [./a.mjs, { path: ./b.mjs, sha256: aa }]\n' });
    await addPlugin(files, where, { path: './b.mjs', sha256: 'bb' });
    expect((await readConfig(files, where))?.plugins).toEqual([{ path: './a.mjs' }, { path: './b.mjs', sha256: 'bb' }]);
    await removePlugin(files, where, './b.mjs');
    expect((await readConfig(files, where))?.plugins).toEqual([{ path: './a.mjs' }]);
    expect(await errorOf(() => removePlugin(files, where, './b.mjs'))).toMatchObject({ code: 'plugin_not_found' });
  });
});

describe('saving a profile', () => {
  test('writes what was said, where secrets come from, and no secret', async () => {
    const files = new MemoryFiles({ [CONFIG]: 'profiles:\n' });
    const settings = await settingsOf({
      flags: { issuer: 'https://a.test', clientId: '0042', password: CANARY, timeout: 9, scope: ['a b'], saveAs: 'x' },
      env: { PADLOCK_CLIENT_SECRET: CANARY, PADLOCK_REQUIRE_VERIFIED: '1' },
      files: { '/home/robin/project/.padlock.yaml': 'format: json' },
    });
    const all = { ...options, clientSecret: { type: 'string', summary: '', secret: true } as const };
    const saved = await saveProfile(files, where, 'work', settings, all, { username: 'robin', password: CANARY });
    expect(saved.left).toEqual(['password']);
    expect(files.text(CONFIG)).not.toContain(CANARY);
    expect(files.text(CONFIG)).toBe(`profiles:
  work:
    issuer: https://a.test
    client_id: "0042"
    scope:
      - a
      - b
    timeout: 9
    require_verified: true
    username: robin
    client_secret:
      env: PADLOCK_CLIENT_SECRET
`);
    const again = await settingsOf({ flags: { profile: 'work' }, config: files.text(CONFIG), env: { PADLOCK_CLIENT_SECRET: 's' } });
    expect(again.get('clientId')).toBe('0042');
    expect(again.get('timeout')).toBe(9);
  });

  test('a code that is good once is never saved, wherever it came from', async () => {
    const files = new MemoryFiles({ '/home/robin/project/r': 'r3c0very' });
    const registry = registryWith();
    registry.declare(factorOptions);
    const settings = await settingsOf({ flags: { recoveryCodeFile: 'r' }, env: { PADLOCK_OTP: '123456' }, more: { registry } });
    expect(await saveProfile(files, where, 'work', settings, { ...factorOptions })).toMatchObject({
      saved: [],
      left: ['otp', 'recovery-code'],
    });
    expect(files.text(CONFIG)).not.toMatch(/otp|recovery_code|PADLOCK_/);
  });

  test('a file stays a reference, with its whole path; stdin cannot be saved', async () => {
    const files = new MemoryFiles();
    const settings = await settingsOf({ flags: { passwordFile: 'p', clientSecretStdin: true } });
    const all = { ...passwordOptions, clientSecret: { type: 'string', summary: '', secret: true } as const };
    expect(await saveProfile(files, where, 'work', settings, all)).toEqual({ path: CONFIG, saved: ['password'], left: ['client-secret'] });
    expect(files.text(CONFIG)).toContain('file: /home/robin/project/p');
  });

  test('a reference of one profile goes into another as it is; a plain secret does not', async () => {
    const config = `profiles: { old: { username: r, password: { command: [op, read] }, client_secret: ${CANARY} } }`;
    const files = new MemoryFiles({ [CONFIG]: config });
    const settings = await settingsOf({ flags: { profile: 'old' }, config });
    const all = { ...passwordOptions, clientSecret: { type: 'string', summary: '', secret: true } as const };
    expect(await saveProfile(files, where, 'new', settings, all)).toMatchObject({
      saved: ['username', 'password'],
      left: ['client-secret'],
    });
    const { profiles } = (await readConfig(files, where)) ?? {};
    expect(Object.fromEntries(profiles?.get('new') ?? [])).toEqual({ username: 'r', password: { command: ['op', 'read'] } });
  });

  test('other keys of the profile stay', async () => {
    const files = new MemoryFiles({ [JSON_CONFIG]: '{"profiles":{"work":{"audience":"kept","client_id":"old"}}}' });
    await saveProfile(files, where, 'work', await settingsOf({ flags: { clientId: 'new' } }), options);
    expect(JSON.parse(files.text(JSON_CONFIG))).toEqual({ profiles: { work: { audience: 'kept', client_id: 'new' } } });
  });

  test.each(['', '__proto__', 'a b', '../x', 'x'.repeat(65), '-p'])('%j is no name for one', async (name) => {
    expect(await errorOf(async () => saveProfile(new MemoryFiles(), where, name, await settingsOf({}), options))).toMatchObject({
      code: 'usage_bad_value',
    });
  });
});
