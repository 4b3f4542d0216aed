/** The interaction budget: however many processes need a human at once, one asks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BIN, makeHome, runCli } from '../support/cli.ts';
import { envOf, sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const COUNT = 25;

let home: string;
const env = (): Record<string, string> => ({
  ...envOf(idp().client('password')),
  PADLOCK_FLOW: 'password',
  PADLOCK_USERNAME: idp().user.username,
});

interface Seat {
  readonly child: ChildProcess;
  screen: string;
  readonly code: Promise<number | null>;
}
const seats: Seat[] = [];

/** `padlock token --login` on a terminal of its own. */
function sitDown(): Seat {
  const child = spawn('script', ['-qefc', `stty cols 80; exec "${process.execPath}" "${BIN}" token --login`, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: home, TERM: 'xterm-256color', SHELL: '/bin/sh', LANG: 'C.UTF-8', ...env() },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const seat: Seat = { child, screen: '', code: new Promise((resolve) => child.once('close', resolve)) };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    seat.screen += chunk;
  });
  seats.push(seat);
  return seat;
}

const asked = (): readonly Seat[] => seats.filter(({ screen }) => /Password/.test(screen));
async function untilAsked(): Promise<Seat> {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(50)) {
    const [seat] = asked();
    if (seat !== undefined) return seat;
  }
  throw new Error(`Nobody was asked: ${seats[0]?.screen}`);
}

describe(`${COUNT} processes on terminals, and nobody is signed in`, () => {
  beforeEach(() => {
    home = makeHome();
  });
  afterEach(() => {
    for (const { child } of seats.splice(0)) child.kill('SIGKILL');
  });

  test('one asks for the password, and all print the token that it gets', async () => {
    for (let at = 0; at < COUNT; at++) sitDown();
    const one = await untilAsked();
    await pause(5000); // whoever wanted to ask, too, would have
    expect(asked()).toHaveLength(1);
    one.child.stdin?.write(`${idp().user.password}\r`);
    expect(await Promise.all(seats.map(({ code }) => code))).toEqual(seats.map(() => 0));
    expect(asked()).toHaveLength(1);
    const tokens = new Set(seats.filter((seat) => seat !== one).map(({ screen }) => screen.trim()));
    expect(tokens.size).toBe(1);
    expect(one.screen).toContain([...tokens][0]);
    expect(idp().requests.at('token')).toHaveLength(1);
  });

  test('after a wrong password nobody else is asked, and everybody is told how to sign in', async () => {
    for (let at = 0; at < 8; at++) sitDown();
    const one = await untilAsked();
    one.child.stdin?.write('not-the-password\r');
    expect(await Promise.all(seats.map(({ code }) => code))).toEqual(seats.map(() => 4));
    expect(asked()).toHaveLength(1);
    expect(idp().requests.at('token')).toHaveLength(1);
    for (const seat of seats) if (seat !== one) expect(seat.screen).toContain('padlock auth');
    // what a script does next is told at once, too, and padlock auth works
    expect((await runCli(['token', '--login', '--json'], { home, env: env() })).code).toBe(4);
    const signedIn = await runCli(['auth', '--quiet', '--json'], { home, env: { ...env(), PADLOCK_PASSWORD: idp().user.password } });
    expect(signedIn.code).toBe(0);
    expect((await runCli(['token'], { home, env: env() })).code).toBe(0);
  });

  test('one that cannot ask does not keep the others from asking', async () => {
    const { code, stderr } = await runCli(['token', '--login', '--json'], { home, env: env() });
    expect({ code, error: JSON.parse(stderr).error }).toMatchObject({ code: 2 });
    const seat = sitDown();
    (await untilAsked()).child.stdin?.write(`${idp().user.password}\r`);
    expect(await seat.code).toBe(0);
  });
});
