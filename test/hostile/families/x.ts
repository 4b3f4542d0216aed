/** X: exhaustion and robustness. */

import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { PACKAGE } from '../../support/cli.ts';
import type { Provocation, Row, World } from '../row.ts';

const happy = (id: string, what: string, run: Partial<Provocation>, more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: {},
  run: { args: ['auth'], ...run },
  exit: 0,
  check: ({ json }) => expect(json()).toMatchObject({ user: { name: 'Robin Percy' } }),
  ...more,
});

const MANY = 10_000;
/** As many copies of the one file of a kind as make up a large store. */
function multiply(folder: string, isOne: RegExp, name: () => string): void {
  const one = readdirSync(folder).find((each) => isOne.test(each)) ?? '';
  for (let at = 1; at < MANY; at++) copyFileSync(join(folder, one), join(folder, name()));
}
/** A home with many entries; processor time is compared with that of the same command before. */
let alone = 0;
const crowded = async ({ home, measure }: World): Promise<Provocation> => {
  alone = await measure(['token']);
  multiply(join(home, '.local/state/padlock/sessions'), /^[\w-]{40,}$/, () => randomBytes(32).toString('base64url'));
  multiply(join(home, '.cache/padlock'), /^jwks-/, () => `jwks-${randomBytes(32).toString('hex')}.json`);
  return { args: ['token'] };
};

/** The program lives at another time than everybody else. */
const clockAt = (year: number): string => `
  const { now } = Date;
  const shift = Date.UTC(${year}, 0, 2) - now();
  globalThis.Date = class extends Date {
    constructor(...given) { if (given.length === 0) super(now() + shift); else super(...given); }
    static now() { return now() + shift; }
  };`;
const wrongClock = (id: string, year: number, claims: object, code: NonNullable<Row['code']>): Row => ({
  id,
  what: `the clock says ${year}${'nbf' in claims ? ', and the token names its beginning' : ''}`,
  answers: { token: { idToken: { claims: claims as Record<string, unknown> } } },
  run: { args: ['auth'], preload: clockAt(year) },
  exit: 8,
  code,
  check: ({ error }) => expect(error?.hint).toMatch(/clock/i),
});

const timeless = (text: string): string => text.replace(/("expires_in": )\d+/g, '$1…');
/** The same to the byte in every language and place, but for the seconds that passed. */
const elsewhere = (id: string, env: Record<string, string>): Row => ({
  id,
  what: `the answer is the same with ${Object.entries(env)
    .map((pair) => pair.join('='))
    .join(' ')}`,
  answers: {},
  signedIn: true,
  run: { args: ['sessions'], env },
  exit: 0,
  check: async ({ stdout }, { output }) => expect(timeless(stdout)).toBe(timeless(await output(['sessions', '--json']))),
});

const LOGINS = `
  import { createPadlock } from 'padlock-auth';
  const { PADLOCK_ISSUER: issuer, PADLOCK_CLIENT_ID: clientId, PADLOCK_CLIENT_SECRET: clientSecret, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password } = process.env;
  const signIn = async () => {
    const padlock = createPadlock({ issuer, clientId, clientSecret, flow: 'password', values: { username, password } });
    await padlock.authenticate();
    await padlock[Symbol.asyncDispose]();
  };
  const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const hundred = async () => {
    for (let at = 0; at < 100; at++) await signIn();
    gc();
    return { rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed, listeners: listeners() };
  };
  // What a process holds moves up and down by a tenth; the lowest of some rounds is what it cannot give back.
  const rounds = async (count) => {
    const seen = [];
    for (let at = 0; at < count; at++) seen.push(await hundred());
    return { ...seen.at(-1), rss: Math.min(...seen.map(({ rss }) => rss)) };
  };
  await rounds(8); // the heap has its size by then
  const before = await rounds(5);
  const after = await rounds(10);
  await new Promise((resolve) => setTimeout(resolve, 3000)); // idle connections are closed by then
  console.log(JSON.stringify({ before, after, handles: process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)) }));`;

export const X: readonly Row[] = [
  {
    id: 'X1',
    what: `${MANY} entries of the store and of the cache`,
    answers: {},
    signedIn: true,
    run: crowded,
    exit: 0,
    allow: { stdout: ['issued'] },
    once: 'once is enough of it',
    within: 20,
    check: ({ cpu }) => expect(cpu).toBeLessThan(alone + 500),
  },
  happy('X2', 'a heap of 64 MB', { execArgv: ['--max-old-space-size=64'] }),
  happy('X3a', '32 open files', { under: 'ulimit -n 32; exec "$@"' }),
  happy(
    'X3b',
    '24 open files, and a token',
    { args: ['token'], under: 'ulimit -n 24; exec "$@"' },
    { allow: { stdout: ['issued'] }, check: ({ json }) => expect(json()).toMatchObject({ token_type: 'Bearer' }) },
  ),
  {
    id: 'X4',
    what: 'a thousand sign-ins more in one process leave nothing behind',
    answers: {},
    run: { args: [], program: LOGINS, execArgv: ['--expose-gc'] },
    exit: 0,
    once: 'it has no terminal',
    within: 240, // on a machine that is busy; alone it takes ten seconds
    check: ({ json }) => {
      const { before, after, handles } = json() as Record<'before' | 'after', { rss: number; heap: number; listeners: number }> & {
        handles: unknown;
      };
      expect(after.rss).toBeLessThan(before.rss * 1.1);
      expect(after.heap).toBeLessThan(before.heap * 1.2); // code that was compiled meanwhile counts too
      expect({ listeners: after.listeners, handles }).toEqual({ listeners: before.listeners, handles: [] });
    },
  },
  happy('X5', 'a read-only root, no HOME, and a user without an account', {
    args: ['auth', '--no-store'],
    env: { HOME: undefined, TMPDIR: undefined },
    under: `exec unshare -m bash -c 'mount --make-rprivate / && mount -t tmpfs none /mnt && cp -r "${PACKAGE}" /mnt/package && mount -o remount,ro,bind / && exec setpriv --reuid=54321 --regid=54321 --clear-groups "$1" /mnt/package/dist/bin/padlock.cjs "\${@:5}"' bash "$@"`,
  }),
  wrongClock('X6a', 1970, { nbf: Math.floor(Date.UTC(2020, 0) / 1000) }, 'token_not_yet_valid'),
  wrongClock('X6b', 1970, {}, 'token_iat'),
  wrongClock('X6c', 2100, {}, 'token_expired'),
  elsewhere('X7a', { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr' }),
  elsewhere('X7b', { TZ: 'Pacific/Chatham' }),
  elsewhere('X7c', { LANG: 'C', LC_ALL: 'POSIX' }),
  happy('X8a', 'Node without __proto__', { execArgv: ['--disable-proto=throw'] }),
  happy(
    'X8b',
    'Node with frozen intrinsics',
    { execArgv: ['--frozen-intrinsics', '--no-warnings'] },
    { once: 'pino, which --debug needs, does not run there' },
  ),
];
