/** Sums up the fault matrix: a line per family, and what is wrong with it as a whole. */

/**
 * @param {Readonly<Record<string, number>>} cases how many each family has
 * @param {readonly string[]} later families that are not written yet
 * @param {readonly { id: string, passed: boolean, fingerprint: string, codes: readonly string[], runs: number }[]} rows
 * @returns {{ lines: readonly string[], wrong: readonly string[], runs: number, codes: ReadonlySet<string> }}
 */
export function sumUp(cases, later, rows) {
  const wrong = [];
  const lines = Object.entries(cases).map(([family, count]) => {
    const own = rows.filter(({ id }) => id.startsWith(family));
    const passed = new Set();
    for (let number = 1; number <= count; number++) {
      const id = `${family}${number}`;
      const these = own.filter((row) => row.id.replace(/[a-z]+$/, '') === id);
      if (these.length > 0 && these.every((row) => row.passed)) passed.add(id);
      if (these.length === 0 && !later.includes(family)) wrong.push(`${id} is missing`);
    }
    return `${family.padEnd(3)} ${String(count).padStart(3)} cases, ${String(passed.size).padStart(3)} passed (${own.length} rows)${later.includes(family) ? ', not complete yet' : ''}`;
  });
  wrong.push(...twice(rows.map(({ id }) => id)).map((id) => `${id} is there twice`));
  for (const { id } of rows) if (!(Number(id.match(/\d+/)?.[0]) <= (cases[id[0]] ?? 0))) wrong.push(`there is no case ${id}`);
  for (const print of twice(rows.map(({ fingerprint }) => fingerprint)).filter((print) => print !== ''))
    wrong.push(
      `${rows
        .filter((row) => row.fingerprint === print)
        .map(({ id }) => id)
        .join(' and ')} provoke by the same bytes`,
    );
  return { lines, wrong, runs: rows.reduce((sum, row) => sum + row.runs, 0), codes: new Set(rows.flatMap((row) => row.codes)) };
}

const twice = (list) => [...new Set(list.filter((one, at) => list.indexOf(one) !== at))];
