/** Runs a program that knows a secret: `op read …`, `pass show …`, `gpg -d …`. */
import { spawn } from 'node:child_process';
import { abortReason } from '../core/abort.ts';
import { PadlockError } from '../core/errors.ts';
import { excerpt } from '../core/text.ts';
import { childEnv } from './child-env.ts';
import type { Environment } from './proxy.ts';

/** Milliseconds; long enough to touch a key or type a passphrase. */
const PATIENCE = 60_000;
/** Bytes. */
const LARGEST = 64 * 1024;

export interface RunOptions {
  readonly env: Environment;
  /** A human sits at the terminal: the program may ask there, on its standard input and error. Otherwise it gets neither. */
  readonly interactive: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: number;
}

/**
 * Standard output as UTF-8. No shell, so nothing in an argument is interpreted; messages name the program and no argument.
 * Throws `config_missing_credential`; rejects with the signal's reason when that aborts.
 */
export async function runProgram([program, ...parameters]: readonly string[], options: RunOptions): Promise<string> {
  const { env, interactive, signal, patience = PATIENCE } = options;
  const name = excerpt(program ?? '', 60);
  const failed = (what: string): PadlockError => new PadlockError('config_missing_credential', { message: `The program ${name} ${what}.` });
  if (program === undefined || program === '')
    throw new PadlockError('config_missing_credential', { message: 'A command names no program.' });
  if (signal?.aborted) throw abortReason(signal);

  return new Promise((resolve, reject) => {
    const others = interactive ? 'inherit' : 'ignore';
    const child = spawn(program, parameters, { env: childEnv(env), shell: false, windowsHide: true, stdio: [others, 'pipe', others] });
    const chunks: Uint8Array[] = [];
    let size = 0;
    const end = (reason: unknown): void => {
      child.kill('SIGKILL');
      child.stdout.destroy(); // a grandchild may still hold the other end
      finish(() => reject(reason));
    };
    const stop = (): void => signal && end(abortReason(signal));
    const timer = setTimeout(() => end(failed(`did not end within ${patience / 1000} s`)), patience);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      settle();
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LARGEST) end(failed(`printed more than ${LARGEST} bytes`));
    });
    child.on('error', (error: NodeJS.ErrnoException) =>
      finish(() => reject(failed(error.code === 'ENOENT' ? 'was not found' : `could not be started (${error.code ?? 'unknown'})`))),
    );
    child.on('exit', (code, killedBy) => {
      if (code !== 0) end(failed(killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`));
    });
    child.on('close', (code) => {
      if (code === 0)
        finish(() => {
          try {
            resolve(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)));
          } catch {
            reject(failed('printed something that is not UTF-8 text'));
          }
        });
    });
  });
}
