/**
 * Runs the packed CLI as a user would: the tarball unpacked with no node_modules near, a home of its own, a clean environment.
 *
 *   const { code, stdout, stderr } = await runCli(['auth', '--json'], { env: { PADLOCK_ISSUER: issuer }, input: 'pa55word\n' });
 *   const { code, screen } = await runCliTty(['auth'], { columns: 60, type: [{ when: /Password/, send: 'pa55word\r', secret: true }] });
 *   const running = await startCli(['sandbox']); await running.until(/Listening/); const { code } = await running.end('SIGINT');
 *
 * 1. Importing it packs the package when a source changed (1–2 s once, under a lock); the network and `PADLOCK_*` of your shell are out of reach.
 * 2. Every run is held to test/support/invariants.ts: no secret on stdout, stderr or in a file it made, no stack trace, no control character, one
 *    document with a machine format, an end in time with no process left behind. A broken one throws; nothing needs to be asserted for it.
 * 3. Secrets are: the values after secret options, of `PADLOCK_*SECRET|PASSWORD|…` variables, `input`, and `secrets: [...]` (tokens you know).
 *    Where one may be, say so: `allow: { stdout: [token], 'config.yaml': [secret] }`. Values shorter than 6 characters are not looked for.
 * 4. `home` is removed after the call unless you pass one (`const home = makeHome()`, removed after the file's tests); `cwd` is inside it.
 * 5. `deadline` (ms, default 15000) is how long the run may take; 2 s later it is killed and the call throws.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { type CliResult, type Ended, type Launch, type LaunchOptions, launch, shown } from './launch.ts';

export type { CliResult, LaunchOptions as CliOptions } from './launch.ts';

/** The folder of the packed package, as `npm install` would unpack it. */
export const PACKAGE = join(execFileSync(process.execPath, ['scripts/pack.mjs'], { encoding: 'utf8' }).trim(), 'package');
/** Its bin. */
export const BIN = join(PACKAGE, 'dist/bin/padlock.cjs');

const homes: string[] = [];
afterAll(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

/** A home for several runs; removed after the tests of the file. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'padlock-home-'));
  homes.push(home);
  return home;
}

export interface RunningCli {
  readonly pid: number;
  /** Resolves with all output so far once `pattern` is in what came after the last match. */
  until(pattern: RegExp): Promise<string>;
  write(text: string): void;
  /** Ends it with a signal and applies the invariants. */
  end(signal?: NodeJS.Signals): Promise<CliResult>;
  /** Waits for its own end and applies the invariants. */
  ended(): Promise<CliResult>;
}

function start(command: Launch, options: LaunchOptions): RunningCli {
  const { pid, until, write, kill, ended } = launch(command, options);
  const whole = ended.then((end: Ended) => {
    if (end.broken.length === 0) return end.run;
    throw new Error(`padlock broke what holds for every run:\n  ${end.broken.join('\n  ')}\n${shown(command.words, end)}`);
  });
  whole.catch(() => {});
  return {
    pid,
    until,
    write,
    ended: () => whole,
    end: (signal = 'SIGTERM') => {
      kill(signal);
      return whole;
    },
  };
}

/** The packed CLI with these words. */
export const padlockLaunch = (words: readonly string[], { execArgv = [] }: LaunchOptions = {}): Launch => ({
  words,
  file: process.execPath,
  args: [...execArgv, BIN, ...words],
  terminal: false,
});

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** The same on a terminal of its own. */
export function terminalLaunch({ words, file, args }: Launch, columns = 80): Launch {
  const line = [file, ...args].map(quoted).join(' ');
  return {
    words,
    file: 'script',
    args: ['-qefc', `stty cols ${columns} rows 40; exec ${line}`, '/dev/null'],
    terminal: true,
    env: { TERM: 'xterm-256color', SHELL: '/bin/sh' },
  };
}

/** Starts the packed CLI and leaves it running; end it with `end()` or wait with `ended()`. */
export const startCli = (args: readonly string[], options: LaunchOptions = {}): RunningCli => start(padlockLaunch(args, options), options);

/** Runs the packed CLI to its end. */
export const runCli = (args: readonly string[], options: LaunchOptions = {}): Promise<CliResult> => startCli(args, options).ended();

export interface Typing {
  /** What the screen shows when it is time. */
  readonly when: RegExp;
  readonly send: string;
  /** It must not appear anywhere. */
  readonly secret?: boolean;
}

/** What was typed and is secret, as the harness looks for it. */
export const typedSecrets = (type: readonly Typing[]): readonly string[] =>
  type.filter(({ secret }) => secret).map(({ send }) => send.replace(/[\r\n]+$/, ''));

/** Runs the packed CLI on a terminal of its own, with someone typing; `screen` is all that was written to it. */
export async function runCliTty(
  args: readonly string[],
  options: Omit<LaunchOptions, 'input'> & { readonly columns?: number; readonly type?: readonly Typing[] } = {},
): Promise<Omit<CliResult, 'stdout' | 'stderr'> & { readonly screen: string }> {
  const { columns, type = [], ...rest } = options;
  const secrets = [...(rest.secrets ?? []), ...typedSecrets(type)];
  const running = start(terminalLaunch(padlockLaunch(args, rest), columns), { ...rest, secrets });
  for (const { when, send } of type) {
    await running.until(when);
    running.write(send);
  }
  const { stdout: screen, code, ms } = await running.ended();
  return { code, ms, screen };
}

/** The same under the name that test/interop uses. */
export { runCli as padlock };
