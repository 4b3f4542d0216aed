/** Many processes of the command line, released at one moment. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BARRIER = fileURLToPath(new URL('barrier.cjs', import.meta.url));
export const BIN = fileURLToPath(new URL('../../dist/bin/padlock.cjs', import.meta.url));

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The environment of a command: nothing of ours but a home. */
export const environment = (home, more = {}) => ({ PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ...more });

/** Runs one command to its end. */
export function command(words, env, { prefix = [], execArgv = [] } = {}) {
  const [program, ...rest] = [...prefix, process.execPath, ...execArgv, BIN, ...words];
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? signal, stdout: stdout.trim(), stderr: stderr.trim(), pid: child.pid }));
  });
  return { child, ended };
}

/**
 * Starts `count` commands, waits until all are ready, releases them and returns their results.
 * `prefixes`: what to run each with, in turn, as `['unshare', …]`. `meanwhile` runs after the release.
 */
export async function race({ count, words, env, prefixes = [[]], meanwhile }) {
  const folder = await mkdtemp(join(tmpdir(), 'padlock-race-'));
  try {
    const racers = Array.from({ length: count }, (_, at) =>
      command(
        words,
        { ...env, PADLOCK_RACE: folder, PADLOCK_RACER: String(at) },
        { prefix: prefixes[at % prefixes.length], execArgv: ['--require', BARRIER] },
      ),
    );
    const results = Promise.all(racers.map(({ ended }) => ended));
    while ((await readdir(folder)).filter((name) => name.startsWith('ready-')).length < count) await pause(20);
    await writeFile(join(folder, 'start'), '');
    await meanwhile?.(racers.map(({ child }) => child));
    return await results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The pid that holds a lease in this home, if any does. */
export async function leaseHolder(home) {
  const sessions = join(home, '.local/state/padlock/sessions');
  for (const name of await readdir(sessions)) {
    if (!name.endsWith('.lease')) continue;
    const text = await readFile(join(sessions, name), 'utf8').catch(() => '');
    const [, pid] = /"pid":\s*(\d+)/.exec(text) ?? [];
    if (pid !== undefined) return Number(pid);
  }
  return undefined;
}
