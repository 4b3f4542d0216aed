/**
 * `npm run bench [-- --runs 25 --only WORD]`: whole processes, the packed CLI beside its peers, then what a call costs inside a process.
 * Compare ratios to the `node -e 0` of the same run; milliseconds are another machine's tomorrow.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { inProcess } from './in-process/rows.mjs';
import { median, memory, seeded, shuffled, timed } from './measure.mjs';
import { rowsOf } from './rows.mjs';
import { createWorld } from './world.mjs';

const SEED = 20;
const BASE = 'node -e 0';
/** Milliseconds that `node -e 0` took where the targets in milliseconds were set. */
const REFERENCE = 20;

const { values: wish } = parseArgs({ options: { runs: { type: 'string', default: '25' }, only: { type: 'string', default: '' } } });
const root = fileURLToPath(new URL('..', import.meta.url));

async function once(row) {
  await row.before();
  world.requests();
  const output = await timed(row.command, row.home);
  if (!row.isRight(output)) throw new Error(`${row.name} printed something else than it should:\n${output.stdout}${output.stderr}`);
  const requests = world.requests();
  if (row.requests !== undefined && row.requests !== requests) throw new Error(`${row.name} asked the provider ${requests} times.`);
  row.asked = requests;
  return output.ms;
}

async function measure(rows, runs) {
  const random = seeded(SEED);
  for (const row of rows) {
    await once(row); // warms the caches of Padlock and of the system
    await row.before();
    row.memory = await memory(row.command, row.home);
  }
  for (const row of rows) row.times = [];
  for (let run = 0; run < runs; run++) for (const row of shuffled(rows, random)) row.times.push(await once(row));
  return rows;
}

/**
 * A target in milliseconds, as it was set, and what it is for a machine of this speed: waiting for the network takes as long everywhere, the
 * rest grows with `node -e 0`.
 */
function inMilliseconds(time, target, network, base) {
  const here = network + ((target - network) * base) / REFERENCE;
  return [
    [`≤ ${target} ms`, time <= target],
    [`≤ ${here.toFixed(0)} ms, the same where node -e 0 takes ${base.toFixed(0)} ms and not ${REFERENCE}`, time <= here],
  ];
}

function verdicts(row, rows, base) {
  const time = median(row.times);
  const found = [];
  if (row.ratio) found.push([`≤ ${row.ratio} ×`, time / base <= row.ratio]);
  if (row.milliseconds) found.push(...inMilliseconds(time, row.milliseconds, row.network, base));
  if (row.megabytes && row.memory) found.push([`≤ ${row.megabytes} MB`, row.memory <= row.megabytes]);
  const other = row.share && rows.find(({ name }) => name === row.share[0]);
  if (other)
    found.push([
      `≤ ${row.share[1]} of ${other.name} (${(time / median(other.times)).toFixed(2)})`,
      time / median(other.times) <= row.share[1],
    ]);
  return found;
}

const told = (found) => found.map(([target, holds]) => `${holds ? 'yes' : 'NO '} ${target}`).join('; ');

function printRows(rows) {
  const base = median(rows.find(({ name }) => name === BASE).times);
  console.log(
    `${'whole process'.padEnd(52)} ${'median'.padStart(8)} ${'min–max'.padStart(12)} ${'ratio'.padStart(6)} ${'RSS'.padStart(7)} ${'asks'.padStart(5)}  target`,
  );
  for (const row of rows) {
    const time = median(row.times);
    const range = `${Math.min(...row.times).toFixed(0)}–${Math.max(...row.times).toFixed(0)}`;
    const size = row.memory === undefined ? '–' : `${row.memory.toFixed(0)} MB`;
    console.log(
      `${row.name.padEnd(52)} ${`${time.toFixed(1)} ms`.padStart(8)} ${range.padStart(12)} ${(time / base).toFixed(2).padStart(6)} ${size.padStart(7)} ${String(row.asked || '').padStart(5)}  ${told(verdicts(row, rows, base))}`,
    );
  }
}

const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/pack.mjs')], { cwd: root });
const padlock = join(stdout.trim(), 'package');
const { version } = JSON.parse(await readFile(join(padlock, 'package.json'), 'utf8'));
const world = await createWorld(padlock);
try {
  const all = rowsOf(padlock, world, version);
  const rows = all.filter(({ name }) => name === BASE || name.includes(wish.only));
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${wish.runs} interleaved runs, order shuffled with seed ${SEED}\n`,
  );
  printRows(await measure(rows, Number(wish.runs)));
  if (wish.only === '') {
    console.log(`\n${'in process'.padEnd(52)}`);
    const base = median(rows.find(({ name }) => name === BASE).times);
    for (const { figure, network, target, time, verdicts = [], what } of await inProcess(world.home))
      console.log(
        `${what.padEnd(52)} ${figure.padStart(10)}  ${told(target === undefined ? verdicts : inMilliseconds(time, target, network, base))}`,
      );
  }
} finally {
  await world.close();
}
