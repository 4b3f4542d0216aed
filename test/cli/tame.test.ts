/** Plugins live in Padlock's process: hardening.md P8, P9, L5, without a process. */
import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { tame } from '../../src/cli/tame.ts';

function tamed(execArgv: readonly string[] = []) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[name] += text;
      return true;
    },
  });
  const own: { exitCode: number | undefined; exit(code: number): void } = { exitCode: undefined, exit: () => {} };
  const warnings: string[] = [];
  const fake = Object.assign(
    new EventEmitter(),
    {
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      execArgv,
      env: {},
      report: { reportOnFatalError: true, reportOnSignal: true, reportOnUncaughtException: true },
      emitWarning: (text: string) => warnings.push(text),
    },
    own,
  );
  const controller = new AbortController();
  const { stdout } = fake;
  tame(fake as unknown as NodeJS.Process, controller, () => stdout as unknown as NodeJS.WriteStream);
  return { fake, controller, warnings, written };
}

describe('in a process that is Padlock’s own', () => {
  test('what others print goes to stderr', () => {
    const { fake, written } = tamed();
    fake.stdout.write('chatter');
    expect(written).toEqual({ stdout: '', stderr: 'chatter' });
  });

  test('Node writes no report, which would hold the environment', () => {
    const off = { reportOnFatalError: false, reportOnSignal: false, reportOnUncaughtException: false };
    expect(tamed(['--report-on-fatalerror']).fake.report).toEqual(off);
    expect(tamed().fake.report.reportOnSignal).toBe(true); // nobody asked for one, so nothing of Node's is loaded
  });

  test.each(['uncaughtException', 'unhandledRejection'])('an %s ends what runs, once, and is the reason', (event) => {
    const { controller, fake } = tamed();
    const [first, second] = [new Error('first'), new Error('second')];
    fake.emit(event, first);
    fake.emit(event, second);
    expect(controller.signal).toMatchObject({ aborted: true, reason: first });
    expect(fake.exitCode).toBe(1);
  });

  test('an exit code that was decided stays', () => {
    const { fake } = tamed();
    fake.exitCode = 9;
    fake.emit('uncaughtException', new Error('late'));
    expect(fake.exitCode).toBe(9);
  });

  test('Node does not say that certificates are unchecked, which Padlock checks', () => {
    const { fake, warnings } = tamed();
    fake.emitWarning("Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections insecure");
    fake.emitWarning('something else is deprecated');
    expect(warnings).toEqual(['something else is deprecated']);
  });

  test('nobody else ends it', () => {
    const { controller, fake } = tamed();
    const crashed = expect.objectContaining({ code: 'plugin_crashed' });
    expect(() => fake.exit(0)).toThrow(crashed);
    expect(controller.signal.reason).toEqual(crashed);
    const reason = controller.signal.reason;
    expect(() => fake.exit(0)).toThrow(crashed);
    expect(controller.signal.reason).toBe(reason);
  });
});
