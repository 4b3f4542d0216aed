/** Many processes of the command line, released at one moment. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BARRIER = fileURLToPath(new URL('barrier.cjs', import.meta.url));
const BIN = fileURLToPath(new URL('../../dist/bin/padlock.cjs', import.meta.url));
/** Milliseconds; a process that takes longer hangs. */
const HANGS = 120_000;

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs one command to its end; `prefix` is what to run it with, as `['unshare', …]`. `env`: all it gets, besides PATH. */
export function command(words, env, { prefix = [], execArgv = [] } = {}) {
  const [program, ...rest] = [...prefix, process.execPath, ...execArgv, BIN, ...words];
  const began = Date.now();
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: HANGS,
    killSignal: 'SIGABRT',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? signal, stdout: stdout.trim(), stderr: stderr.trim(), ms: Date.now() - began }),
    );
  });
  return { child, ended };
}

/**
 * Starts `count` commands, waits until all are ready, releases them and returns their results.
 * `env(at)`: the environment of each. `prefixes`: what to run each with, in turn. `meanwhile` gets the children after the release.
 */
export async function race({ count, words, env, prefixes = [[]], meanwhile }) {
  const folder = await mkdtemp(join(tmpdir(), 'padlock-race-'));
  try {
    const racers = Array.from({ length: count }, (_, at) =>
      command(
        words,
        { ...env(at), PADLOCK_RACE: folder, PADLOCK_RACER: String(at) },
        { prefix: prefixes[at % prefixes.length], execArgv: ['--require', BARRIER] },
      ),
    );
    let over = false;
    const results = Promise.all(racers.map(({ ended }) => ended)).finally(() => {
      over = true; // one that cannot even start is told by its result
    });
    while (!over && (await readdir(folder)).filter((name) => name.startsWith('ready-')).length < count) await pause(20);
    await writeFile(join(folder, 'start'), '');
    await meanwhile?.();
    return await results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
