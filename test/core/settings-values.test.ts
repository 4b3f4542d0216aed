import { describe, expect, jest, test } from '@jest/globals';
import { PadlockError } from '../../src/core/errors.ts';
import { HINTS } from '../../src/core/hints.ts';
import { defineOptions } from '../../src/core/options.ts';
import type { Prompt, Question } from '../../src/core/ports.ts';
import { privateKeyJwt } from '../../src/strategies/client-auth/private-key-jwt.ts';
import { CANARY, errorOf, hostWith, MemoryFiles, passwordOptions, registryWith, settingsOf } from './config-fixture.ts';

const FLOW = 'the password flow';

function human(answers: Record<string, string>) {
  const asked: Question[] = [];
  const prompt: Prompt = {
    available: true,
    ask: async (question) => {
      asked.push(question);
      return answers[question.message] ?? '';
    },
  };
  return { prompt, asked };
}

describe('what a strategy declared', () => {
  test('is what it gets, and nothing else', async () => {
    const settings = await settingsOf({ flags: { username: 'robin', password: 'pa55word', clientId: 'x' } });
    const values = await settings.values(passwordOptions, FLOW);
    expect(values).toEqual({ username: 'robin', password: 'pa55word', realm: undefined });
    expect(Object.isFrozen(values)).toBe(true);
  });

  test('uses the default of its own declaration', async () => {
    const options = defineOptions({ region: { type: 'string', summary: 'region', default: 'eu', required: true } });
    expect(await (await settingsOf({})).values(options, FLOW)).toEqual({ region: 'eu' });
  });
});

describe('what is missing', () => {
  test('is named in one sentence with every way to give it', async () => {
    const error = await errorOf(async () => (await settingsOf({})).values(passwordOptions, FLOW));
    expect(error).toMatchObject({
      code: 'usage_missing_option',
      exit: 2,
      message: 'Insufficient arguments: --username and --password are missing.',
      hint: 'For the password flow, give --username or PADLOCK_USERNAME; --password-stdin, --password-file FILE or PADLOCK_PASSWORD.',
    });
  });

  test('one alone is named in the singular', async () => {
    const error = await errorOf(async () => (await settingsOf({ flags: { username: 'r' } })).values(passwordOptions, FLOW));
    expect(error.message).toBe('Insufficient arguments: --password is missing.');
  });

  test('is asked for on a terminal, once', async () => {
    const settings = await settingsOf({});
    const asking = human({ 'Username or email': 'robin', Password: CANARY });
    const values = await settings.values(passwordOptions, FLOW, asking);
    expect(values).toMatchObject({ username: 'robin', password: CANARY });
    expect(asking.asked).toEqual([{ message: 'Username or email' }, { message: 'Password', secret: true }]);
    await settings.values(passwordOptions, FLOW, asking);
    expect(asking.asked).toHaveLength(2);
    expect(settings.redactor.mask(`x ${CANARY}`)).toBe('x [redacted]');
  });

  test('is not asked for when something else cannot be', async () => {
    const options = { ...passwordOptions, ...defineOptions({ token: { type: 'string', summary: 'no question for it', required: true } }) };
    const asking = human({});
    const error = await errorOf(async () => (await settingsOf({})).values(options, FLOW, asking));
    expect(error.message).toBe('Insufficient arguments: --token is missing.');
    expect(asking.asked).toEqual([]);
  });

  test('with choices is a choice, and one of them', async () => {
    const options = defineOptions({
      region: { type: 'string', summary: 'region', required: true, prompt: 'Region', choices: ['eu', 'us'] },
    });
    const asking = human({ Region: 'eu' });
    expect(await (await settingsOf({})).values(options, FLOW, asking)).toEqual({ region: 'eu' });
    expect(asking.asked).toEqual([
      {
        message: 'Region',
        choices: [
          { value: 'eu', label: 'eu' },
          { value: 'us', label: 'us' },
        ],
      },
    ]);
    expect(await errorOf(async () => (await settingsOf({})).values(options, FLOW, human({ Region: CANARY })))).toMatchObject({
      code: 'usage_bad_value',
    });
  });

  test('an empty answer is refused', async () => {
    const error = await errorOf(async () => (await settingsOf({})).values(passwordOptions, FLOW, human({})));
    expect(error).toMatchObject({ code: 'usage_bad_value', message: 'Username or email must not be empty.' });
  });
});

describe('a secret by flag', () => {
  const passwordOf = async (flags: Record<string, unknown>, more: object = {}, files: Record<string, string | Uint8Array> = {}) => {
    const settings = await settingsOf({ flags: { username: 'r', ...flags }, more, files });
    return (await settings.values(passwordOptions, FLOW)).password;
  };
  const stdin = (text: string | Uint8Array) => ({
    readStdin: async () => (typeof text === 'string' ? new TextEncoder().encode(text) : text),
  });
  const FILE = '/home/robin/project/secret';

  test.each([
    ['one\n', 'one'],
    ['one\r\n', 'one'],
    ['one\n\n', 'one\n'],
    [' one \t', ' one \t'],
    ['a\nb', 'a\nb'],
    ['\ufeffbom', '\ufeffbom'],
    ['x\r', 'x\r'],
  ])('%j loses one line end and nothing else, from stdin and from a file', async (text, secret) => {
    expect(await passwordOf({ passwordStdin: true }, stdin(text))).toBe(secret);
    expect(await passwordOf({ passwordFile: '-' }, stdin(text))).toBe(secret);
    expect(await passwordOf({ passwordFile: 'secret' }, {}, { [FILE]: text })).toBe(secret);
  });

  test.each([
    ['', 'empty'],
    ['\n', 'empty'],
    ['x'.repeat(65 * 1024), '64 kB'],
    [Uint8Array.of(0xff, 0x41), 'UTF-8'],
    ['a\0b', 'NUL'],
  ])('%# is refused from stdin and from a file', async (text, why) => {
    for (const [name, work] of [
      ['--password-stdin', () => passwordOf({ passwordStdin: true }, stdin(text))],
      ['--password-file', () => passwordOf({ passwordFile: FILE }, {}, { [FILE]: text })],
    ] as const) {
      const error = await errorOf(work);
      expect(error.code).toBe('usage_bad_value');
      expect(error.message).toMatch(new RegExp(`^${name} .*${why}`));
    }
  });

  test('a file that is not there is refused without its name, which may be the secret', async () => {
    const error = await errorOf(() => passwordOf({ passwordFile: CANARY }));
    expect(error).toMatchObject({ code: 'usage_bad_value', message: '--password-file names a file that does not exist.' });
  });

  test.each([
    ['a directory', { kind: 'directory' as const }, 'does not name a regular file'],
    ['a pipe', { kind: 'other' as const }, 'does not name a regular file'],
    ['a large file', { size: 70_000 }, 'names a file of more than 64 kB'],
  ])('%s is refused', async (_, entry, why) => {
    const error = await errorOf(() => passwordOf({ passwordFile: FILE }, {}, { [FILE]: entry as never }));
    expect(error).toMatchObject({ code: 'usage_bad_value', message: `--password-file ${why}.` });
  });

  test('a file that cannot be read is refused without its name too', async () => {
    const files = new MemoryFiles({ '/home/robin/project/.git': '' });
    const facts = files.facts.bind(files);
    files.facts = async (path, follow) => {
      if (path.includes(CANARY)) throw new PadlockError('store_io', { message: `${path} cannot be examined (ENAMETOOLONG).` });
      return facts(path, follow);
    };
    expect(await errorOf(() => passwordOf({ passwordFile: CANARY }, { files }))).toMatchObject({
      code: 'usage_bad_value',
      message: '--password-file names a file that cannot be read (store_io).',
    });
  });

  test.each([
    [{ password: CANARY, passwordStdin: true }, '--password and --password-stdin'],
    [{ passwordFile: 'a', passwordStdin: true }, '--password-file and --password-stdin'],
    [{ password: CANARY, passwordFile: 'a' }, '--password and --password-file'],
    [{ passwordStdin: true, clientSecretStdin: true }, '--client-secret-stdin and --password-stdin'],
    [{ passwordFile: '-', clientSecretFile: '-' }, '--client-secret-file and --password-file'],
    [{ password: [CANARY, CANARY] }, '--password is given twice'],
  ])('%j is a conflict', async (flags, names) => {
    const error = await errorOf(() => settingsOf({ flags }));
    expect(error.code).toBe('usage_conflict');
    expect(error.message).toContain(names);
  });

  test('there is no standard input for an embedder', async () => {
    expect(await errorOf(() => passwordOf({ passwordStdin: true }, { readStdin: undefined }))).toMatchObject({
      code: 'prompt_unavailable',
    });
  });
});

describe('a secret by variable', () => {
  test('counts as it is; an empty variable is an unset one', async () => {
    const settings = await settingsOf({
      env: { PADLOCK_PASSWORD: ' s\n', PADLOCK_USERNAME: 'r', PADLOCK_REALM: '', PADLOCK_PASSWORD_FILE: '' },
    });
    expect(await settings.values(passwordOptions, FLOW)).toEqual({ username: 'r', password: ' s\n', realm: undefined });
  });

  test('or names a file', async () => {
    const env = { PADLOCK_PASSWORD_FILE: '/run/secrets/p', PADLOCK_USERNAME: 'r' };
    const settings = await settingsOf({ env, files: { '/run/secrets/p': 'mounted\n' } });
    expect((await settings.values(passwordOptions, FLOW)).password).toBe('mounted');
    const error = await errorOf(async () => (await settingsOf({ env })).values(passwordOptions, FLOW));
    expect(error).toMatchObject({ code: 'usage_bad_value', message: 'PADLOCK_PASSWORD_FILE names a file that does not exist.' });
  });

  test('but not both', async () => {
    const error = await errorOf(() => settingsOf({ env: { PADLOCK_PASSWORD: CANARY, PADLOCK_PASSWORD_FILE: 'x' } }));
    expect(error).toMatchObject({ code: 'usage_conflict', message: 'PADLOCK_PASSWORD and PADLOCK_PASSWORD_FILE cannot both be set.' });
  });

  test('a flag-only option has no variable', async () => {
    expect((await settingsOf({ env: { PADLOCK_SAVE_AS: 'x' } })).has('saveAs')).toBe(false);
  });
});

describe('a secret by reference', () => {
  const config = (reference: string) => `default_profile: work\nprofiles: { work: { username: r, password: ${reference} } }`;
  const ask = async (reference: string, more: object = {}, files = {}) =>
    (await settingsOf({ config: config(reference), more, files, env: { VAULT: 'from env\n' } })).values(passwordOptions, FLOW);

  test.each([
    ['{ env: VAULT }', 'from env'],
    ['{ file: ./p }', 'beside the configuration'],
    ['{ file: /abs/p }', 'absolute\n'],
    ['{ command: [op, read, x y] }', 'op|read|x y'],
    ['plain', 'plain'],
  ])('%s', async (reference, secret) => {
    const files = { '/home/robin/.config/padlock/p': 'beside the configuration\n', '/abs/p': 'absolute\n\n' };
    const host = hostWith({ VAULT: 'from env\n' }, async (words) => `${words.join('|')}\n`);
    expect((await ask(reference, { host }, files)).password).toBe(secret);
  });

  test('is fetched once for one question to it, and again for the next', async () => {
    const run = jest.fn(async () => 's3cret');
    const settings = await settingsOf({ config: config('{ command: [op] }'), more: { host: hostWith({}, run) } });
    const asking = {};
    await settings.values(passwordOptions, FLOW, asking);
    await settings.values(passwordOptions, FLOW, asking);
    expect(run).toHaveBeenCalledTimes(1);
    await settings.values(passwordOptions, FLOW, {});
    expect(run).toHaveBeenCalledTimes(2);
    expect(settings.redactor.mask('s3cret')).toBe('[redacted]');
  });

  test.each([
    [`{ envv: ${CANARY} }`, 'There is no key profiles.work.password.envv.', 'Did you mean env?'],
    ['{}', 'profiles.work.password must be a text or have one key: env, file, command.', HINTS.config_schema],
    ['{ env: A, file: B }', 'profiles.work.password must be a text or have one key: env, file, command.', HINTS.config_schema],
    [`[${CANARY}]`, 'profiles.work.password must be a mapping.', HINTS.config_schema],
    ['true', 'profiles.work.password must be a text.', HINTS.config_schema],
    ['""', 'profiles.work.password must not be empty.', HINTS.config_schema],
  ])('%s is no reference', async (reference, message, hint) => {
    expect(await errorOf(() => settingsOf({ config: config(reference) }))).toMatchObject({ code: 'config_schema', exit: 3, message, hint });
  });

  test('a source that fails for a reason of its own is a plugin fault that says nothing of what it held', async () => {
    const registry = registryWith({
      kind: 'source',
      name: 'vault',
      summary: 'a vault',
      read: async () => Promise.reject(new Error('vault is sealed')),
    });
    const error = await errorOf(() => ask('{ vault: x }', { registry }));
    expect(error).toMatchObject({ code: 'plugin_crashed', message: 'The source vault failed for profiles.work.password.' });
  });

  test('a source must give text', async () => {
    const registry = registryWith({ kind: 'source', name: 'vault', summary: 'a vault', read: async () => 7 as never });
    expect(await errorOf(() => ask('{ vault: x }', { registry }))).toMatchObject({ code: 'plugin_contract' });
  });
});

test.each([
  ['a flag', { flags: { privateKeyFile: 'absent.pem' } }, '--private-key-file names a file that does not exist.'],
  ['a flag that names an empty file', { flags: { privateKeyFile: 'empty.pem' } }, '--private-key-file holds no secret: it is empty.'],
  ['a variable', { env: { PADLOCK_PRIVATE_KEY_FILE: '/absent.pem' } }, 'PADLOCK_PRIVATE_KEY_FILE names a file that does not exist.'],
  [
    'a profile',
    { config: 'default_profile: work\nprofiles: { work: { private_key: { file: absent.pem } } }' },
    'profiles.work.private_key names a file that does not exist.',
  ],
])('a key that %s names and that is not there is config_bad_key (A23)', async (_, call, message) => {
  const settings = await settingsOf({
    files: { '/home/robin/project/empty.pem': '' },
    ...call,
    more: { registry: registryWith(privateKeyJwt) },
  });
  const error = await errorOf(() => settings.values(privateKeyJwt.options, 'private-key-jwt'));
  expect(error).toMatchObject({ code: 'config_bad_key', exit: 3, message });
});

test('a program gives a secret as a text or as a function that fetches it', async () => {
  for (const password of ['s3cret', () => 's3cret', async () => 's3cret'])
    expect(await (await settingsOf({ more: { program: { username: 'r', password } } })).values(passwordOptions, FLOW)).toMatchObject({
      password: 's3cret',
    });
  const wrong = await settingsOf({ more: { program: { username: 'r', password: () => 7 as never } } });
  expect(await wrong.values(passwordOptions, FLOW)).toMatchObject({ password: '7' });
  const none = await settingsOf({ more: { program: { username: 'r', password: () => undefined } } });
  expect(await errorOf(() => none.values(passwordOptions, FLOW))).toMatchObject({
    code: 'usage_bad_value',
    message: 'password must be a text.',
  });
});
