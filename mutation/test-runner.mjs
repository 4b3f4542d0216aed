/**
 * Runs tests under mutants in one process (a Stryker test runner). Jest takes seconds for each mutant, to start and to load every module again;
 * this loads a test file with its sources in milliseconds, by Jest's own `test` and `expect`, and ends with the first test that fails.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import { jestExpect } from '@jest/expect';
import { ModernFakeTimers } from '@jest/fake-timers';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import * as circus from 'jest-circus';
import { ModuleMocker } from 'jest-mock';
import { named } from '../scripts/test-holders.mjs';
import { scriptsOf } from './scripts-of-tests.mjs';

/** Milliseconds. A test that hangs under a mutant has noticed it. */
const PATIENCE = 3000;
/** Milliseconds of tests that a mutant has to survive, beside those that hold its file. What half a minute more would say is not asked. */
const ENOUGH = 8000;
const TIMES = '.times.json';

const timers = new ModernFakeTimers({ global: globalThis, config: { fakeTimers: {} } });
const mocker = new ModuleMocker(globalThis);
const jest = {
  ...circus.default,
  expect: jestExpect,
  jest: {
    fn: mocker.fn.bind(mocker),
    spyOn: mocker.spyOn.bind(mocker),
    restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
    useFakeTimers: timers.useFakeTimers.bind(timers),
    useRealTimers: timers.useRealTimers.bind(timers),
    advanceTimersByTimeAsync: timers.advanceTimersByTimeAsync.bind(timers),
    getTimerCount: timers.getTimerCount.bind(timers),
  },
};
/** What Stryker's code in the sources reads and writes. */
globalThis.__stryker__ = {};
const stryker = globalThis.__stryker__;

/** Keys are made once: the same ones, in the same order, for every mutant. */
function keepKeys() {
  const crypto = createRequire(import.meta.url)('node:crypto');
  const make = crypto.generateKeyPairSync;
  const SHARED = Symbol.for('padlock.test.shared');
  /** Those of test/support/shared.ts. */
  crypto.KeyObject[SHARED] ??= new Map();
  const shared = crypto.KeyObject[SHARED];
  const kept = new Map();
  let asked = new Map();
  crypto.generateKeyPairSync = (...parameters) => {
    const kind = JSON.stringify(parameters);
    const pairs = kept.get(kind) ?? [];
    kept.set(kind, pairs);
    const at = asked.get(kind) ?? 0;
    asked.set(kind, at + 1);
    pairs[at] ??= make(...parameters);
    return pairs[at];
  };
  syncBuiltinESMExports();
  return () => {
    asked = new Map();
    for (const name of shared.keys()) if (name.startsWith('rsa ')) shared.delete(name);
  };
}

/** Every test of a block and of the blocks in it. */
const testsIn = (block) => block.children.flatMap((child) => (child.type === 'test' ? [child] : testsIn(child)));
const fileOf = (id) => id.split('#')[0];
const nameOf = ({ name, parent }) => (parent === undefined || parent.parent === undefined ? name : `${nameOf(parent)} ${name}`);

class TestRunner {
  static inject = tokens(commonTokens.options);
  #tests;
  #times;
  #scripts;
  #firstKeys = keepKeys();
  /** What is to be done with the tests of the file that runs. */
  #at = {};

  constructor({ padlock }) {
    this.#tests = padlock.tests;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // What a mutant leaves behind must not end the process that tries the next one; a test that waits for it fails by itself.
    process.on('uncaughtException', () => undefined);
    fc.configureGlobal({ seed: 20_261_126 });
    const [setup, ...tests] = ['test/support/closed-network.ts', ...this.#tests];
    this.#scripts = await scriptsOf(process.cwd(), [setup, ...tests]);
    await this.#scripts.get(setup)(jest);
    circus.addEventHandler((event) => this.#on(event));
  }

  #on({ name, test }) {
    if (name === 'test_start') {
      if (this.#at.isOver || this.#at.wanted?.has(this.#at.ids.get(test)) === false) test.mode = 'skip';
      else stryker.currentTestId = this.#at.ids.get(test);
    } else if (name === 'test_done' || name === 'test_skip') {
      stryker.currentTestId = undefined;
      if (test.errors.length > 0) this.#at.isOver = this.#at.bail;
    }
  }

  /** Runs a file and says how each of its tests ended. Throws what it throws while it is loaded. */
  async #run(file, { wanted, bail, patience }) {
    circus.resetState();
    timers.useRealTimers(); // a test that failed may not have come so far
    this.#firstKeys();
    const state = circus.getState();
    state.testTimeout = patience;
    await this.#scripts.get(file)(jest);
    const tests = testsIn(state.rootDescribeBlock);
    const ids = new Map(tests.map((test, at) => [test, `${file}#${at}`]));
    this.#at = { ids, wanted, bail };
    const { unhandledErrors } = await circus.run();
    if (unhandledErrors.length > 0) throw new Error(String(unhandledErrors[0]));
    return tests.map((test) => {
      const result = { id: ids.get(test), name: `${file}: ${nameOf(test)}`, fileName: file, timeSpentMs: test.duration ?? 0 };
      if (test.errors.length > 0) return { ...result, status: TestStatus.Failed, failureMessage: failureOf(test.errors[0]) };
      return { ...result, status: test.status === 'done' ? TestStatus.Success : TestStatus.Skipped };
    });
  }

  async dryRun() {
    stryker.mutantCoverage = { static: {}, perTest: {} };
    const all = [];
    /** Milliseconds that a test takes, and a file besides its tests. */
    const times = {};
    try {
      for (const file of this.#tests) {
        const start = performance.now();
        const results = await this.#run(file, { patience: 60_000 });
        times[file] = performance.now() - start;
        for (const { id, timeSpentMs } of results) {
          times[id] = timeSpentMs;
          times[file] -= timeSpentMs;
        }
        all.push(...results);
      }
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: failureOf(error) };
    }
    await writeFile(TIMES, JSON.stringify(times)); // another process may ask
    return { status: DryRunStatus.Complete, tests: all, mutantCoverage: stryker.mutantCoverage };
  }

  /** The test files that have a test to run: those that hold the source file first, then the quickest. */
  async #ordered(source, wanted) {
    this.#times ??= Object.entries(JSON.parse(await readFile(TIMES, 'utf8')));
    const costs = new Map();
    for (const [id, time] of this.#times)
      if (wanted === undefined || wanted.has(id)) costs.set(fileOf(id), (costs.get(fileOf(id)) ?? 0) + time);
    const holders = named(source);
    const ordered = [...costs.keys()].sort((a, b) => holders.includes(b) - holders.includes(a) || costs.get(a) - costs.get(b));
    let spent = 0;
    return ordered.filter((file) => {
      const isEnough = spent > ENOUGH && !holders.includes(file);
      spent += costs.get(file);
      return !isEnough;
    });
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    const wanted = testFilter && new Set(testFilter);
    let nrOfTests = 0;
    stryker.hitLimit = hitLimit;
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    // Every file is loaded anew, so that a mutant is always there from the beginning.
    stryker.activeMutant = activeMutant.id;
    try {
      for (const file of await this.#ordered(activeMutant.fileName.replace(/^.*[/](?=src[/])/, ''), wanted)) {
        const results = await this.#run(file, { wanted, bail: true, patience: PATIENCE });
        if (stryker.hitCount > hitLimit) return { status: MutantRunStatus.Timeout, reason: 'It goes round and round.' };
        nrOfTests += results.filter(({ status }) => status !== TestStatus.Skipped).length;
        const failed = results.find(({ status }) => status === TestStatus.Failed);
        if (failed !== undefined)
          return { status: MutantRunStatus.Killed, killedBy: [failed.id], failureMessage: failed.failureMessage, nrOfTests };
      }
      return { status: MutantRunStatus.Survived, nrOfTests };
    } catch (error) {
      // A test file that cannot even be loaded fails in Jest too.
      return { status: MutantRunStatus.Killed, killedBy: [], failureMessage: failureOf(error), nrOfTests };
    } finally {
      stryker.activeMutant = undefined;
    }
  }
}

const failureOf = (error) => String((Array.isArray(error) ? error[0] : error)?.stack ?? error).slice(0, 2000);

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'padlock', TestRunner)];
