/** Keeps a family with many rows per case short. */
import type { Row } from './row.ts';

const ONCE = 'it goes the same way as the first row of its case, which is watched on a terminal';

/** Of each case the first row is run on a terminal too, the others are not. */
export function firstWatched(rows: readonly Row[]): readonly Row[] {
  const caseOf = ({ id }: Row): string => id.replace(/[a-z]+$/, '');
  return rows.map((row) => (rows.find((other) => caseOf(other) === caseOf(row)) === row ? row : { once: ONCE, ...row }));
}
