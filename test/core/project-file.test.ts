import { describe, expect, test } from '@jest/globals';
import { fail } from '../../src/core/errors.ts';
import { projectLayer } from '../../src/core/project-file.ts';
import { CANARY, errorOf, MemoryFiles, registryWith } from './config-fixture.ts';

const registry = registryWith();
const HOME = '/home/robin';
const CWD = '/home/robin/work/app';

const layerOf = (entries: ConstructorParameters<typeof MemoryFiles>[0], cwd = CWD, home: string | undefined = HOME) =>
  projectLayer(new MemoryFiles(entries), cwd, home, registry);
const scopeOf = async (...parameters: Parameters<typeof layerOf>) => (await layerOf(...parameters))?.values.get('scope');

describe('where the project file is looked for', () => {
  test.each([
    ['in the working directory', { [`${CWD}/.padlock.yaml`]: 'scope: a' }],
    ['up to the repository root', { '/home/robin/work/.git': '', '/home/robin/work/.padlock.yml': 'scope: a' }],
    ['up to home', { '/home/robin/.padlock.json': '{"scope":"a"}' }],
  ])('%s', async (_, entries) => {
    expect(await scopeOf(entries)).toMatchObject({ raw: 'a' });
  });

  test.each([
    ['above the repository root', { [`${CWD}/.git`]: '', '/home/robin/work/.padlock.yaml': 'scope: a' }, CWD],
    ['above home', { '/home/.padlock.yaml': 'scope: a' }, CWD],
    ['above a folder that is in neither', { '/tmp/.padlock.yaml': 'scope: a' }, '/tmp/x'],
  ])('not %s', async (_, entries, cwd) => {
    expect(await layerOf(entries, cwd)).toBeUndefined();
  });

  test('not in a folder that one may not look into', async () => {
    const files = new MemoryFiles({ [`${CWD}/.padlock.yaml`]: 'scope: a' });
    files.facts = () => fail('store_permissions', 'It cannot be examined (EACCES).');
    await expect(projectLayer(files, CWD, HOME, registry)).resolves.toBeUndefined();
    files.facts = () => fail('store_io', 'It cannot be examined (EIO).');
    await expect(projectLayer(files, CWD, HOME, registry)).rejects.toMatchObject({ code: 'store_io' });
  });

  test('the nearest one counts', async () => {
    expect(await scopeOf({ [`${CWD}/.padlock.yaml`]: 'scope: near', '/home/robin/.padlock.yaml': 'scope: far' })).toMatchObject({
      raw: 'near',
    });
  });

  test('two in one folder are a conflict', async () => {
    const error = await errorOf(() => layerOf({ [`${CWD}/.padlock.yaml`]: '', [`${CWD}/.padlock.json`]: '{}' }));
    expect(error).toMatchObject({
      code: 'config_conflict',
      message: 'There are two project files in one folder: .padlock.yaml and .padlock.json.',
    });
  });
});

describe('a project file may not', () => {
  const FILE = `${CWD}/.padlock.yaml`;
  test.each([
    ['belong to another user', { content: '', own: false }, 'belongs to another user'],
    ['be open to everyone', { content: '', mode: 0o666 }, 'can be written by anyone'],
    ['be a link', { target: '/etc/shadow' }, 'is not a plain file'],
    ['be a pipe', { kind: 'other' as const }, 'is not a plain file'],
  ])('%s', async (_, entry, why) => {
    const error = await errorOf(() => layerOf({ [FILE]: entry }));
    expect(error).toMatchObject({ code: 'config_untrusted', exit: 3 });
    expect(error.message).toBe(`The project file ${FILE} ${why}.`);
  });

  test.each(['issuer', 'client_id', 'password', 'client_secret', 'timeout', 'plugins', 'profiles', 'save_as', '__proto__', 'scopes'])(
    'set %s',
    async (key) => {
      const error = await errorOf(() => layerOf({ [FILE]: `${key}: ${CANARY}` }));
      expect(error).toMatchObject({ code: 'config_untrusted', message: `A project file may not set ${key} in ${FILE}.` });
    },
  );

  test('be malformed', async () => {
    expect(await errorOf(() => layerOf({ [FILE]: `${CANARY}: [` }))).toMatchObject({ code: 'config_parse' });
    expect(await errorOf(() => layerOf({ [FILE]: CANARY }))).toMatchObject({
      code: 'config_schema',
      message: `The project file ${FILE} must be a mapping.`,
    });
  });
});

test('an empty project file says nothing', async () => {
  expect((await layerOf({ [`${CWD}/.padlock.yaml`]: '# nothing yet\n' }))?.values.size).toBe(0);
});
