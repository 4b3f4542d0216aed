/** One command, from spawn to exit, in a clean environment. Never synchronously: the sandbox answers through this process. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TIME = '/usr/bin/time';

/** Only these, because what is in the environment changes what Node does: NODE_EXTRA_CA_CERTS alone doubles its start. */
const environment = (home) => ({ PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' });

/** Milliseconds and what was printed. Throws when the command fails. */
export function timed([file, ...args], home) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, args, { cwd: home, env: environment(home), stdio: ['ignore', 'pipe', 'pipe'] });
    let ended = 0;
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('exit', () => {
      ended = performance.now();
    });
    child.once('close', (code) => {
      if (code === 0) resolve({ ms: ended - started, stdout, stderr });
      else reject(new Error(`${[file, ...args].join(' ')}: exit ${code}\n${stdout}${stderr}`));
    });
  });
}

/** Peak resident memory in MB, or undefined where there is no GNU time. It forks a fresh process: a child of this one would start with our peak. */
export async function memory(command, home) {
  if (!existsSync(TIME)) return undefined;
  const report = join(home, 'memory');
  await promisify(execFile)(TIME, ['-f', '%M', '-o', report, ...command], { cwd: home, env: environment(home) });
  return Number((await readFile(report, 'utf8')).trim().split('\n').at(-1)) / 1024;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A rotated order would keep each command's predecessor, and with it what that leaves in the processor's caches. */
export function shuffled(items, random) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
