/** What a start loads, counted and not timed: a strategy that is not chosen costs its facts, and a stored token nothing that signs in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { strategies } from '../../src/strategies/index.ts';
import { makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

interface Chunk {
  readonly bytes: number;
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
}

/** What the build made of the command line: scripts/build.mjs. */
const chunks = JSON.parse(readFileSync('.cache/cli-chunks.json', 'utf8')) as Readonly<Record<string, Chunk>>;

/** The modules that an entry loads before it does anything, and their bytes. */
function loadedBy(entry: string): ReadonlyMap<string, number> {
  const [first] = Object.keys(chunks).filter((path) => chunks[path]?.entryPoint === `door:${entry}`); // scripts/chunk-groups.mjs
  const seen = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { kind, external, path: next } of chunks[path]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) follow(next);
  };
  if (first !== undefined) follow(first);
  return new Map(
    [...seen].flatMap((path) => Object.entries(chunks[path]?.inputs ?? {}).map(([name, { bytesInOutput }]) => [name, bytesInOutput])),
  );
}

describe('every start', () => {
  const start = loadedBy('src/cli/main.ts');
  const loads = (pattern: RegExp): readonly string[] => [...start.keys()].filter((name) => pattern.test(name)).sort();

  test('loads of the strategies their list, and those of the hot path', () => {
    expect(loads(/^src\/strategies\//)).toEqual([
      'src/strategies/formatters/raw.ts',
      'src/strategies/index.ts',
      'src/strategies/stores/file.ts',
    ]);
  });

  test('loads facts alone: a strategy more is not more code', () => {
    expect((start.get('src/strategies/index.ts') ?? 0) / strategies.length).toBeLessThan(800);
    const large = strategies
      .map((strategy) => [JSON.stringify(strategy).length, strategy.kind, strategy.name])
      .filter(([size]) => Number(size) > 2000);
    expect(large).toEqual([]);
  });

  test('loads nothing that signs in, asks, logs, or reads a configuration that is out of the ordinary', () => {
    expect(
      loads(/^src\/core\/(provider|http|sign-in|refresher|verification|jose|wire-services|session-keeper|padlock-fetch)\.ts$/),
    ).toEqual([]);
    expect(loads(/^src\/cli\/(runs\/(?!token)|help|topics|flow|save)/)).toEqual([]);
    const packages = loads(/node_modules/).map((name) => name.replace(/^.*node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/, '$1'));
    expect([...new Set(packages)].sort()).toEqual(['tslib', 'tsyringe', 'yargs-parser']);
  });

  test('is not much more than it was', () => {
    const code = [...start].filter(([name]) => name !== 'src/strategies/index.ts').reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(code / 1024).toBeLessThan(175);
  });
});

describe('a command loads', () => {
  const idp = sharedSandbox();
  const home = makeHome();
  const list = join(home, 'loaded');
  const watch = join(home, 'watch.cjs');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    watch,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify({
      files: Object.keys(require.cache), node: process.moduleLoadList.map((name) => name.replace(/^NativeModule /, '')) })));`,
  );

  /** The files of the bundle and the modules of Node that a command has loaded in the end. */
  async function loaded(...words: readonly string[]): Promise<{ readonly files: readonly string[]; readonly node: readonly string[] }> {
    const { username, password } = idp().user;
    const env = envOf({ ...idp().client('password', 'rs256'), username, password } as never);
    const { code } = await runCli(words, { home, env, execArgv: ['-r', watch] });
    expect(code).toBe(0);
    const { files, node } = JSON.parse(readFileSync(list, 'utf8')) as { files: readonly string[]; node: readonly string[] };
    return { files: files.map((path) => basename(path)).filter((name) => name !== 'watch.cjs'), node };
  }

  const START = [expect.stringMatching(/^padlock\.cjs$/), 'main.cjs', expect.stringMatching(/^chunk-/)];

  test('itself, for a version', async () => {
    expect((await loaded('--version')).files).toEqual(['padlock.cjs']);
  });

  test('the start, for a token that is stored; no network, no pool of threads', async () => {
    const signedIn = await loaded('auth');
    expect(signedIn.files.length).toBeGreaterThan(START.length);
    expect(signedIn.files.length).toBeLessThan(10); // from a dozen on V8 compiles what Node finds files with, which takes 4 MB
    expect(signedIn.node).toContain('http');
    const { files, node } = await loaded('token');
    expect(files).toEqual(START);
    for (const name of ['http', 'https', 'tls', 'internal/deps/undici/undici', 'fs/promises', 'child_process'])
      expect(node).not.toContain(name);
  });
});
