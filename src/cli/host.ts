/** Node's versions of what the program needs: streams, signals, standard input, pino on stderr. */
import { constants } from 'node:os';
import { PadlockError } from '../core/errors.ts';
import { realClock, silentLog } from '../core/headless.ts';
import type { Log } from '../core/ports.ts';
import type { Divert } from './execute.ts';
import { hasBrowser } from './has-browser.ts';
import { NodeFiles } from './node-files.ts';
import { homeDirectory, nodeHost } from './node-host.ts';
import { type Opened, opened, output, stdoutOf } from './output.ts';
import { terminalPrompt } from './prompt.ts';
import { ownEnvironment, tame } from './tame.ts';
import { Interrupted, type Manners, type World } from './world.ts';

type Stream = NodeJS.WriteStream;
const STDIN_LIMIT = 64 * 1024;
const STDIN_PATIENCE = 30_000;
/** Milliseconds. */
const LINGER = 100;
const HANGUP = 128 + constants.signals.SIGHUP;

/** SIGINT, SIGTERM and SIGHUP abort what runs, unless they are diverted; a second one ends the process at once. */
function interruption(process: NodeJS.Process, controller: AbortController): Divert {
  const exit = process.exit.bind(process);
  let receiver: ((name: NodeJS.Signals) => void) | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (receiver !== undefined) return receiver(name);
      const number = constants.signals[name];
      if (controller.signal.aborted) end(process, exit, 128 + number);
      controller.abort(new Interrupted(number));
    });
  return (other) => {
    receiver = other;
    return () => {
      receiver = undefined;
    };
  };
}

async function readAll(stdin: NodeJS.ReadStream, signal: AbortSignal, patience: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  const late = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const stop = (): void => void stdin.destroy();
  late.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > STDIN_LIMIT) break;
    }
  } catch (error) {
    if (!late.aborted) throw error; // else it is the stream that was taken away here
  } finally {
    late.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  if (late.aborted)
    throw new PadlockError('prompt_unavailable', { message: `Standard input did not end within ${patience / 1000} seconds.` });
  return Buffer.concat(chunks);
}

async function pinoLog({ verbosity }: Manners, stderr: () => Stream): Promise<Log> {
  if (verbosity === 'silent') return silentLog;
  const { pino } = await import('pino');
  const logger = pino(
    { level: verbosity, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void stderr().write(line) },
  );
  return {
    debug: (event, fields) => logger.debug({ ...fields }, event),
    info: (event, fields) => logger.info({ ...fields }, event),
  };
}

/** What of the machine can be used without taking over its signals. `stdout`: opens it, where nobody else may have it. */
export function nodeParts(process: NodeJS.Process, env: NodeJS.ProcessEnv = process.env, stdout?: () => Opened) {
  const shared = stdout === undefined ? opened(process.stdout) : undefined;
  let openedStderr: Opened | undefined;
  const openStderr = (): Opened => {
    openedStderr ??= opened(process.stderr);
    return openedStderr;
  };
  const stderr = (): Stream => openStderr().stream;
  return {
    cwd: process.cwd(),
    home: homeDirectory(env),
    stdout: output(stdout ?? (() => shared as Opened), env, stdout && { descriptor: 1 }),
    stderr: output(openStderr, env, { aside: true }),
    host: nodeHost(env),
    files: new NodeFiles(),
    clock: realClock,
    browser: { available: hasBrowser(env, process.platform), open: async (url) => (await import('./browser.ts')).openBrowser(url, env) },
    log: (manners: Manners) => pinoLog(manners, stderr),
    prompt: ({ input }: Pick<Manners, 'input'>) => terminalPrompt(() => process.stdin, stderr, input),
  } satisfies Partial<World>;
}

/** Keeps the process alive until `work` is done: when what it waits for does not, Node would end early, and with success. */
export async function alive<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 2 ** 30);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}

/** Ends the process with a code: when nothing is left to do, but after a signal in any case. To be called before somebody else can change `exit`. */
export function leaving(process: NodeJS.Process): (code: number, world: World) => void {
  const exit = process.exit.bind(process);
  return (code, { signal }) => {
    process.exitCode = code;
    if (!signal.aborted) return;
    if (code === HANGUP) end(process, exit, code);
    else setTimeout(exit, LINGER, code).unref(); // what is still asked of a server has no say any more
  };
}

/** Now. After SIGHUP by the signal itself: Node aborts at its end (SIGABRT) when it cannot give back a terminal that is gone. */
function end(process: NodeJS.Process, exit: (code: number) => void, code: number): void {
  if (code !== HANGUP) exit(code);
  else process.removeAllListeners('SIGHUP').kill(process.pid, 'SIGHUP');
}

export interface NodeWorldOptions {
  /** Milliseconds to wait for the end of standard input. */
  readonly patience?: number;
  /** Nobody else lives in this process: whatever a plugin prints, throws or ends is Padlock's to deal with. */
  readonly alone?: boolean;
}

/** The machine this process runs on, with its signals and its standard input. */
export function nodeWorld(process: NodeJS.Process, { patience = STDIN_PATIENCE, alone = false }: NodeWorldOptions = {}): World {
  const controller = new AbortController();
  const { signal } = controller;
  const divert = interruption(process, controller);
  const env = alone ? ownEnvironment(process) : process.env;
  const stdout = alone ? stdoutOf(process) : undefined;
  const parts = nodeParts(process, env, stdout);
  if (stdout) tame(process, controller, () => stdout().stream);
  return {
    ...parts,
    signal,
    readStdin: () => readAll(process.stdin, signal, patience),
    execute: async (command, changes) => {
      const { execute } = await import('./execute.ts');
      return execute(command, { env: { ...env, ...changes }, divert, isTerminal: process.stdin.isTTY === true });
    },
  };
}
