/** Starts one process in a home of its own, watches it to its end, and says which invariants it broke; cli.ts and test/hostile stand on it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { broken } from './invariants.ts';

const GRACE = 2000;

export interface LaunchOptions {
  /** A variable that is undefined is not there, not even if it usually is. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input. Default: none, an empty one. */
  readonly input?: string | Uint8Array;
  /** What of the input is a secret. Default: all of it, where a flag has it read as one. */
  readonly piped?: string;
  /** Standard input is a pipe that nobody ends; `input` is written to it first. */
  readonly open?: boolean;
  /** Default: an empty folder inside home. */
  readonly cwd?: string;
  readonly home?: string;
  /** Milliseconds. */
  readonly deadline?: number;
  /** Secrets that the harness cannot know of by itself. */
  readonly secrets?: readonly string[];
  /** Secrets that may be in a place: `stdout`, `stderr`, or how a file's path ends. */
  readonly allow?: Readonly<Record<string, readonly string[]>>;
  /** It may print stack traces: it is not Padlock but a program that has it inside. */
  readonly traces?: boolean;
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

/** What is started: Padlock's own words, and the command line that runs it with them. */
export interface Launch {
  readonly words: readonly string[];
  readonly file: string;
  readonly args: readonly string[];
  readonly terminal: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly run: CliResult;
  /** One sentence for each invariant that it broke. */
  readonly broken: readonly string[];
  /** Files that it made or changed. */
  readonly changed: readonly string[];
  readonly secrets: readonly string[];
}

export interface Launched {
  readonly pid: number;
  /** Resolves with all output so far once `pattern` is in what came after the last match. */
  until(pattern: RegExp): Promise<string>;
  write(text: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

const SECRET_OPTION = /^--(password|pin|otp|[a-z-]*secret|[a-z-]*token|assertion|[a-z-]*passphrase)$/;
const SECRET_VARIABLE = /^PADLOCK_(?!.*_FILE$).*(PASSWORD|SECRET|TOKEN|PIN|OTP|ASSERTION|PASSPHRASE|KEY)$/;

function secretsOf(words: readonly string[], { env = {}, input, piped: part, secrets = [] }: LaunchOptions): readonly string[] {
  const typed = words.flatMap((word, at) => {
    const [name = '', value] = word.split(/=(.*)/s, 2);
    return SECRET_OPTION.test(name) ? [value ?? words[at + 1] ?? ''] : [];
  });
  const variables = Object.entries(env).flatMap(([name, value]) => (SECRET_VARIABLE.test(name) ? [value ?? ''] : []));
  const isPiped = words.some((word) => word.endsWith('-stdin')) && input !== undefined;
  const piped = isPiped
    ? [
        part ??
          Buffer.from(input)
            .toString()
            .replace(/\r?\n$/, ''),
      ]
    : [];
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

export function launch({ words, file, args, terminal, env: own }: Launch, options: LaunchOptions = {}): Launched {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'padlock-home-'));
  for (const name of ['tmp', 'work']) mkdirSync(join(home, name), { recursive: true });
  const before = snapshot(home);
  const started = performance.now();
  const isPiped = options.input !== undefined || options.open === true || terminal;
  const child: ChildProcess = spawn(file, args, {
    cwd: options.cwd ?? join(home, 'work'),
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: join(home, 'tmp'), LANG: 'C.UTF-8', ...own, ...options.env },
    stdio: [isPiped ? 'pipe' : 'ignore', 'pipe', 'pipe'],
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
  if (options.input !== undefined) child.stdin?.write(options.input);
  if (options.input !== undefined && options.open !== true) child.stdin?.end();

  const pid = child.pid as number;
  const deadline = options.deadline ?? 15_000;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (isGroupAlive(pid)) process.kill(-pid, 'SIGKILL');
  }, deadline + GRACE);

  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      const code = status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ code, ...text, ms: performance.now() - started });
    });
  }).then(async (run): Promise<Ended> => {
    const after = snapshot(home);
    const changed = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
    const files = new Map(changed.map((path) => [path, readFileSync(path, 'utf8')]));
    const secrets = secretsOf(words, options);
    const { allow = {}, env = {}, traces = false } = options;
    const found = [...broken({ ...run, args: words, env, files, secrets, allow, terminal, traces })];
    if (isLate) found.push(`G2: it did not end within ${deadline} ms and 2 s`);
    if (await isLeftBehind(pid)) found.push('it left a process behind');
    if (options.home === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    return { run, broken: found, changed, secrets };
  });
  ended.catch(() => {});

  return {
    pid,
    ended,
    write: (typed) => void child.stdin?.write(typed),
    kill: (signal) => void child.kill(signal),
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
        ended.then(
          ({ run }) => reject(new Error(`It ended with ${run.code} before ${pattern} appeared.\n${run.stdout}${run.stderr}`)),
          (error: Error) => reject(error),
        );
      }),
  };
}

/** A run for a failure message, its secrets masked. */
export function shown(words: readonly string[], { run, secrets }: Pick<Ended, 'run' | 'secrets'>): string {
  const { code, stderr, stdout } = run;
  const text = `padlock ${words.join(' ')}\nexit ${code}\nstdout: ${stdout.slice(0, 2000)}\nstderr: ${stderr.slice(0, 2000)}`;
  const masked = secrets.reduce((so, secret) => so.replaceAll(secret, '[secret]'), text);
  return masked.replace(/^(\s*)at /gm, '$1· at '); // else Jest shows the minified source of such a place
}
