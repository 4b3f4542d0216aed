/** Runs a strategy's code, which may be anybody's: what it throws and returns is made Padlock's own, or refused. */
import { fail, isErrorCode, isPadlockError, PadlockError } from './errors.ts';
import { quoted } from './options.ts';

/** Whose code runs, and what it is: `plugin` is undefined for Padlock's own strategies. */
export interface Guarded {
  readonly plugin: string | undefined;
  /** "The flow "sms-pin"". */
  readonly what: string;
}

/**
 * The result of `run`, if it has the shape that `isWhole` tells. Throws what a strategy may throw: PadlockErrors whose code is built in or
 * carries the plugin's name. Anything else from a plugin is `plugin_crashed` or `plugin_contract`, told without its text, which may hold a secret.
 */
export async function guarded<T>(
  { plugin, what }: Guarded,
  run: () => T | Promise<T>,
  isWhole: (result: T) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  let result: T;
  try {
    result = await run();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (isPadlockError(error)) throw ownCode(error, plugin, what);
    if (plugin === undefined) throw error;
    const name = (error as { name?: unknown } | null | undefined)?.name;
    fail('plugin_crashed', `${what} crashed (${typeof name === 'string' ? quoted(name) : `it threw a ${typeof error}`}).`, {
      cause: error,
    });
  }
  if (!isWhole(result)) fail('plugin_contract', `${what} did not return what it has to.`); // check: result of a strategy
  return result;
}

/** A plugin's own codes begin with its name, so that nobody takes them for Padlock's. */
function ownCode(error: PadlockError, plugin: string | undefined, what: string): PadlockError {
  if (plugin === undefined || isErrorCode(error.code) || error.code.startsWith(`${plugin.replaceAll('-', '_')}_`)) return error;
  return new PadlockError('plugin_contract', {
    message: `${what} failed with the code ${quoted(error.code)}, which does not begin with its plugin's name.`,
    cause: error,
  });
}
