import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readConfig } from '../../src/core/config-file.ts';
import { isPadlockError } from '../../src/core/errors.ts';
import { checkConfig, profileLayer } from '../../src/core/profile.ts';
import { CANARY, CONFIG, errorOf, hostWith, MemoryFiles, registryWith, settingsOf, where } from './config-fixture.ts';

const JSON_CONFIG = '/home/robin/.config/padlock/config.json';
const named = (path: string) => ({ ...where, named: { path, place: { name: '--config', kind: 'usage' as const } } });
const registry = registryWith();
const world = { files: new MemoryFiles(), host: hostWith() };
const place = { name: '--profile', kind: 'usage' as const };

const readText = (text: string | Uint8Array, path = CONFIG) => readConfig(new MemoryFiles({ [path]: text }), where);
const check = async (text: string, path = CONFIG): Promise<void> => {
  const config = await readText(text, path);
  if (config) checkConfig(config, registry, world);
};

describe('where it is', () => {
  test('nowhere: that is fine', async () => {
    expect(await readConfig(new MemoryFiles(), where)).toBeUndefined();
    expect(await readConfig(new MemoryFiles(), { cwd: '/' })).toBeUndefined();
  });

  test('config.yaml or config.json, not both', async () => {
    expect(await readText('', CONFIG)).toMatchObject({ path: CONFIG, directory: where.directory, plugins: [] });
    expect(await readText('{"default_profile":"x"}', JSON_CONFIG)).toMatchObject({ path: JSON_CONFIG, defaultProfile: 'x' });
    const error = await errorOf(() => readConfig(new MemoryFiles({ [CONFIG]: '', [JSON_CONFIG]: '{}' }), where));
    expect(error).toMatchObject({ code: 'config_conflict', exit: 3 });
  });

  test('a named one must exist; it is relative to the working directory', async () => {
    const files = new MemoryFiles({ '/home/robin/project/my.yaml': 'default_profile: ci' });
    expect(await readConfig(files, named('my.yaml'))).toMatchObject({ defaultProfile: 'ci', directory: where.cwd });
    expect(await errorOf(() => readConfig(files, named('other.yaml')))).toMatchObject({
      code: 'config_not_found',
      message: '--config names a file that does not exist: /home/robin/project/other.yaml.',
    });
  });

  test('a symbolic link is followed, as dotfile managers make them', async () => {
    const files = new MemoryFiles({ [CONFIG]: { target: '/dotfiles/p.yaml', mode: 0o777 }, '/dotfiles/p.yaml': 'default_profile: ci' });
    expect(await readConfig(files, where)).toMatchObject({ defaultProfile: 'ci' });
  });
});

describe('who may touch it', () => {
  const secret = `profiles: { work: { client_secret: ${CANARY} } }`;
  const reference = 'profiles: { work: { client_secret: { env: X } } }';
  const layer = async (entry: object, from: typeof where = where) => {
    const config = await readConfig(new MemoryFiles({ [CONFIG]: entry }), from);
    return profileLayer(config, 'work', place, registry, world);
  };

  test.each([0o644, 0o640, 0o604])('a plain secret in a file of mode %o is refused with the chmod to run', async (mode) => {
    expect(await errorOf(() => layer({ content: secret, mode }))).toMatchObject({
      code: 'config_insecure_permissions',
      exit: 3,
      message: 'profiles.work.client_secret is a secret in a file that others can read.',
      hint: `Run: chmod 600 ${CONFIG}`,
    });
  });

  test('the secret of another profile counts too', async () => {
    const content = `profiles: { work: {}, other: { password: ${CANARY} } }`;
    expect((await errorOf(() => layer({ content, mode: 0o644 }))).message).toContain('profiles.other.password');
  });

  test.each([
    [secret, 0o600],
    [reference, 0o644],
    [secret, undefined],
  ])('%s with mode %o is fine', async (content, mode) => {
    expect((await layer({ content, mode })).values.has('clientSecret')).toBe(true);
  });

  test('one that anyone can write, or that belongs to another user, is refused; one that was named may belong to another', async () => {
    expect(await errorOf(() => layer({ content: reference, mode: 0o646 }))).toMatchObject({
      code: 'config_insecure_permissions',
      hint: `Run: chmod 600 ${CONFIG}`,
    });
    expect(await errorOf(() => layer({ content: reference, own: false }))).toMatchObject({ code: 'config_insecure_permissions' });
    expect((await layer({ content: reference, own: false }, named(CONFIG))).values.has('clientSecret')).toBe(true);
  });
});

describe('what is no configuration is refused with line and column, and never quoted', () => {
  const bomb = Array.from({ length: 30 }, (_, i) =>
    i
      ? `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(',')}]`
      : 'a0: &a0 [x]',
  ).join('\n');
  test.each([
    [`a: b: ${CANARY}`, /line 1, column \d+: /],
    [`profiles:\n\t${CANARY}: 1`, /line 2, column \d+: /],
    [`x: 1\nx: ${CANARY}`, /line 2, column 1: duplicate key/],
    [`x: !!js/function ${CANARY}`, /line 1, column 4: tag resolve failed/],
    [`x: !mine ${CANARY}`, /tag resolve failed/],
    ['x: !!binary aGVsbG8=', /tag resolve failed/],
    [`x: *${CANARY}`, /its aliases/],
    ['---\na: 1\n---\nb: 2', /multiple docs/],
    [`"${CANARY}`, /line 1, column/],
    ['['.repeat(50_000), /it is nested too deeply/],
    ['{a: '.repeat(20_000), /it is nested too deeply/],
    ['? '.repeat(50_000), /it is nested too deeply/],
    ['- !x &a '.repeat(20_000), /config.yaml/],
    [Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /it is nested too deeply/],
    ['- '.repeat(50_000), /it is nested too deeply/],
  ])('YAML %#', async (text, message) => {
    const error = await errorOf(() => check(text));
    expect(error).toMatchObject({ code: 'config_parse', exit: 3 });
    expect(error.message).toMatch(message);
  });

  test('a bomb of aliases does not go off', async () => {
    expect(await errorOf(() => check(bomb))).toMatchObject({ code: 'config_parse' });
  });

  test.each([
    [`{"a": ${CANARY}}`, 'line 1, column 7: a value is missing or malformed'],
    ['{\n  "a": 1,\n}', 'line 3, column 1: a name in double quotes is missing'],
    [`{"${CANARY}": 1 "b"`, 'line 1, column 22: "," or "}" is missing'],
    ['{"a" 1}', 'line 1, column 6: ":" is missing'],
    ['{"a": 1', 'line 1, column 8: it ends too early'],
    [`{"a": 1,\n "a": "${CANARY}"}`, 'line 2, column 2: a name is there twice'],
    [`{} ${CANARY}`, 'line 1, column 4: something follows the value'],
    ['[01]', 'line 1, column 2: a value is missing or malformed'],
    ['{"a": "\u0001"}', 'line 1, column 7: a value is missing or malformed'],
    ['['.repeat(100_000), 'line 1, column 66: it is nested too deeply'],
  ])('JSON %#', async (text, message) => {
    const error = await errorOf(() => check(text, JSON_CONFIG));
    expect(error).toMatchObject({ code: 'config_parse', message: `${JSON_CONFIG}, ${message}.` });
  });

  test('nor is one that is too large or not UTF-8', async () => {
    expect((await errorOf(() => readText('#'.repeat(300_000)))).message).toContain('larger than 256 kB');
    expect((await errorOf(() => readText(Uint8Array.of(0xc3, 0x28)))).message).toContain('not UTF-8');
  });
});

describe('what it may hold', () => {
  test.each([
    ['profile: {}', 'There is no key profile.', 'Did you mean profiles?'],
    ['profiles: { work: { clientid: x } }', 'There is no key profiles.work.clientid.', 'Did you mean client_id?'],
    ['profiles: { work: { clientId: x } }', 'There is no key profiles.work.clientId.', 'Did you mean client_id?'],
    ['profiles: { work: { __proto__: x } }', 'There is no key profiles.work.__proto__.', undefined],
    ['profiles: { work: { save_as: x } }', 'There is no key profiles.work.save_as.', undefined],
    ['profiles: { work: { profile: x } }', 'There is no key profiles.work.profile.', undefined],
    ['<<: { a: 1 }', 'There is no key <<.', undefined],
    [`[${CANARY}]`, 'The configuration file must be a mapping.', undefined],
    [CANARY, 'The configuration file must be a mapping.', undefined],
    [`profiles: ${CANARY}`, 'profiles must be a mapping.', undefined],
    [`profiles: { work: ${CANARY} }`, 'profiles.work must be a mapping.', undefined],
    [`profiles: { work: { client_id: [${CANARY}] } }`, 'profiles.work.client_id must be a text.', undefined],
    ['profiles: { work: { client_id: true } }', 'profiles.work.client_id must be a text.', undefined],
    ['profiles: { work: { client_id: } }', 'profiles.work.client_id must be a text.', undefined],
    [`profiles: { work: { timeout: ${CANARY} } }`, 'profiles.work.timeout must be a number.', undefined],
    ['profiles: { work: { timeout: 0 } }', 'profiles.work.timeout must be between 1 and 600.', undefined],
    [`profiles: { work: { format: ${CANARY} } }`, 'profiles.work.format must be one of table, json.', undefined],
    [`profiles: { work: { require_verified: ${CANARY} } }`, 'profiles.work.require_verified must be true or false.', undefined],
    [`profiles: { work: { param: { a: [${CANARY}] } } }`, 'profiles.work.param must be a text.', undefined],
    [`default_profile: [${CANARY}]`, 'default_profile must be a text.', undefined],
    [`plugins: ${CANARY}`, 'plugins must be a list.', undefined],
    ['plugins: [{ sha256: x }]', 'plugins[0].path must be a text.', undefined],
    ['plugins: [a, { path: x, sha: y }]', 'There is no key plugins[1].sha.', 'Did you mean sha256?'],
    ['"\\e[31m": 1', 'There is no key \\u{1b}[31m.', undefined],
  ])('%s', async (text, message, hint) => {
    const error = await errorOf(() => check(text));
    expect(error).toMatchObject({ code: 'config_schema', exit: 3, message, ...(hint && { hint }) });
  });

  test('a default profile that does not exist is found by the check', async () => {
    expect(await errorOf(() => check('default_profile: work'))).toMatchObject({ code: 'config_profile_unknown' });
  });

  test('plugins are listed as written', async () => {
    const config = await readText('plugins: [./a.mjs, { path: b, sha256: 00ff }]');
    expect(config?.plugins).toEqual([{ path: './a.mjs' }, { path: 'b', sha256: '00ff' }]);
  });

  test('what looks like a number stays as it was written where text is meant', async () => {
    const settings = await settingsOf({
      flags: { profile: '007' },
      config: 'profiles: { 007: { client_id: 0010, domain: 1e3, timeout: 12.5, username: no } }',
    });
    expect(
      settings.pick({
        clientId: { type: 'string', summary: '' },
        domain: { type: 'string', summary: '' },
        username: { type: 'string', summary: '' },
      }),
    ).toEqual({
      clientId: '0010',
      domain: '1e3',
      username: 'no',
    });
    expect(settings.get('timeout')).toBe(12.5);
  });

  test('an empty profile is a profile', async () => {
    const settings = await settingsOf({ flags: { profile: 'bare' }, config: 'profiles:\n  bare:\n' });
    expect(settings.get('profile')).toBe('bare');
  });
});

describe('whatever it holds, it is read or refused', () => {
  const key = fc.oneof(
    fc.constantFrom(
      'profiles',
      'default_profile',
      'plugins',
      'work',
      'client_id',
      'scope',
      'password',
      'env',
      'timeout',
      '__proto__',
      'path',
    ),
    fc.string(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const allowed = ['config_schema', 'config_parse', 'config_profile_unknown'];
  const settles = async (text: string, path: string): Promise<void> => {
    try {
      await check(text, path);
    } catch (error) {
      expect(isPadlockError(error) && error.code).toEqual(expect.stringMatching(allowed.join('|')));
    }
  };

  test('any tree', () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(tree, fc.record({ profiles: fc.dictionary(key, tree) })), async (content) => {
        await settles(JSON.stringify(content), JSON_CONFIG);
        await settles(JSON.stringify(content), CONFIG);
      }),
      { numRuns: 300 },
    ));

  test('any text', () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: fc.constantFrom(...'{}[]:,-&*!|>"\'#%@ \n\tab1<') }), fc.string()), async (text) => {
        await settles(text, JSON_CONFIG);
        await settles(text, CONFIG);
      }),
      { numRuns: 300 },
    ));
});

test('the JSON reader agrees with JSON.parse on what is JSON', async () => {
  const { jsonFault } = await import('../../src/core/json-fault.ts');
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(fc.property(fc.json(), (text) => jsonFault(text) === undefined || /twice|deeply/.test(jsonFault(text)?.why ?? '')));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'{}[]:,"\\ \n', 'true', 'null', '-', '0', '1', '.5', 'e9', '"a"', '\\u00e9', 'x')), (parts) => {
      const text = parts.join('');
      const fault = jsonFault(text);
      return (fault === undefined) === parses(text) || fault?.why === 'a name is there twice';
    }),
    { numRuns: 3000 },
  );
});
