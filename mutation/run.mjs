#!/usr/bin/env node
/**
 * Changes the sources in every small way and says which change no test notices (Stryker).
 *
 *   npm run mutation                       what verifies tokens
 *   npm run mutation -- NAME               another set: network, store
 *   npm run mutation -- NAME FILE…         some of its files
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const core = (...names) => names.map((name) => `src/core/${name}.ts`);

/** What is changed, and the tests that are to notice: those that need no build. */
const SETS = {
  verification: {
    mutate: [
      ...core('compact', 'key-policy', 'roca', 'jose', 'claim-checks', 'claims', 'at-hash', 'algorithms', 'weak-secrets', 'access-token'),
      'src/strategies/verifiers/**/*.ts',
    ],
    tests: [
      ...[
        'compact',
        'key-policy',
        'jose',
        'claims',
        'at-hash',
        'algorithms',
        'weak-secrets',
        'access-token',
        'access-verifiers',
        'inspect',
      ].map((name) => `core/${name}`),
      'strategies/verifiers/*',
      'hostile/forged-tokens',
    ],
  },
  network: {
    mutate: core('http', 'http-answers', 'http-body', 'http-errors', 'http-retry', 'json', 'url', 'oauth-error'),
    tests: ['core/http*', 'core/json', 'core/oauth-error', 'core/issuer-url', 'core/provider', 'core/discovery'],
  },
  store: {
    mutate: core('vault', 'file-store', 'file-claim', 'file-entry', 'session-record', 'store-key'),
    tests: ['core/vault', 'core/sessions/*', 'strategies/stores/file'],
  },
};

const [name = 'verification', ...files] = process.argv.slice(2);
const set = SETS[name];
if (set === undefined) throw new Error(`There is no set ${name}: ${Object.keys(SETS).join(', ')}.`);

const folder = mkdtempSync(join(tmpdir(), 'padlock-mutation-'));
const jest = {
  testMatch: set.tests.map((test) => `<rootDir>/test/${test}.test.ts`),
  testTimeout: 30_000,
  globalSetup: join(folder, 'nothing.mjs'), // there is nothing to build
};
const config = {
  mutate: files.length > 0 ? files : set.mutate,
  testRunner: 'jest',
  plugins: [join(here, 'node_modules/@stryker-mutator/jest-runner/dist/src/index.js')],
  jest: { projectType: 'custom', configFile: 'jest.config.ts', config: jest, enableFindRelatedTests: false },
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  coverageAnalysis: 'perTest',
  ignorePatterns: ['/dist', '/coverage', '/bench', '/examples', '/docs', '/mutation/node_modules', '/.ci', '/.cache'],
  tempDirName: join(folder, 'sandbox'),
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: join(folder, 'report.json') },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  allowEmpty: false,
  tsconfigFile: 'no-tsconfig.json', // the compiler here has no API to read it with, and nobody compiles
  checkers: [],
  disableTypeChecks: false,
  concurrency: Number(process.env.MUTATION_JOBS ?? 2),
  timeoutMS: 20_000,
};
writeFileSync(join(folder, 'nothing.mjs'), 'export default () => {};\n');
const file = join(folder, 'stryker.config.json');
writeFileSync(file, JSON.stringify(config));
const bin = join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const { status } = spawnSync(process.execPath, [bin, 'run', file], { stdio: 'inherit' });
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
