/** Everything the program gets from outside; the real one is made in host.ts, tests make their own. */
import type { Browser, Clock, Files, Host, Log, Prompt } from '../core/ports.ts';

/** One of the two output streams. */
export interface Output {
  readonly isTTY: boolean;
  /** Columns, or undefined when it is no terminal. */
  readonly columns: number | undefined;
  readonly colour: boolean;
  /** Resolves when the text is out, on stderr also when it is lost. Throws `io_output`; a closed pipe is {@link PipeClosed}. */
  write(text: string): Promise<void>;
}

/** The reader went away: end quietly with 141. */
export class PipeClosed extends Error {
  override readonly name = 'PipeClosed';
}

/** What verbosity and interaction the user allowed; known before anything else is. */
export interface Manners {
  readonly verbosity: 'silent' | 'info' | 'debug';
  /** Nothing on stderr but errors. */
  readonly quiet: boolean;
  /** Asking is allowed. */
  readonly input: boolean;
  readonly colour: boolean;
}

export interface World {
  readonly cwd: string;
  readonly home: string | undefined;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly browser: Browser;
  /** Aborts on SIGINT, SIGTERM and SIGHUP; the reason is {@link Interrupted}. */
  readonly signal: AbortSignal;
  /** All of standard input, at most 64 kB + 1. */
  readStdin(): Promise<Uint8Array>;
  log(manners: Manners): Promise<Log>;
  prompt(manners: Manners): Prompt;
  /**
   * Runs a program in place of this one: same terminal and streams, signals go to it. Resolves with its exit code.
   * `changes` to the environment; undefined takes a variable away. Throws `exec_not_found`, `exec_not_executable`.
   */
  execute(command: readonly string[], changes: Readonly<Record<string, string | undefined>>): Promise<number>;
}

/** A signal asked the program to end; its exit code is 128 + the signal's number. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exit: number;

  constructor(signal: number) {
    super('Interrupted.');
    this.exit = 128 + signal;
  }
}
