/** Sums up the fault matrix: a line per family, and what is wrong with it as a whole. */

/** What a row beside the matrix is named by. */
const BESIDE = /^code [a-z_]+$/;

/** What is written down of a row that ran. */
export interface Ran {
  readonly id: string;
  readonly passed: boolean;
  readonly fingerprint: string;
  readonly codes: readonly string[];
  readonly runs: number;
}

export interface Sum {
  /** For people. */
  readonly lines: readonly string[];
  /** What must not be, of however few rows. */
  readonly wrong: readonly string[];
  /** What should be, when all have run. */
  readonly absent: readonly string[];
  readonly runs: number;
  /** Codes that no row reached. */
  readonly missed: readonly string[];
}

/** `cases`: how many each family has; `later`: families that are not written yet; `known`: every error code there is. */
export function sumUp(
  cases: Readonly<Record<string, number>>,
  later: readonly string[],
  known: readonly string[],
  rows: readonly Ran[],
): Sum {
  const wrong: string[] = [];
  const absent: string[] = [];
  const lines = Object.entries(cases).map(([family, count]) => {
    const own = rows.filter(({ id }) => id.startsWith(family));
    const passed = new Set<string>();
    for (let number = 1; number <= count; number++) {
      const id = `${family}${number}`;
      const these = own.filter((row) => row.id.replace(/[a-z]+$/, '') === id);
      if (these.length > 0 && these.every((row) => row.passed)) passed.add(id);
      if (these.length === 0 && !later.includes(family)) absent.push(`${id} is missing`);
    }
    return `${family.padEnd(3)} ${String(count).padStart(3)} cases, ${String(passed.size).padStart(3)} passed (${own.length} rows)${later.includes(family) ? ', not complete yet' : ''}`;
  });
  const beside = rows.filter(({ id }) => BESIDE.test(id));
  lines.push(`beside them ${beside.length} rows, ${beside.filter(({ passed }) => passed).length} passed, for codes that no case ends with`);
  wrong.push(...twice(rows.map(({ id }) => id)).map((id) => `${id} is there twice`));
  for (const { id } of rows)
    if (!BESIDE.test(id) && !(Number(id.match(/\d+/)?.[0]) <= (cases[id.charAt(0)] ?? 0))) wrong.push(`there is no case ${id}`);
  for (const print of twice(rows.map(({ fingerprint }) => fingerprint)).filter((print) => print !== ''))
    wrong.push(
      `${rows
        .filter((row) => row.fingerprint === print)
        .map(({ id }) => id)
        .join(' and ')} provoke by the same bytes`,
    );
  const reached = new Set(rows.filter(({ passed }) => passed).flatMap(({ codes }) => codes));
  const missed = known.filter((code) => !reached.has(code));
  absent.push(...missed.map((code) => `no row reaches ${code}`));
  return { lines, wrong, absent, runs: rows.reduce((sum, row) => sum + row.runs, 0), missed };
}

const twice = (list: readonly string[]): readonly string[] => [...new Set(list.filter((one, at) => list.indexOf(one) !== at))];
