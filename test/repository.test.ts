import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { VERSION } from '../src/core/version.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};
const lock = readFileSync('package-lock.json', 'utf8');
const packages = Object.entries(
  (JSON.parse(lock) as { readonly packages: Readonly<Record<string, { readonly license?: string; readonly dev?: boolean }>> }).packages,
).filter(([path]) => path !== '');

const FREE =
  /^\(?((MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|CC-BY-4\.0|Python-2\.0)( (OR|AND) )?)+\)?$/;

describe('what is committed', () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  const texts = files.flatMap((path) => {
    try {
      const text = readFileSync(path, 'utf8');
      return text.includes('\0') ? [] : [{ path, text }];
    } catch {
      // A link to nowhere, or deleted and not yet committed.
      return [];
    }
  });
  const holding = (pattern: RegExp): readonly string[] => texts.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

  test('is found', () => expect(files).toContain('package.json'));

  test('holds no path of the machine it was written on', () => {
    expect(holding(new RegExp(`${escaped(process.cwd())}(?![a-z])`))).toEqual([]);
    // Tests make up homes of their own.
    expect(holding(/\/(home|Users)\/[a-z][\w-]*\/|\/root\/\w/).filter((path) => !path.startsWith('test/'))).toEqual([]);
  });

  test('names no registry but the public one', () => {
    expect(holding(/https?:\/\/[\w.-]*(registry|artifactory|nexus|verdaccio)[\w.-]*(?<!registry\.npmjs\.org)[/:]/i)).toEqual([]);
    expect(holding(/_auth(Token)?\s*=/)).toEqual([]);
  });
});

test('every file that SECURITY.md names as holding a promise is there', () => {
  const named = [...readFileSync('SECURITY.md', 'utf8').matchAll(/`((?:test|scripts)\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
  expect(named.length).toBeGreaterThan(20);
});

test('every check that is marked in the sources has tests that are asked whether they notice when it is gone', () => {
  const marks =
    execFileSync('git', ['grep', '-h', '--untracked', '// check: ', '--', 'src'], { encoding: 'utf8' }).match(/\/\/ check: .+$/gm) ?? [];
  const listed = execFileSync(process.execPath, ['scripts/drop-checks.mjs', '--list'], { encoding: 'utf8' }).trim().split('\n');
  expect(listed.map((line) => line.replace(/ \(src\/.*/, '')).sort()).toEqual(marks.map((mark) => mark.replace('// check: ', '')).sort());
  for (const line of listed) expect(line).toMatch(/: test\/\S+\.test\.ts/);
});

describe('package-lock.json', () => {
  test('says nowhere where a package was fetched from', () => expect(lock).not.toMatch(/"resolved"/));
  test('is of the package’s version', () => expect((JSON.parse(lock) as { version: string }).version).toBe(manifest.version));
});

test.each(packages.filter(([, { license }]) => !FREE.test(license ?? '')).concat([['none of them', { license: 'MIT' }]]))(
  'every dependency has a free licence, against it: %s',
  (_, { license }) => expect(license).toMatch(FREE),
);

describe('the version', () => {
  test('is the same in the sources', () => expect(VERSION).toBe(manifest.version));
});

describe('the bin', () => {
  const condition = /if \(!\((.*)\)\) \{/.exec(readFileSync('src/cli/bin.cts', 'utf8'))?.[1] ?? '';
  const accepts = (major: number, minor: number): unknown => runInNewContext(condition, { major, minor });

  test('starts on exactly the versions of Node that package.json names', () => {
    expect(manifest.engines.node).toBe('^20.19.0 || ^22.12.0 || >=24');
    const versions = [18, 20, 21, 22, 23, 24, 25, 26, 30].flatMap((major) =>
      [0, 11, 12, 18, 19, 30].map((minor) => [major, minor] as const),
    );
    expect(versions.filter(([major, minor]) => accepts(major, minor))).toEqual(
      versions.filter(([major, minor]) => (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24),
    );
  });
});
