/** The matrix as it is printed: a line for each flow, server and outcome. */
import type { Cell } from './support.ts';

/** Columns side by side, lines in order. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd());
  return lines.sort().join('\n');
}

/** What has the same outcome stands on one line, with all the ways a client proved itself; what is not offered is followed by who says so. */
export function matrixText(cells: readonly Cell[]): string {
  const auths = new Map<string, string[]>();
  for (const { auth, flow, outcome, server } of cells) {
    const key = [flow, server, outcome].join('\t');
    auths.set(key, [...(auths.get(key) ?? []), auth]);
  }
  const rows = [...auths].map(([key, methods]) => {
    const [flow = '', server = '', outcome = ''] = key.split('\t');
    const [, verdict = outcome, words] = /^(not offered|only there): (.*)$/.exec(outcome) ?? [];
    return [flow, server, verdict, words === undefined ? methods.join(', ') : `${methods.join(', ')}: ${words}`];
  });
  return table(rows);
}
