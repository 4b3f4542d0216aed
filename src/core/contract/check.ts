/** What a contract check is: a name and a run that ends in silence, in a fault, or in a reason to skip. No test framework is involved. */
import { isPadlockError } from '../errors.ts';
import { excerpt } from '../text.ts';

export interface Check<S> {
  /** What holds, as the end of the sentence "the strategy …". */
  readonly name: string;
  run(strategy: S): Promise<void>;
}

/** How a check ended when it did not pass. */
export class Outcome extends Error {
  readonly verdict: 'fail' | 'skipped';

  constructor(verdict: 'fail' | 'skipped', detail: string) {
    super(detail);
    this.verdict = verdict;
  }
}

export function broken(detail: string): never {
  throw new Outcome('fail', detail);
}

export function skip(reason: string): never {
  throw new Outcome('skipped', reason);
}

export function must(holds: boolean, detail: string): asserts holds {
  if (!holds) broken(detail);
}

/** A thrown value in a few safe words. */
export function named(error: unknown): string {
  if (isPadlockError(error)) return `${error.code} (${excerpt(error.message, 120)})`;
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return excerpt(typeof name === 'string' ? `${name}: ${String(message)}` : `a thrown ${typeof error}`, 160);
}

/** What `run` came to; a thrown value is an answer too. */
export type Settled<T> = { readonly value: T } | { readonly error: unknown };
export async function settled<T>(run: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

/** The code of the PadlockError that `run` has to end in. */
export async function refusal(run: () => unknown, what: string): Promise<string> {
  const end = await settled(run);
  if (!('error' in end)) broken(`${what} was accepted`);
  if (!isPadlockError(end.error)) broken(`${what} ended in ${named(end.error)}; fail with host.fail`);
  return end.error.code;
}
