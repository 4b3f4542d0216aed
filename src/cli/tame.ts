/** A process in which plugins run too: what they print, throw later or end must not become Padlock's answer, its crash or its exit code. */
import { PadlockError } from '../core/errors.ts';

/** The environment, for Padlock alone: a plugin and whatever it starts find none of Padlock's variables, which may hold secrets. */
export function ownEnvironment(process: NodeJS.Process): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (name.toUpperCase().startsWith('PADLOCK_')) delete process.env[name];
  return env;
}

/** Node's, of connections whose certificates Padlock checks all the same: see unchecked-tls.ts. */
const FALSE_ALARM = 'Setting the NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * From now on standard output is for the answer alone, and whatever would end the process aborts `controller`, so that it ends in order.
 * `openStdout`: opens the stream, which costs time, when somebody looks at it.
 */
export function tame(process: NodeJS.Process, controller: AbortController, openStdout: () => NodeJS.WriteStream): void {
  let stdout: NodeJS.WriteStream | undefined;
  const ledAside = (): NodeJS.WriteStream => {
    if (stdout !== undefined) return stdout;
    const stream = openStdout();
    stream.write = ((...parameters: Parameters<typeof stream.write>) => process.stderr.write(...parameters)) as typeof stream.write; // check: stdout is the answer
    stdout = stream;
    return stream;
  };
  Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, get: ledAside });
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).startsWith(FALSE_ALARM)) emitWarning.call(process, warning, ...rest);
  }) as typeof emitWarning; // check: what Padlock says better itself
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      if (!controller.signal.aborted) controller.abort(error);
      process.exitCode ||= 1; // it may be too late for anybody to hear of it
    }); // check: crashes are reported
  if (`${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`.includes('--report'))
    // a report of Node's holds the environment and the command line
    Object.assign(process.report, { reportOnFatalError: false, reportOnSignal: false, reportOnUncaughtException: false }); // check: no reports
  process.exit = (() => {
    const ended = new PadlockError('plugin_crashed', { message: 'A plugin tried to end the process.' });
    if (!controller.signal.aborted) controller.abort(ended);
    throw ended;
  }) as typeof process.exit; // check: nobody ends the process
}
