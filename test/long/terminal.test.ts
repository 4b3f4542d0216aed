/** Prompts, and `padlock sandbox` until it is interrupted: hardening.md I7–I9, conventions.md C15, C19, C22, C36. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BIN, makeHome, runCliTty, startCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const robin = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_FLOW: 'password',
  PADLOCK_USERNAME: idp().user.username,
});

/** What `stty -a` says that a prompt must put back. */
const RESTORED = / icanon .* echo /s;

/** The program on a terminal where these keys are pressed at its prompt; then its exit code, and what state the terminal is in. */
function atPrompt(keys: string): Promise<string> {
  const line = `stty cols 80; "${process.execPath}" "${BIN}" auth; echo "exit=$?"; stty -a`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: makeHome(), TERM: 'xterm-256color', SHELL: '/bin/sh', ...robin() },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let screen = '';
  let asked = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    screen += chunk;
    if (asked || !screen.includes('Password')) return;
    asked = true;
    child.stdin.write(keys);
  });
  return new Promise((resolve) => child.once('close', () => resolve(screen)));
}

describe('at a prompt', () => {
  test.each([
    ['I8, C22: Ctrl-C', '\u0003', 130],
    ['I9: Ctrl-D', '\u0004', 130],
    ['I9: Ctrl-D behind something', 'abc\u0004', 130],
    ['Escape', '\u001b', 130],
    ['I7: a password', 'pa55word\r', 0],
  ])('%s: the exit code, and the terminal as it was', async (_, keys, code) => {
    const screen = await atPrompt(keys);
    expect(screen).toContain(`exit=${code}`);
    expect(screen.slice(screen.indexOf('exit='))).toMatch(RESTORED);
    expect(screen).not.toContain('pa55word');
    expect(idp().requests.at('token')).toHaveLength(code === 0 ? 1 : 0);
  });

  test('what is missing is asked for, in order, and the answer is printed', async () => {
    const { PADLOCK_USERNAME: _, ...env } = robin();
    const { code, screen } = await runCliTty(['auth'], {
      env,
      type: [
        { when: /Username or email/, send: 'robin@percy.test\r' },
        { when: /Password/, send: 'pa55word\r', secret: true },
      ],
    });
    expect(code).toBe(0);
    expect(screen).toContain('Robin Percy');
  });

  test('without a flow it is asked for; the discouraged one is last and says so', async () => {
    const { PADLOCK_FLOW: _, ...env } = robin();
    const { code, screen } = await runCliTty(['auth'], {
      env,
      type: [
        { when: /How do you want to sign in\?[\s\S]*password/, send: '\u001b[A\u001b[A\r' }, // up from the first are the last ones
        { when: /Password/, send: 'pa55word\r', secret: true },
      ],
    });
    expect(code).toBe(0);
    expect(screen.indexOf('client-credentials')).toBeLessThan(screen.indexOf('password'));
    expect(screen).toContain('Robin Percy');
  });

  test('40 columns do', async () => {
    const { code, screen } = await runCliTty(['auth', '--no-color', '--accept-deprecated'], {
      env: robin(),
      columns: 40,
      type: [{ when: /Password/, send: 'pa55word\r', secret: true }],
    });
    expect(code).toBe(0);
    expect(screen).toMatch(/Email Address {2}robin@percy\.test/);
  });
});

describe('padlock sandbox', () => {
  test('stays until it is interrupted, and is the provider of its profile meanwhile', async () => {
    const home = makeHome();
    const running = startCli(['sandbox'], { home, allow: { stderr: ['pa55word'] } });
    await running.until(/Ctrl-C ends it/);
    const { code, screen } = await runCliTty(['auth', '-p', 'sandbox'], {
      home,
      type: [{ when: /Password/, send: 'pa55word\r', secret: true }],
    });
    expect({ code, robin: screen.includes('Robin Percy') }).toEqual({ code: 0, robin: true });
    await expect(running.end('SIGINT')).resolves.toMatchObject({ code: 130, stdout: '' });
  });

  test('ends when the process of its provider does, and says so', async () => {
    const running = startCli(['sandbox'], { allow: { stderr: ['pa55word'] } });
    await running.until(/Ctrl-C ends it/);
    const [provider = ''] = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').split(' ');
    process.kill(Number(provider), 'SIGKILL');
    await expect(running.ended()).resolves.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('ended with SIGKILL') });
  });
});
