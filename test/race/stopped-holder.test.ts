import { beforeEach, describe, expect, test } from '@jest/globals';
import { makeHome, type RunningCli, runCli, startCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

let home: string;
const env = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_USERNAME: idp().user.username,
  PADLOCK_STORE: 'file',
});
const padlock = (args: readonly string[], more: Record<string, string> = {}) =>
  runCli(args, { home, env: { ...env(), ...more }, deadline: 30_000 });
const signIn = () => padlock(['auth', '--json', '--show-tokens'], { PADLOCK_PASSWORD: idp().user.password });

/** A session whose token is over, and a process that stopped in the middle of refreshing it. */
async function stoppedHolder(): Promise<RunningCli> {
  idp().next('token', { response: { expires_in: 1 } });
  expect(await signIn()).toMatchObject({ code: 0 });
  idp().requests.clear();
  idp().next('token', { delay: 1000 });
  const holder = startCli(['token'], { home, env: env(), deadline: 60_000 });
  while (idp().requests.at('token').length === 0) await pause(10);
  process.kill(holder.pid, 'SIGSTOP');
  return holder;
}

async function goOn(holder: RunningCli): Promise<number> {
  process.kill(holder.pid, 'SIGCONT');
  return (await holder.ended()).code;
}

describe('while the process that refreshes is stopped', () => {
  beforeEach(() => {
    home = makeHome();
  });

  test('the others end with store_locked, within their time, and nothing is sent a second time', async () => {
    const holder = await stoppedHolder();
    const waiting = await Promise.all([1, 2, 3].map(() => padlock(['token', '--timeout', '1', '--json'])));
    for (const { code, stderr } of waiting) {
      expect(code).toBe(9);
      expect(JSON.parse(stderr).error).toMatchObject({ code: 'store_locked', retryable: true });
    }
    expect(idp().requests.at('token')).toHaveLength(1);
    expect(await goOn(holder)).toBe(0);
    expect(await padlock(['token'])).toMatchObject({ code: 0 });
    expect(idp().requests.at('token')).toHaveLength(1);
  }, 60_000);

  test('signing in works, and what the stopped one got does not overwrite it', async () => {
    const holder = await stoppedHolder();
    const newer = await signIn();
    expect(newer.code).toBe(0);
    const { value } = JSON.parse(newer.stdout).tokens.access;
    await goOn(holder);
    expect((await padlock(['token'])).stdout.trim()).toBe(value);
    expect(idp().requests.at('revocation')).toHaveLength(1);
  }, 60_000);

  test('signing out works, and the session does not come back', async () => {
    const holder = await stoppedHolder();
    expect(await padlock(['logout'])).toMatchObject({ code: 0 });
    expect(await goOn(holder)).toBe(4);
    expect(await padlock(['token', '--json'])).toMatchObject({ code: 4 });
    expect((await padlock(['logout'])).stderr).toContain('Nobody is signed in');
  }, 60_000);
});
