#!/usr/bin/env node
/**
 * Changes the sources in every small way and says which change no test notices (Stryker).
 *
 *   npm run mutation                       what verifies tokens
 *   npm run mutation -- NAME               another set: network, store, core (all that is not in the others; an hour and a half)
 *   npm run mutation -- NAME FILE…         some of its files, held by their own tests alone (core: by all)
 *
 * $MUTATION_JOBS is how many processes there are (1), $MUTATION_REPORT a file for the report as JSON, $MUTATION_PART which part of the set is
 * tried: 2/4 is every fourth file, beginning with the second.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/sources.mjs';
import { able, holdersOf } from '../scripts/test-holders.mjs';

const core = (...names) => names.map((name) => `src/core/${name}.ts`);
const verifiers = readdirSync(join(root, 'src/strategies/verifiers'), { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/strategies/verifiers/${name}`);

/** What is changed. The tests are those that hold it, and some that reach it from further away. */
const SETS = {
  verification: {
    files: [
      ...core('compact', 'key-policy', 'roca', 'jose', 'claim-checks', 'claims', 'at-hash', 'algorithms', 'weak-secrets', 'access-token'),
      ...verifiers,
    ],
    tests: ['core/inspect', 'hostile/forged-tokens'],
  },
  network: {
    files: core('http', 'http-answers', 'http-body', 'http-errors', 'http-retry', 'json', 'url', 'oauth-error'),
    tests: ['core/http-identity', 'core/provider'],
  },
  store: {
    files: core('vault', 'file-store', 'file-claim', 'file-entry', 'session-record', 'store-key'),
    tests: ['core/sessions/dpop', 'core/sessions/online'],
  },
};

const inOthers = Object.values(SETS).flatMap(({ files }) => files);
SETS.core = {
  // Only what a real keyring or Redis runs is left out: test/interop drives it.
  files: readdirSync(join(root, 'src/core'), { recursive: true })
    .map((name) => `src/core/${name}`)
    .filter((file) => /[.]ts$/.test(file) && !/[/](keyring|redis)[^/]*$/.test(file) && !inOthers.includes(file))
    .sort(),
  // One process has no modules to put in place of others.
  tests: able
    .filter((test) => !test.startsWith('test/hostile/') && !readFileSync(join(root, test), 'utf8').includes('mockModule'))
    .map((test) => test.slice('test/'.length, -'.test.ts'.length)),
};

const [name = 'verification', ...chosen] = process.argv.slice(2);
const set = SETS[name];
if (set === undefined) throw new Error(`There is no set ${name}: ${Object.keys(SETS).join(', ')}.`);
const [part, parts] = (process.env.MUTATION_PART ?? '1/1').split('/').map(Number);
const files = chosen.length > 0 ? chosen : set.files.filter((_, at) => at % parts === part - 1);
const further = chosen.length > 0 && name !== 'core' ? [] : set.tests.map((test) => `test/${test}.test.ts`);

const folder = mkdtempSync(join(tmpdir(), 'padlock-mutation-'));
const report = process.env.MUTATION_REPORT ?? join(folder, 'report.json');
const config = {
  mutate: files,
  // Words are for people. A test that holds the wording of a message is in nobody's way, and one for each is in everybody's.
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'padlock',
  plugins: [join(root, 'mutation/test-runner.mjs')],
  padlock: { tests: [...new Set([...(name === 'core' ? [] : files.flatMap(holdersOf)), ...further])] },
  warnings: { unknownOptions: false },
  coverageAnalysis: 'perTest',
  ignorePatterns: [
    ...(name === 'core' ? [] : ['/dist']),
    '/coverage',
    '/bench',
    '/examples',
    '/mutation',
    '/ci',
    '/.ci',
    '/.cache',
    '/.git',
  ],
  tempDirName: join(folder, 'sandbox'),
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: report },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  allowEmpty: false,
  tsconfigFile: 'no-tsconfig.json', // the compiler here has no API to read it with, and nobody compiles
  checkers: [],
  disableTypeChecks: false,
  concurrency: Number(process.env.MUTATION_JOBS ?? 1),
  maxTestRunnerReuse: 0,
  timeoutMS: 8_000,
  dryRunTimeoutMinutes: 15,
};
const file = join(folder, 'stryker.config.json');
writeFileSync(file, JSON.stringify(config));
const bin = join(root, 'mutation/node_modules/@stryker-mutator/core/bin/stryker.js');
const { status } = spawnSync(process.execPath, [bin, 'run', file], { cwd: root, stdio: 'inherit' });
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
