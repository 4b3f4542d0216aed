/** Runs a strategy's code, which may be anybody's: what it throws and returns is made Padlock's own, or refused. */
import { abortReason } from './abort.ts';
import { type ErrorCode, fail, isErrorCode, isPadlockError, PadlockError } from './errors.ts';
import { quoted } from './options.ts';
import { Patience } from './patience.ts';

/** Whose code runs, and what it is: `plugin` is undefined for Padlock's own strategies. */
export interface Guarded {
  readonly plugin: string | undefined;
  /** "The flow "sms-pin"". */
  readonly what: string;
}

type Run = (...parameters: unknown[]) => unknown;

/**
 * The result of `run`, if it has the shape that `isWhole` tells. Throws what a strategy may throw: PadlockErrors whose code is built in or
 * carries the plugin's name. Anything else from a plugin is `plugin_crashed` or `plugin_contract`, told without its text, which may hold a secret.
 */
export async function guarded<T>(
  origin: Guarded,
  run: () => T | Promise<T>,
  isWhole: (result: T) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  let result: T;
  try {
    result = await run();
  } catch (error) {
    throw signal?.aborted ? abortReason(signal) : failureOf(error, origin);
  }
  if (!isWhole(result)) fail('plugin_contract', `${origin.what} did not return what it has to.`); // check: result of a strategy
  return result;
}

/** A function of a plugin that throws, now or later, only what {@link guarded} lets through, and that does nothing for no longer than that. */
export function fenced(run: Run, origin: Guarded, seconds: number): Run {
  const told = (error: unknown): never => {
    throw failureOf(error, origin);
  };
  return (...parameters) => {
    const patience = new Patience(origin.what, seconds);
    try {
      const result = run(...patience.watch(parameters));
      return isThenable(result) ? patience.over(Promise.resolve(result)).catch(told) : result;
    } catch (error) {
      return told(error);
    }
  };
}

/** An object of a plugin, such as an open store, whose methods are {@link fenced}, and those of what they return as well. */
export function fencedObject(made: unknown, origin: Guarded, seconds: number): unknown {
  if (typeof made !== 'object' || made === null) return made;
  const target = made;
  // not a Proxy of the object itself: a frozen one would have to give its members away as they are
  return new Proxy(
    {},
    {
      get(_, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const call = fenced((...parameters) => Reflect.apply(member, target, parameters), origin, seconds);
        return (...parameters: unknown[]) => {
          const result = call(...parameters);
          return isThenable(result)
            ? Promise.resolve(result).then((one) => (hasMethods(one) ? fencedObject(one, origin, seconds) : one))
            : result;
        };
      },
    },
  );
}

const hasMethods = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ['renew', 'release'].some((name) => typeof look(value, name) === 'function');

/** Why a strategy does not apply, or undefined when it does. */
export function whyNot(answer: unknown): string | undefined {
  if (answer === true) return undefined;
  const no = look(answer, 'no');
  return typeof no === 'string' ? no : 'it gives no reason';
}

/** What is thrown on when a strategy threw `error`. */
export function failureOf(error: unknown, { plugin, what }: Guarded, code: ErrorCode = 'plugin_crashed', did = 'crashed'): unknown {
  if (isPadlockError(error)) return ownCode(error, plugin, what);
  if (plugin === undefined) return error;
  const name = look(error, 'name');
  const how = typeof name === 'string' ? quoted(name) : `it threw a ${error === null ? 'null' : typeof error}`;
  return new PadlockError(code, { message: `${what} ${did} (${how}).`, cause: traceOf(error) });
}

/** A plugin's own codes begin with its name, so that nobody takes them for Padlock's. */
function ownCode(error: PadlockError, plugin: string | undefined, what: string): PadlockError {
  if (plugin === undefined || isErrorCode(error.code) || error.code.startsWith(`${plugin.replaceAll('-', '_')}_`)) return error;
  return new PadlockError('plugin_contract', {
    message: `${what} failed with the code ${quoted(error.code)}, which does not begin with its plugin's name.`,
  });
}

/** Where something was thrown, for whoever mends the plugin. */
function traceOf(error: unknown): Error | undefined {
  const stack = look(error, 'stack');
  if (typeof stack !== 'string') return undefined;
  const trace = new Error();
  trace.stack = ['Error', ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
  return trace;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => typeof look(value, 'then') === 'function';

/** A member of whatever it is: also of a Proxy that throws when it is looked at. */
export function look(value: unknown, member: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[member];
  } catch {
    return undefined; // it cannot be told
  }
}
