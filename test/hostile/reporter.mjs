/** Prints a line per family and the invariants' count when all have run, and fails for what is missing, double or never reached. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const INVARIANTS = 12;

/** The TypeScript tables, for a module that Jest loads as it is. */
async function tables() {
  const { outputFiles } = buildSync({
    stdin: {
      contents:
        "export * from './test/hostile/cases.ts'; export * from './test/hostile/matrix.ts'; export * from './test/hostile/best-practice.ts'; export { EXIT_CODES } from './src/core/errors.ts';",
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default class HostileReporter {
  #error;
  #isWhole;

  constructor({ testNamePattern, testPathPatterns }) {
    this.#isWhole = !testNamePattern && !testPathPatterns?.isSet?.();
  }

  async onRunComplete(_contexts, { testResults }) {
    const folder = process.env.HOSTILE_RECORDS;
    if (folder === undefined) return;
    const rows = readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    rmSync(folder, { recursive: true });
    const { BEST_PRACTICE_LINES, bestPractice, CASES, EXIT_CODES, LATER, sumUp } = await tables();
    const known = EXIT_CODES.flatMap((category) => category.codes);
    const { absent, lines, missed, runs, wrong } = sumUp(CASES, LATER, known, rows);
    const unreached = this.#isWhole && missed.length > 0 ? `, not ${missed.join(', ')}` : '';
    process.stderr.write(`\n${lines.join('\n')}\nG1–G12: ${INVARIANTS} invariants on ${runs} runs, ${INVARIANTS * runs} assertions\n`);
    process.stderr.write(`error codes: ${known.length - missed.length} of ${known.length} reached${unreached}\n`);
    for (const { numFailingTests, numPassingTests, testFilePath } of testResults)
      if (testFilePath.endsWith('forged-tokens.test.ts'))
        process.stderr.write(`forged tokens: ${numPassingTests} of ${numPassingTests + numFailingTests} tests passed\n`);
    process.stderr.write(`BCP ${BEST_PRACTICE_LINES} lines, ${bestPractice().size} held\n`);
    const all = this.#isWhole ? [...wrong, ...absent] : wrong;
    if (all.length === 0) return;
    this.#error = new Error(`The fault matrix is not whole:\n  ${all.join('\n  ')}`);
    process.stderr.write(`${this.#error.message}\n`); // Jest fails for it and does not say it
  }

  getLastError() {
    return this.#error;
  }
}
