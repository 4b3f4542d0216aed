/** Signals: hardening.md I10–I12. At a prompt: test/long/terminal.test.ts. */
import { spawn } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { BIN, makeHome } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const robin = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_FLOW: 'password',
  PADLOCK_USERNAME: idp().user.username,
});

/** Signals during requests are rows of the fault matrix (I10–I12). */
describe('a signal', () => {
  test('while standard input is waited for', async () => {
    const child = spawn(process.execPath, [BIN, 'auth', '--password-stdin'], {
      env: { PATH: process.env.PATH, HOME: makeHome(), ...robin() },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    child.stderr.resume();
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill('SIGTERM');
    expect([143, 'SIGTERM']).toContain(await ended); // the latter if it had not even begun to listen
  });
});
