/** Makes tests of a family's rows, and writes down for the reporter what became of each. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import type { Family } from './cases.ts';
import type { Row } from './row.ts';
import { runRow, type Told } from './run-row.ts';

const records = process.env.HOSTILE_RECORDS;

/** `codes`: rows beside the matrix. Rows run side by side, but those of X, which are about what a process may use. */
export function family(name: Family | 'codes', rows: readonly Row[]): void {
  describe(name, () => {
    const run = name === 'X' ? test.each : test.concurrent.each;
    run(rows.map((row) => [`${row.id}: ${row.what}`, row] as const))('%s', async (_, row) => {
      let told: Told = { fingerprint: '', codes: [], runs: 0 };
      let passed = false;
      try {
        await runRow(row, (what) => {
          told = what;
        });
        passed = true;
      } finally {
        if (records !== undefined) appendFileSync(join(records, `${name}.jsonl`), `${JSON.stringify({ id: row.id, passed, ...told })}\n`);
      }
    });
  });
}
