/** For families whose rows differ in what is stored and not in what is shown. */
import type { Row } from '../row.ts';

const caseOf = ({ id }: Row): string => /^[A-Z]\d+/.exec(id)?.[0] ?? id;

/** Of each case the first row is watched on a terminal, too. */
export const seldom = (rows: readonly Row[]): readonly Row[] =>
  rows.map((row, at) =>
    rows.findIndex((other) => caseOf(other) === caseOf(row)) === at
      ? row
      : { once: 'a row of this case was watched on a terminal', ...row },
  );
