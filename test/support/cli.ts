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
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { broken } from './invariants.ts';

const GRACE = 2000;

/** The folder of the packed package, as `npm install` would unpack it. */
export const PACKAGE = join(execFileSync(process.execPath, ['scripts/pack.mjs'], { encoding: 'utf8' }).trim(), 'package');
/** Its bin. */
export const BIN = join(PACKAGE, 'dist/bin/padlock.cjs');

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. Default: none, an empty one. */
  readonly input?: string;
  /** Default: an empty folder inside home. */
  readonly cwd?: string;
  readonly home?: string;
  /** Milliseconds. */
  readonly deadline?: number;
  /** Secrets that the harness cannot know of by itself. */
  readonly secrets?: readonly string[];
  /** Secrets that may be in a place: `stdout`, `stderr`, or how a file's path ends. */
  readonly allow?: Readonly<Record<string, readonly string[]>>;
  /** Arguments for Node itself. */
  readonly execArgv?: readonly string[];
}

export interface CliResult {
  /** 128 + the signal's number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

const homes: string[] = [];
const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
afterAll(() => homes.splice(0).forEach(remove));

/** A home for several runs; removed after the tests of the file. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'padlock-home-'));
  homes.push(home);
  return home;
}

const SECRET_OPTION = /^--(password|pin|otp|[a-z-]*secret|[a-z-]*token|assertion|[a-z-]*passphrase)$/;
const SECRET_VARIABLE = /^PADLOCK_(?!.*_FILE$).*(PASSWORD|SECRET|TOKEN|PIN|OTP|ASSERTION|PASSPHRASE|KEY)$/;

function secretsOf(args: readonly string[], { env = {}, input, secrets = [] }: CliOptions): readonly string[] {
  const typed = args.flatMap((arg, at) => {
    const [name = '', value] = arg.split(/=(.*)/s, 2);
    return SECRET_OPTION.test(name) ? [value ?? args[at + 1] ?? ''] : [];
  });
  const variables = Object.entries(env).flatMap(([name, value]) => (SECRET_VARIABLE.test(name) ? [value] : []));
  const piped = args.some((arg) => arg.endsWith('-stdin')) && input !== undefined ? [input.replace(/\r?\n$/, '')] : [];
  return [...new Set([...typed, ...variables, ...piped, ...secrets])].filter((secret) => secret !== '' && !secret.startsWith('--'));
}

/** Path → time of change and size, of every file under `folder`. */
function snapshot(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const { mtimeMs, size } = statSync(path);
      return [path, `${mtimeMs} ${size}`];
    }),
  );
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

interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly terminal: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const isGroupAlive = (pid: number): boolean => {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
};

async function isLeftBehind(pid: number): Promise<boolean> {
  for (const until = Date.now() + GRACE; isGroupAlive(pid) && Date.now() < until; ) await new Promise((resolve) => setTimeout(resolve, 20));
  const left = isGroupAlive(pid);
  if (left) process.kill(-pid, 'SIGKILL');
  return left;
}

function start(padlockArgs: readonly string[], options: CliOptions, command: Command): RunningCli {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'padlock-home-'));
  for (const name of ['tmp', 'work']) mkdirSync(join(home, name), { recursive: true });
  const before = snapshot(home);
  const started = performance.now();
  const child: ChildProcess = spawn(command.file, command.args, {
    cwd: options.cwd ?? join(home, 'work'),
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: join(home, 'tmp'), LANG: 'C.UTF-8', ...command.env, ...options.env },
    stdio: [options.input === undefined && !command.terminal ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // A group of its own, so that whatever it started can be found.
    detached: true,
  });
  const text = { stdout: '', stderr: '' };
  let heard = '';
  let answered = 0;
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      heard += chunk;
      for (const watcher of watchers) watcher();
    });
  // It may end without reading.
  child.stdin?.on('error', () => {});
  if (options.input !== undefined) child.stdin?.end(options.input);

  const pid = child.pid as number;
  const deadline = options.deadline ?? 15_000;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (isGroupAlive(pid)) process.kill(-pid, 'SIGKILL');
  }, deadline + GRACE);

  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      const code = status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ code, ...text, ms: performance.now() - started });
    });
  }).then(async (run) => {
    const after = snapshot(home);
    const changed = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
    const files = new Map(changed.map((path) => [path, readFileSync(path, 'utf8')]));
    const secrets = secretsOf(padlockArgs, options);
    const { allow = {}, env = {} } = options;
    const found = [...broken({ ...run, args: padlockArgs, env, files, secrets, allow, terminal: command.terminal })];
    if (isLate) found.push(`it did not end within ${deadline} ms and 2 s`);
    if (await isLeftBehind(pid)) found.push('it left a process behind');
    if (options.home === undefined) remove(home);
    if (found.length > 0)
      throw new Error(`padlock broke what holds for every run:\n  ${found.join('\n  ')}\n${shown(padlockArgs, run, secrets)}`);
    return run;
  });
  result.catch(() => {});

  return {
    pid,
    write: (typed) => void child.stdin?.write(typed),
    ended: () => result,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return result;
    },
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          const match = pattern.exec(heard.slice(answered));
          if (match === null) return;
          watchers.delete(watcher);
          answered += match.index + match[0].length;
          resolve(heard);
        };
        watchers.add(watcher);
        watcher();
        result.then(
          (run) => reject(new Error(`It ended with ${run.code} before ${pattern} appeared.\n${run.stdout}${run.stderr}`)),
          (error: Error) => reject(error),
        );
      }),
  };
}

/** A run for a failure message, its secrets masked. */
function shown(args: readonly string[], { code, stdout, stderr }: CliResult, secrets: readonly string[]): string {
  const text = `padlock ${args.join(' ')}\nexit ${code}\nstdout: ${stdout.slice(0, 2000)}\nstderr: ${stderr.slice(0, 2000)}`;
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text);
}

/** Starts the packed CLI and leaves it running; end it with `end()` or wait with `ended()`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  return start(args, options, { file: process.execPath, args: [...(options.execArgv ?? []), BIN, ...args], terminal: false });
}

/** Runs the packed CLI to its end. */
export const runCli = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> => startCli(args, options).ended();

export interface Typing {
  /** What the screen shows when it is time. */
  readonly when: RegExp;
  readonly send: string;
  /** It must not appear anywhere. */
  readonly secret?: boolean;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs the packed CLI on a terminal of its own, with someone typing; `screen` is all that was written to it. */
export async function runCliTty(
  args: readonly string[],
  options: Omit<CliOptions, 'input'> & { readonly columns?: number; readonly type?: readonly Typing[] } = {},
): Promise<Omit<CliResult, 'stdout' | 'stderr'> & { readonly screen: string }> {
  const { columns = 80, type = [], ...rest } = options;
  const typed = type.filter(({ secret }) => secret).map(({ send }) => send.replace(/[\r\n]+$/, ''));
  const line = [process.execPath, ...(rest.execArgv ?? []), BIN, ...args].map(quoted).join(' ');
  const running = start(
    args,
    { ...rest, secrets: [...(rest.secrets ?? []), ...typed] },
    {
      file: 'script',
      args: ['-qefc', `stty cols ${columns} rows 40; exec ${line}`, '/dev/null'],
      terminal: true,
      env: { TERM: 'xterm-256color', SHELL: '/bin/sh' },
    },
  );
  for (const { when, send } of type) {
    await running.until(when);
    running.write(send);
  }
  const { stdout: screen, code, ms } = await running.ended();
  return { code, ms, screen };
}

/** The same under the name that test/interop uses. */
export { runCli as padlock };
