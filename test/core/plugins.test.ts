import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistry } from '../../src/core/compose.ts';
import type { PadlockError } from '../../src/core/errors.ts';
import { readPlugin, registerPlugin } from '../../src/core/plugin-record.ts';
import { fingerprint, loadPlugin, locatePlugin } from '../../src/core/plugins.ts';
import type { FileFacts, Files } from '../../src/core/ports.ts';
import { strategies } from '../../src/strategies/index.ts';

/** As much of a disk as plugins are read from. */
const disk = {
  read: async (path: string) => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  },
  facts: async (path: string) => {
    const facts = statSync(path, { throwIfNoEntry: false });
    return facts && ({ kind: facts.isFile() ? 'file' : 'directory' } as FileFacts);
  },
} as Files;

const record = (more: object = {}): Record<string, unknown> => ({
  apiVersion: 1,
  name: 'acme',
  strategies: [{ kind: 'grant', name: 'sms-pin', summary: 'a PIN', acquire: () => undefined }],
  ...more,
});
const SOURCE = `export default { apiVersion: 1, name: 'acme', strategies: [
  { kind: 'grant', name: 'sms-pin', summary: 'a PIN', acquire: () => undefined }] };\n`;

const failure = (promise: Promise<unknown>): Promise<PadlockError> =>
  promise.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as PadlockError,
  );

let from: string;
const write = (name: string, text: string): string => {
  const path = join(from, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};
beforeEach(() => {
  from = mkdtempSync(join(tmpdir(), 'padlock-plugins-'));
});

describe('where a plugin is', () => {
  test('a path starts from the file that lists it', async () => {
    const path = write('plugins/sms.mjs', SOURCE);
    await expect(locatePlugin(disk, { path: './plugins/sms.mjs', from })).resolves.toBe(path);
    await expect(locatePlugin(disk, { path, from: '/elsewhere' })).resolves.toBe(path);
    await expect(locatePlugin(disk, { path: '../plugins/sms.mjs', from: join(from, 'config') })).resolves.toBe(path);
  });

  test('a bare name is a package beside that file, or beside Padlock', async () => {
    write('node_modules/padlock-plugin-sms/package.json', '{"name":"padlock-plugin-sms","main":"./index.js"}');
    const path = write('node_modules/padlock-plugin-sms/index.js', 'module.exports = {}');
    await expect(locatePlugin(disk, { path: 'padlock-plugin-sms', from })).resolves.toBe(path);
    await expect(locatePlugin(disk, { path: 'jose', from })).resolves.toMatch(/node_modules\/jose\//);
  });

  test('a package may have an entry for import alone, and is asked for by its file then', async () => {
    write('node_modules/padlock-plugin-esm/package.json', '{"name":"padlock-plugin-esm","exports":{"import":"./index.mjs"}}');
    write('node_modules/padlock-plugin-esm/index.mjs', SOURCE);
    await expect(failure(locatePlugin(disk, { path: 'padlock-plugin-esm', from }))).resolves.toMatchObject({
      code: 'plugin_not_found',
      hint: expect.stringContaining('path of its file'),
    });
  });

  test.each(['data:text/javascript,export default 1', 'https://evil.test/p.mjs', 'file:///etc/passwd', 'node:fs', 'DATA:x'])(
    'is no URL: %s',
    async (path) => {
      await expect(failure(locatePlugin(disk, { path, from }))).resolves.toMatchObject({
        code: 'plugin_not_found',
        message: expect.stringContaining('not a URL'),
      });
    },
  );

  test.each(['./none.mjs', '../none.mjs', 'none.mjs', '/none.mjs', 'a/b', 'package.json', '.', '', 'padlock-plugin-none', '@acme/none'])(
    'is nowhere: %j',
    async (path) => {
      await expect(failure(locatePlugin(disk, { path, from }))).resolves.toMatchObject({ code: 'plugin_not_found', exit: 11 });
    },
  );

  test('is never the working directory by itself', async () => {
    await expect(failure(locatePlugin(disk, { path: 'jest.config.ts', from }))).resolves.toMatchObject({ code: 'plugin_not_found' });
  });
});

describe('a plugin that is loaded', () => {
  test('is its default export', async () => {
    write('sms.mjs', SOURCE);
    await expect(loadPlugin(disk, { path: './sms.mjs', from })).resolves.toMatchObject({ name: 'acme' });
  });

  test('is what was accepted, or it is not run', async () => {
    const path = write('sms.mjs', `globalThis.padlockPluginRan = true; ${SOURCE}`);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    await expect(fingerprint(disk, path)).resolves.toBe(sha256);
    const changed = await failure(
      loadPlugin(disk, { path: './sms.mjs', from, sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
    );
    expect(changed).toMatchObject({ code: 'plugin_changed', hint: expect.stringContaining(`padlock plugin add ${path}`) });
    expect('padlockPluginRan' in globalThis).toBe(false);
    await expect(loadPlugin(disk, { path: './sms.mjs', from, sha256 })).resolves.toMatchObject({ name: 'acme' });
  });

  test('has no fingerprint when it is gone', async () => {
    await expect(failure(fingerprint(disk, join(from, 'gone.mjs')))).resolves.toMatchObject({ code: 'plugin_not_found' });
  });

  test.each([
    ['throws', "throw new Error('first line\\nsecond line')", 'first line'],
    ['throws a text', "throw 'only text'", 'only text'],
    ['throws nothing', 'throw null', ''],
    ['throws what cannot be looked at', "throw new Proxy({}, { get() { throw new Error('x'); } })", ''],
    ['is no JavaScript', 'export default {', ''],
    ['imports what is not there', "import 'padlock-plugin-none'", ''],
  ])('or not, when it %s: the first line says why', async (_, source, line) => {
    const path = write('sms.mjs', source);
    const { code, exit, message } = await failure(loadPlugin(disk, { path: './sms.mjs', from }));
    expect([code, exit]).toEqual(['plugin_load_failed', 11]);
    expect(message).toContain(`The plugin ${path} cannot be loaded`);
    expect(message).toContain(line);
    expect(message).not.toContain('second line');
  });

  test('must have a default export', async () => {
    write('sms.mjs', 'export const plugin = 1;');
    await expect(failure(loadPlugin(disk, { path: './sms.mjs', from }))).resolves.toMatchObject({
      code: 'plugin_contract',
      message: 'The plugin is not one: its default export is no object.',
    });
  });
});

describe('the record of a plugin', () => {
  class Acquirer {
    acquire(): void {}
  }
  const strategy = (more: object): object =>
    record({ strategies: [{ kind: 'grant', name: 'x', summary: 'x', acquire: () => undefined, ...more }] });

  test('is taken as it is', () => {
    const plugin = record();
    expect(readPlugin(plugin)).toBe(plugin);
  });

  test.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /no object/],
    ['null', null, /no object/],
    ['a function', () => undefined, /no object/],
    ['a later version', record({ apiVersion: 2 }), /apiVersion is not 1/],
    ['a version as text', record({ apiVersion: '1' }), /apiVersion is not 1/],
    ['no name', record({ name: undefined }), /its name/],
    ['a name in capitals', record({ name: 'Acme' }), /its name/],
    ['no strategies', record({ strategies: undefined }), /has no strategies/],
    ['no strategy', record({ strategies: [] }), /has no strategies/],
    ['a strategy that is null', record({ strategies: [null] }), /must be an object/],
    ['a kind that nobody knows', strategy({ kind: 'teapot' }), /kind must be one of/],
    ['a name that cannot be typed', strategy({ name: 'X Y' }), /name must be kebab-case/],
    ['a method that is missing', strategy({ acquire: undefined }), /acquire/],
    ['a method that is none', strategy({ acquire: 7 }), /acquire must be a function/],
    ['a member that is unknown', strategy({ aquire: () => undefined }), /aquire is not a known member/],
    ['an option without a type', strategy({ options: { pin: { summary: 'x' } } }), /options\.pin\.type/],
    ['a decorated class', strategy({ acquire: undefined, use: Acquirer }), /tsyringe/],
  ])('with %s names what is wrong', (_, value, message) => {
    expect(() => readPlugin(value)).toThrow(expect.objectContaining({ code: 'plugin_contract', message: expect.stringMatching(message) }));
  });
});

describe('the strategies of a plugin', () => {
  const conflict = (value: object, ...others: object[]): unknown => {
    try {
      const { registry } = createRegistry(strategies);
      for (const plugin of [value, ...others]) registerPlugin(registry, plugin);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const named = (name: string, options?: object): object =>
    record({ strategies: [{ kind: 'grant', name, summary: 'x', acquire: () => undefined, ...(options && { options }) }] });

  test('never take the place of a built-in one, nor of one another', () => {
    expect(conflict(named('password'))).toMatchObject({
      code: 'plugin_conflict',
      message: 'Plugin "acme": There is a flow "password" already.',
    });
    expect(conflict(named('sms-pin'), named('sms-pin'))).toMatchObject({ code: 'plugin_conflict' });
    expect(conflict(named('sms-pin'), named('sms-tan'))).toBeUndefined();
  });

  test('share words only if they mean the same', () => {
    expect(conflict(named('x', { username: { type: 'string', summary: 'who', identity: true } }))).toBeUndefined();
    expect(conflict(named('x', { clientSecret: { type: 'string', summary: 'not a secret' } }))).toMatchObject({
      code: 'plugin_conflict',
      message: expect.stringContaining('--client-secret is declared already'),
    });
  });
});
