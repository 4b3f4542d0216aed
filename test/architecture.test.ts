import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { strategies } from '../src/strategies/index.ts';
import * as house from './support/house-rules.ts';
import { readSource } from './support/source.ts';

const paths = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.c?ts$/.test(entry.name))
  .map((entry) => posix.join((entry.parentPath ?? entry.path).replaceAll('\\', '/'), entry.name))
  .sort();
const sources = paths.map((path) => readSource(path, readFileSync(path, 'utf8')));

type Files = Readonly<Record<string, string>>;
const offences = (rule: house.Rule, files: Files): readonly string[] =>
  rule(Object.entries(files).map(([path, code]) => readSource(path, code)));

const RULES: readonly {
  readonly says: string;
  readonly rule: house.Rule;
  readonly refuses: Readonly<Record<string, Files>>;
  readonly accepts?: Files;
}[] = [
  {
    says: 'a room imports only from the rooms it may',
    rule: house.rooms,
    refuses: {
      'core a strategy': { 'src/core/a.ts': "import { x } from '../strategies/index.ts';" },
      'core the cli, for a type': { 'src/core/a.ts': "import type { X } from '../cli/host.ts';" },
      'core the cli, in a type': { 'src/core/a.ts': "type X = import('../cli/host.ts').X;" },
      'core the cli, later': { 'src/core/a.ts': "const f = () => import('../cli/host.ts');" },
      'core the cli, handed on': { 'src/core/a.ts': "export * from '../cli/host.ts';" },
      'a strategy its neighbour': { 'src/strategies/grants/a.ts': "import { b } from './b.ts';" },
      'a strategy another kind': { 'src/strategies/grants/a.ts': "import { b } from '../verifiers/b.ts';" },
      'a strategy what its neighbour loads': { 'src/strategies/grants/a.ts': "const f = () => import('./b/run.ts');" },
      'what a strategy loads its record': { 'src/strategies/grants/a/run.ts': "import { a } from '../a.ts';" },
      'a strategy the list': { 'src/strategies/grants/a.ts': "import { b } from '../index.ts';" },
      'the cli a strategy': { 'src/cli/a.ts': "import { b } from '../strategies/grants/b.ts';" },
      'the cli the sandbox at once': { 'src/cli/a.ts': "import { b } from '../sandbox/index.ts';" },
      'the sandbox the cli': { 'src/sandbox/a.ts': "import { b } from '../cli/host.ts';" },
      'the index the cli': { 'src/index.ts': "import { b } from './cli/host.ts';" },
      'the list the cli': { 'src/strategies/index.ts': "import { b } from '../cli/host.ts';" },
      'a file outside the rooms': { 'src/lib/a.ts': '' },
    },
    accepts: {
      'src/cli/a.ts': "const f = () => import('../sandbox/index.ts'); import { b } from '../index.ts';",
      'src/strategies/grants/a.ts': "import type { Grant } from '../../core/contracts.ts'; const f = () => import('./a/run.ts');",
      'src/strategies/grants/a/run.ts': "import { b } from '../../../core/b.ts';",
    },
  },
  {
    says: 'a strategy that is not chosen costs a start its record and nothing else',
    rule: house.records,
    refuses: {
      'a part of core': { 'src/strategies/verifiers/a.ts': "import { x } from '../../core/jose.ts';" },
      'what it runs': { 'src/strategies/verifiers/a.ts': "import { x } from './a/run.ts';" },
      'a module of Node': { 'src/strategies/grants/a.ts': "import { createServer } from 'node:http';" },
    },
    accepts: {
      'src/strategies/grants/a.ts':
        "import type { X } from '../../core/jose.ts'; import { fail } from '../../core/errors.ts'; const f = () => import('../../core/jose.ts');",
      'src/strategies/grants/a/run.ts': "import { x } from '../../../core/jose.ts'; import { createServer } from 'node:http';",
    },
  },
  {
    says: 'a package is imported behind its door, and no sooner than it is needed',
    rule: house.doors,
    refuses: {
      'another door': { 'src/core/claims.ts': "const f = () => import('jose');" },
      'a part of it': { 'src/core/claims.ts': "const f = () => import('jose/jwt/verify');" },
      'its types': { 'src/core/claims.ts': "import type { JWK } from 'jose';" },
      'no door at all': { 'src/core/claims.ts': "import x from 'lodash';" },
      'too soon': { 'src/core/jose.ts': "import { jwtVerify } from 'jose';" },
      'a strategy at its top': { 'src/strategies/formatters/yaml.ts': "import { stringify } from 'yaml';" },
      'a name from the prototype': { 'src/core/a.ts': "import x from 'constructor';" },
    },
    accepts: {
      'src/core/jose.ts': "import type { JWK } from 'jose'; const f = () => import('jose/jws/compact/verify');",
      'src/core/inject.ts': "import 'reflect-metadata'; import { container } from 'tsyringe';",
      'src/core/a.ts': "import { readFile } from 'node:fs/promises';",
    },
  },
  {
    says: 'no imports go in a circle',
    rule: house.cycles,
    refuses: {
      'two files': { 'src/core/a.ts': "import './b.ts';", 'src/core/b.ts': "import './a.ts';" },
      'types only': { 'src/core/a.ts': "import type { B } from './b.ts';", 'src/core/b.ts': "import type { A } from './a.ts';" },
      'three files, one of them later': {
        'src/a.ts': "export * from './core/b.ts';",
        'src/core/b.ts': "const f = () => import('./c.ts');",
        'src/core/c.ts': "type A = import('../a.ts').A;",
      },
      itself: { 'src/core/a.ts': "import { x } from './a.ts';" },
    },
    accepts: { 'src/core/a.ts': "import './b.ts'; import './c.ts';", 'src/core/b.ts': "import './c.ts';", 'src/core/c.ts': '' },
  },
  {
    says: 'only the CLI and the sandbox’s own process know the process, the console and the account',
    rule: house.ambient,
    refuses: {
      process: { 'src/core/a.ts': 'export const a = process.env.HOME;' },
      'process under another name': { 'src/core/a.ts': 'const p = process; export const a = p.pid;' },
      'process, asked for': { 'src/core/a.ts': 'export const a = typeof process;' },
      'globalThis.process': { 'src/core/a.ts': 'export const a = globalThis.process.pid;' },
      "globalThis['process']": { 'src/core/a.ts': "export const a = globalThis['process'];" },
      'global.process': { 'src/core/a.ts': 'export const a = global.process;' },
      'process taken out of globalThis': { 'src/core/a.ts': 'const { process: p } = globalThis;' },
      'globalThis under another name': { 'src/core/a.ts': 'const g = globalThis; export const a = g.process;' },
      'a computed member of globalThis': { 'src/core/a.ts': "export const a = globalThis['pro' + 'cess'];" },
      'node:process': { 'src/core/a.ts': "import { env } from 'node:process';" },
      'process as a module, later': { 'src/core/a.ts': "const f = () => import('process');" },
      'process by require': { 'src/core/a.ts': "import { createRequire } from 'node:module'; createRequire(import.meta.url)('process');" },
      console: { 'src/strategies/grants/a.ts': "console.log('x');" },
      homedir: { 'src/core/a.ts': "import { homedir as h } from 'node:os';" },
      'userInfo of all of os': { 'src/core/a.ts': "import os from 'os';" },
      'the sandbox, in the parent’s process': { 'src/sandbox/child.ts': 'process.exit();' },
    },
    accepts: {
      'src/cli/host.ts': 'process.exit();',
      'src/sandbox/provider.ts': 'process.exit();',
      'src/core/a.ts':
        "import { EOL } from 'node:os'; const process = 1; export const a = [process, globalThis.fetch, { console: 2 }.console];",
    },
  },
  {
    says: 'nothing is told by instanceof of a built-in',
    rule: house.realms,
    refuses: { Error: { 'src/core/a.ts': 'export const a = (x: unknown) => x instanceof Error;' } },
    accepts: { 'src/core/a.ts': 'class Mine {} export const a = (x: unknown) => x instanceof Mine;' },
  },
  {
    says: 'a file’s name says what is in it',
    rule: house.names,
    refuses: {
      utils: { 'src/core/utils.ts': '' },
      'a folder of helpers': { 'src/core/helpers/a.ts': '' },
      'string-utils': { 'src/core/string-utils.ts': '' },
    },
    accepts: { 'src/core/helped.ts': '' },
  },
  {
    says: 'no file has more than 250 lines',
    rule: house.length,
    refuses: { '251 lines': { 'src/core/a.ts': '//\n'.repeat(251) } },
    accepts: { 'src/core/a.ts': '//\n'.repeat(250) },
  },
  {
    says: 'only the public doors hand on what others export',
    rule: house.barrels,
    refuses: {
      'an inner index': { 'src/core/index.ts': "export { a } from './a.ts';" },
      'all of it': { 'src/cli/commands/index.ts': "export * from './a.ts';" },
    },
    accepts: { 'src/index.ts': "export { a } from './core/a.ts';" },
  },
  {
    says: 'types are imported with `import type`, which loads nothing',
    rule: house.inlineTypes,
    refuses: {
      'one type': { 'src/core/a.ts': "import { type A } from './b.ts';" },
      'types handed on': { 'src/core/a.ts': "export { type A, type B } from './b.ts';" },
    },
    accepts: { 'src/core/a.ts': "import { type A, b } from './b.ts'; import './c.ts'; import type { D } from './d.ts';" },
  },
  {
    says: 'padlock-auth/plugin is types only',
    rule: house.typesOnly,
    refuses: { 'a value': { 'src/plugin.ts': "export { fail } from './core/errors.ts';" } },
    accepts: { 'src/plugin.ts': "export type { Grant } from './core/contracts.ts';" },
  },
];

describe.each(RULES)('$says', ({ rule, refuses, accepts = {} }) => {
  test('and that is so in src', () => expect(rule(sources)).toEqual([]));
  test.each(Object.entries(refuses))('or it is refused: %s', (_, files) =>
    expect(offences(rule, files)).toEqual([expect.stringMatching(/^src\//)]),
  );
  test('and nothing else is refused', () => expect(offences(rule, accepts)).toEqual([]));
});

describe('every strategy is in the list', () => {
  test('under the name of its file and the kind of its folder', () => expect(house.listed(paths, strategies)).toEqual([]));

  test.each(strategies.map(({ kind, name }) => [kind, name]))('or the file is named: %s %s', (kind, name) => {
    const without = strategies.filter((strategy) => strategy.kind !== kind || strategy.name !== name);
    const offences = house.listed(paths, without);
    expect(offences).toContainEqual(expect.stringMatching(`/${name}.ts is not in the list`));
    expect(offences.filter((offence) => !offence.includes(`/${name}.ts `) && !offence.includes(`/${name}/`))).toEqual([]);
  });

  test('and so is a file that bears another name than its strategy', () => {
    expect(house.listed(['src/strategies/grants/pin.ts'], [{ kind: 'grant', name: 'sms-pin' }])).toEqual([
      'src/strategies/grants/pin.ts is not in the list of src/strategies/index.ts',
      'src/strategies/grants/sms-pin.ts does not exist, but is what the list of src/strategies/index.ts asks for',
    ]);
  });

  test('and what a file loads is of a strategy, too', () => {
    const pin = { kind: 'grant', name: 'pin' };
    const at = (...names: readonly string[]) => names.map((name) => `src/strategies/grants/${name}`);
    expect(house.listed(at('pin.ts', 'pin/run.ts'), [pin])).toEqual([]);
    expect(house.listed(at('pin.ts', 'sms/run.ts'), [pin])).toEqual([expect.stringMatching('sms/run.ts is not in the list')]);
  });
});
