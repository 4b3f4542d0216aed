/** A failure → what stderr says about it, and the exit code. */
import { isPadlockError, PadlockError } from '../core/errors.ts';
import { visible } from '../core/text.ts';
import { folded } from './layout.ts';
import { Interrupted, type Output, PipeClosed } from './world.ts';

const BUG = 'This is a bug in Padlock.';

/** Whatever was thrown, as a PadlockError; a foreign error's text may hold anything, so only its name is kept. */
function asFailure(error: unknown): PadlockError {
  if (isPadlockError(error)) return error as PadlockError;
  const name = (error as { name?: unknown } | null)?.name;
  return new PadlockError('internal', {
    message: `${BUG} (${typeof name === 'string' ? visible(name).slice(0, 40) : typeof error})`,
    cause: error,
  });
}

/** Where the failure was thrown, without messages: those may quote what came from outside. */
function whereOf(failure: PadlockError): string {
  const trace = [failure, failure.cause].flatMap((error) => {
    const stack = (error as { stack?: unknown } | null | undefined)?.stack;
    return typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  });
  return trace.map((line) => `${visible(line.trim())}\n`).join('');
}

export interface Reporting {
  readonly stderr: Output;
  /** One JSON object instead of text. */
  readonly machine: boolean;
  readonly debug: boolean;
  /** Removes known secrets from a text. */
  readonly mask: (text: string) => string;
}

/** Tells stderr what went wrong. Returns the exit code. */
export async function report(error: unknown, { stderr, machine, debug, mask }: Reporting): Promise<number> {
  if (error instanceof PipeClosed) return 141;
  if (error instanceof Interrupted) return error.exit;
  const failure = asFailure(error);
  const { code, exit, hint, message } = failure;
  const lines = [`Error: ${message} [${code}]`, `Hint: ${hint}`];
  const text = machine
    ? mask(JSON.stringify({ error: failure }, null, 2))
    : lines.map((line) => folded(visible(mask(line)), stderr.columns)).join('\n');
  try {
    await stderr.write(`${text}\n`);
    if (debug) await stderr.write(mask(whereOf(failure)));
  } catch {
    // stderr is closed: the exit code is all that can be said
  }
  return exit;
}
