/** Runs a program in place of this one, as a shell would: `padlock exec -- CMD`. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fail } from '../core/errors.ts';
import { excerpt } from '../core/text.ts';
import type { Environment } from './proxy.ts';

/** Gives signals to somebody else until the returned function is called. */
export type Divert = (receiver: (name: NodeJS.Signals) => void) => () => void;

export interface ExecuteOptions {
  readonly env: Environment;
  readonly divert: Divert;
  /** Ctrl-C on a terminal reaches the program by itself. */
  readonly isTerminal: boolean;
}

function notStarted(program: string, code: string | undefined): never {
  const name = excerpt(program, 60);
  if (code === 'ENOENT') fail('exec_not_found', `The program ${name} was not found.`);
  fail('exec_not_executable', `The program ${name} could not be started (${code ?? 'unknown'}).`);
}

/** The program's exit code, or 128 and the number of the signal that ended it. Throws `exec_not_found`, `exec_not_executable`. */
export function execute([program = '', ...parameters]: readonly string[], { divert, env, isTerminal }: ExecuteOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { env, stdio: 'inherit', shell: false });
    const restore = divert((name) => void (!(isTerminal && name === 'SIGINT') && child.kill(name)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return; // it runs; a signal could not be sent to it
      restore();
      try {
        notStarted(program, error.code);
      } catch (failure) {
        reject(failure);
      }
    });
    child.on('exit', (code, signal) => {
      restore();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
