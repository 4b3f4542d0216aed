/** A program that embeds Padlock, in a process of its own: nothing is read from its environment, printed, left open or left on its disk. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly home: string;
  /** Milliseconds between the program's last word and its end. */
  readonly lingered: number;
}

/** Variables that would change everything, if anybody read them. */
const MISLEADING = {
  PADLOCK_ISSUER: 'https://env-canary.invalid',
  PADLOCK_CLIENT_ID: 'env-canary',
  PADLOCK_CLIENT_SECRET: 'env-canary-secret',
  PADLOCK_USERNAME: 'env-canary',
  PADLOCK_PASSWORD: 'env-canary-password',
  PADLOCK_FORMAT: 'env-canary',
  PADLOCK_CONFIG: '/env-canary',
  PADLOCK_STORE: 'file',
  HTTP_PROXY: 'http://127.0.0.1:1',
  http_proxy: 'http://127.0.0.1:1',
  ALL_PROXY: 'http://127.0.0.1:1',
  DEBUG: '*',
};

/** A program that has `options`, `WATCHED`: what was read of the environment, and `OPEN()`: what keeps a process alive. */
function run(program: string, variant: 'rs256' | 'hs256' = 'rs256', given: 'password' | 'no password' = 'password'): Promise<Run> {
  const home = mkdtempSync(join(tmpdir(), 'padlock-embedder-'));
  const { username, password } = idp().user;
  const options = { ...idp().client('password', variant), values: { username, ...(given === 'password' && { password }) } };
  const source = `
    const options = JSON.parse(process.env.TEST_OPTIONS);
    const WATCHED = [];
    process.env = new Proxy({ ...process.env }, { get(env, name) {
      if (/^(PADLOCK_|HOME$|XDG_|https?_proxy$|no_proxy$|all_proxy$)/i.test(String(name))) WATCHED.push(name);
      return env[name];
    } });
    const OPEN = () => process.getActiveResourcesInfo().filter((one) => /TCP|TLS|Timeout|Worker|Process/.test(one));
    ${program}`;
  return new Promise((resolve) => {
    let last = 0;
    const child = execFile(
      process.execPath,
      ['--input-type=module', '--eval', source],
      {
        env: { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: home, ...MISLEADING, TEST_OPTIONS: JSON.stringify(options) },
        timeout: 30_000,
      },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr, home, lingered: Date.now() - last }),
    );
    child.stdout?.on('data', () => {
      last = Date.now();
    });
  });
}

describe('a program that embeds Padlock', () => {
  test('is asked nothing by an import and by the making of a Padlock', async () => {
    const { stdout, stderr, code, home } = await run(`
      const { createPadlock } = await import('padlock-auth');
      createPadlock(options);
      console.log(JSON.stringify([WATCHED, ...OPEN()]));
    `);
    expect([code, stderr, JSON.parse(stdout), readdirSync(home)]).toEqual([0, '', [[]], []]);
    expect(idp().requests.all).toEqual([]);
  });

  test.each(['rs256', 'hs256'] as const)('signs in from its options alone, and ends by itself (%s)', async (variant) => {
    const { stdout, stderr, code, home, lingered } = await run(
      `
      const { createPadlock } = await import('padlock-auth');
      const padlock = createPadlock(options);
      const session = await padlock.authenticate();
      const { value } = await padlock.token();
      console.log(JSON.stringify([session.user.name, typeof value, WATCHED]));`,
      variant,
    );
    expect([code, stderr, JSON.parse(stdout), readdirSync(home)]).toEqual([0, '', ['Robin Percy', 'string', []], []]);
    expect(lingered).toBeLessThan(2000);
  });

  test('ends by itself after a failure, too, and prints nothing that it does not print', async () => {
    const { stdout, stderr, code } = await run(`
      const { createPadlock, isPadlockError } = await import('padlock-auth');
      const padlock = createPadlock({ ...options, values: { ...options.values, password: 'wrong-canary' } });
      const error = await padlock.authenticate().catch((thrown) => thrown);
      const { inspect } = await import('node:util');
      console.log(JSON.stringify([isPadlockError(error), error.code, inspect(error, { depth: 9 }).includes('canary')]));
      await padlock[Symbol.asyncDispose]();
    `);
    expect([code, stderr, JSON.parse(stdout)]).toEqual([0, '', [true, 'auth_invalid_grant', false]]);
  });

  test('has no open handle after the end of a Padlock', async () => {
    const { stdout, code } = await run(`
      const { createPadlock } = await import('padlock-auth');
      const padlock = createPadlock(options);
      await padlock.authenticate();
      await padlock[Symbol.asyncDispose]();
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      console.log(JSON.stringify(OPEN()));
    `);
    expect([code, JSON.parse(stdout)]).toEqual([0, []]);
  });

  test('keeps no password in its memory longer than the Padlock that sent it (BCP 53)', async () => {
    const hex = Buffer.from(idp().user.password).toString('hex');
    const { stdout, stderr, code } = await run(
      `
      const { createPadlock } = await import('padlock-auth');
      const { getHeapSnapshot } = await import('node:v8');
      const password = () => Buffer.from('${hex}', 'hex').toString();
      const memory = async () => {
        await new Promise(setImmediate);
        const parts = [];
        for await (const part of getHeapSnapshot()) parts.push(part);
        return Buffer.concat(parts).includes(Buffer.from('${hex}', 'hex'));
      };
      let padlock = createPadlock({ ...options, values: { ...options.values, password: async () => password() } });
      const { user } = await padlock.authenticate();
      const during = await memory(); // what it prints is searched for its secrets
      await padlock[Symbol.asyncDispose]();
      padlock = undefined;
      console.log(JSON.stringify([user.name, during, await memory()]));`,
      'rs256',
      'no password',
    );
    expect([code, stderr, JSON.parse(stdout)]).toEqual([0, '', ['Robin Percy', true, false]]);
  });

  test('knows the errors of another copy of Padlock', async () => {
    const { stdout } = await run(`
      const { createRequire } = await import('node:module');
      const { pathToFileURL } = await import('node:url');
      const url = pathToFileURL(createRequire(process.cwd() + '/x.js').resolve('padlock-auth/package.json'));
      const [one, two] = [await import(new URL('dist/index.js', url)), await import(new URL('dist/core/errors.js?copy', url))];
      console.log(JSON.stringify([one.PadlockError === two.PadlockError, one.isPadlockError(new two.PadlockError('internal'))]));
    `);
    expect(JSON.parse(stdout)).toEqual([false, true]);
  });
});
