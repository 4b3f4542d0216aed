/** R: many at once, and refreshing. What a row reads between two processes is in the home: numbers of processes, and when to go on. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { ownIdentity } from '../../../src/cli/node-process.ts';
import type { Launched } from '../../support/launch.ts';
import { knowing } from '../fingerprint.ts';
import { type Answer, raw, refusal } from '../network/answer.ts';
import type { Row, World } from '../row.ts';
import { firstWatched } from '../watched.ts';
import { entries, entryOf, later, NOBODY_ASKED, writeProfiles } from './f-store.ts';

const REFRESH = ['token', '--refresh'];
const ISSUED = { allow: { stdout: ['issued'] } } as const;
/** Five seconds before the token is over, which is too late to hand it out. */
const OVER = later(3595);
const accessTokens = ({ idp }: World): readonly string[] => [...idp.good.issued].filter((token) => token.startsWith('at-'));
const grants = ({ idp }: World): readonly (string | null)[] => idp.at('token').map(({ form }) => form.get('grant_type'));

/** That many processes at once; the exit code is that of one that failed, if one did. */
const crowd = (count: number): string => `
  for at in $(seq ${count}); do "$@" > "$HOME/work/$at.out" 2> "$HOME/work/$at.err" & all+=($!); done
  for one in "\${all[@]}"; do wait "$one" || code=$?; done
  exit \${code:-0}`;
const race = (id: string, what: string, count: number, more: Partial<Row> = {}, requests = 1): Row => ({
  id,
  what: `${count} processes whose token is over, at ${what}`,
  answers: {},
  signedIn: true,
  run: { args: ['token'], plain: true, preload: OVER, under: crowd(count) },
  exit: 0,
  allow: { '.out': ['issued'] },
  afterwards: 'kept',
  once: 'they have no terminal',
  within: 120,
  check: (_, world) => {
    const printed = readdirSync(join(world.home, 'work')).filter((name) => name.endsWith('.out'));
    expect(new Set(printed.map((name) => readFileSync(join(world.home, 'work', name), 'utf8')))).toEqual(
      new Set([`${accessTokens(world).at(-1)}\n`]),
    );
    expect([printed.length, world.idp.at('token').length]).toEqual([count, requests + 1]);
  },
  ...more,
});
const CROWDS: readonly Row[] = [
  race('R1', 'a provider that rotates', 10),
  race('R2', 'a provider that rotates', 25),
  race('R3', 'a provider that rotates', 50),
  race('R4', 'a provider that takes two seconds', 10, { answers: { token: { after: 2000 } } }),
  race('R5', 'a provider that is busy at first', 10, { answers: { token: [{ status: 503, body: '' }, {}] } }, 2),
];

/** A first process that holds the lease and waits for its answer; the second begins when the row says so. */
const AFTER_ANOTHER = `
  exec 3>&2 2> /dev/null # bash tells of everybody who was killed
  "$@" > /dev/null 3>&- & holder=$!
  echo $holder > "$HOME/work/holder"
  until [ -e "$HOME/work/go" ]; do sleep 0.05; done
  "$@" 2>&3 3>&-; code=$?
  kill -KILL $holder; wait $holder
  exit $code`;
/** Two tokens are asked for: that of the sign-in before, and the holder's. */
const whenHeld = (signal: NodeJS.Signals) =>
  knowing({ signal }, async (_: Launched, { home, idp }: World): Promise<void> => {
    await idp.asked('token', 2);
    process.kill(Number(readFileSync(join(home, 'work/holder'), 'utf8')), signal);
    writeFileSync(join(home, 'work/go'), '');
  });
const HOLDERS: readonly Row[] = [
  {
    id: 'R6',
    what: 'the one that refreshes is stopped',
    answers: { token: raw('silence') },
    signedIn: true,
    run: { args: [...REFRESH, '--timeout', '1'], under: AFTER_ANOTHER, during: whenHeld('SIGSTOP') },
    exit: 9,
    code: 'store_locked',
    within: 30,
    afterwards: 'kept',
    once: 'the signal would be for script',
    check: ({ error }, world) => {
      expect(error?.retryable).toBe(true);
      expect(grants(world)).toEqual(['password', 'refresh_token']); // nobody refreshes without the lease
    },
  },
  {
    id: 'R7',
    what: 'the one that refreshes is killed before it was answered',
    answers: { token: [raw('silence'), {}] },
    signedIn: true,
    run: { args: REFRESH, under: AFTER_ANOTHER, during: whenHeld('SIGKILL') },
    exit: 0,
    ...ISSUED,
    within: 30,
    afterwards: 'kept',
    once: 'the signal would be for script',
    check: (_, world) => expect(grants(world)).toEqual(['password', 'refresh_token', 'refresh_token']),
  },
  ...(['lease', 'lock'] as const).map(
    (kind): Row => ({
      id: `R8${kind}`,
      what: `a ${kind} whose number is another process by now`,
      answers: {},
      signedIn: true,
      run: async ({ home }) => {
        const process = { ...(await ownIdentity()), started: '1' }; // as long as the machine runs: that one is gone
        writeFileSync(`${entryOf(home)}.${kind}`, JSON.stringify({ process, nonce: crypto.randomUUID(), length: 600_000 }), {
          mode: 0o600,
        });
        return { args: REFRESH };
      },
      exit: 0,
      ...ISSUED,
    }),
  ),
];

/** The refresh was asked for and not answered yet; then it is. */
const meanwhile = (args: readonly string[]) =>
  knowing({ args }, async (_: Launched, { idp, output }: World): Promise<void> => {
    await idp.asked('token', 2);
    await output(args);
    idp.open();
  });
const refreshing = (id: string, what: string, args: readonly string[], more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: { token: [{ after: 'opened' }, {}] },
  signedIn: true,
  run: { args: REFRESH, env: NOBODY_ASKED, during: meanwhile(args) },
  exit: 0,
  ...ISSUED,
  within: 30,
  once: 'what happens meanwhile was watched without a terminal',
  ...more,
});
/** It is the token of the sign-in that came last. */
const newest: Row['check'] = async ({ json }, world) => {
  expect(json().access_token).toBe(JSON.parse(await world.output(['token', '--json'])).access_token);
  expect(grants(world)).toEqual(['password', 'refresh_token', 'password']);
};
const CHANGES: readonly Row[] = [
  refreshing('R9', 'somebody signs in during a refresh', ['auth', '--json'], {
    afterwards: 'kept',
    check: async (outcome, world) => {
      await newest(outcome, world);
      expect(world.idp.at('revoke')).toHaveLength(1); // what the refresh got is given back
    },
  }),
  refreshing('R10', 'somebody signs out during a refresh', ['logout', '--json'], {
    exit: 4,
    code: 'auth_login_required',
    afterwards: 'gone',
    check: (_, { home, idp }) => {
      expect(idp.at('revoke')).toHaveLength(2); // of the session, and of what the refresh got
      expect(entries(home)).toHaveLength(1); // which one was meant
    },
  }),
  refreshing('R11', 'a refresh is refused while somebody signs in', ['auth', '--json'], {
    answers: { token: [{ ...refusal('invalid_grant'), after: 'opened' }, {}] },
    afterwards: 'kept',
    check: newest,
  }),
];

const TWO: Row = {
  id: 'R15',
  what: 'another profile is not kept waiting',
  answers: { token: [{ after: 'opened' }, {}] },
  signedIn: true,
  run: async (world) => {
    const { idp, output } = world;
    idp.behave();
    writeProfiles(world, 'two');
    await output(['auth', '--json', '--profile', 'two']);
    idp.behave({ token: [{ after: 'opened' }, {}] });
    return {
      args: REFRESH,
      during: async () => {
        await idp.asked('token', 3);
        await output([...REFRESH, '--json', '--profile', 'two']);
        idp.open();
      },
    };
  },
  exit: 0,
  ...ISSUED,
  within: 30,
  once: 'what happens meanwhile was watched without a terminal',
  check: (_, world) => expect(grants(world)).toEqual(['password', 'password', 'refresh_token', 'refresh_token']),
};

/** A provider that does not rotate, which is to say that the one refresh token stays good. */
const WITHOUT_ROTATION: Answer = ({ form }) =>
  form.get('grant_type') === 'refresh_token'
    ? { status: 200, body: { access_token: 'at-of-a-provider-that-does-not-rotate', token_type: 'Bearer', expires_in: 3600 } }
    : {};
const NO_LINKS = `
  const fs = require('node:fs');
  const refuse = async () => { throw Object.assign(new Error('no links here'), { code: 'EPERM' }); };
  const refuseSync = () => { throw Object.assign(new Error('no links here'), { code: 'EPERM' }); };
  Object.assign(fs.promises, { link: refuse, symlink: refuse });
  Object.assign(fs, { linkSync: refuseSync, symlinkSync: refuseSync, link: (...all) => refuse().catch(all.at(-1)), symlink: (...all) => refuse().catch(all.at(-1)) });
  require('node:module').syncBuiltinESMExports();`;
const ANSWERS: readonly Row[] = [
  {
    id: 'R12',
    what: 'no new refresh token: the old one stays',
    answers: { token: WITHOUT_ROTATION },
    signedIn: true,
    run: { args: REFRESH },
    exit: 0,
    afterwards: 'kept',
    check: ({ json }) => expect(json().access_token).toBe('at-of-a-provider-that-does-not-rotate'),
  },
  {
    id: 'R14a',
    what: 'the answer is lost after the provider rotated',
    answers: { token: { lost: true } },
    signedIn: true,
    run: { args: REFRESH, env: NOBODY_ASKED },
    exit: 6,
    code: 'net_reset',
    afterwards: { none: 'R14b is the next run' },
    check: (_, world) => expect(grants(world)).toEqual(['password', 'refresh_token']),
  },
  {
    id: 'R14b',
    what: 'the next run after that is told to sign in, and so are all that follow, without a word to the provider',
    answers: { token: [{ lost: true }, {}] },
    signedIn: true,
    run: { args: REFRESH, env: NOBODY_ASKED, under: `"$@" > /dev/null 2>&1; "$@"; code=$?; "$@" > /dev/null 2>&1; exit $code` },
    exit: 4,
    code: 'auth_refresh_rejected',
    afterwards: { none: 'the provider took the whole family back' },
    check: ({ error }, world) => {
      expect(error?.hint).toContain('padlock auth');
      expect(grants(world)).toEqual(['password', 'refresh_token', 'refresh_token']);
    },
  },
  {
    id: 'R16',
    what: 'a file system without links',
    answers: {},
    signedIn: true,
    run: { args: REFRESH, preload: NO_LINKS },
    exit: 0,
    ...ISSUED,
  },
  ...(
    [
      ['R17sub', 'another user', { claims: { sub: 'kim' } }, 'token_sub_mismatch'],
      ['R17iss', 'another issuer', { claims: { iss: 'https://evil.example' } }, 'token_issuer'],
      ['R17sig', 'a signature of nobody', { key: 'stranger' }, 'token_signature'],
    ] as const
  ).map(
    ([id, what, idToken, code]): Row => ({
      id,
      what: `a refresh that brings ${what}`,
      answers: { token: { idToken } },
      signedIn: true,
      run: { args: REFRESH },
      exit: 8,
      code,
      afterwards: 'kept', // by the new refresh token: the spent one would end the family
    }),
  ),
];

const REFUSED: Row = {
  id: 'R18a',
  what: 'a refusal where nobody may be asked: on a terminal, too, nobody is',
  answers: { token: refusal('invalid_grant') },
  signedIn: true,
  run: { args: [...REFRESH, '--no-input'], env: NOBODY_ASKED, terminal: {} },
  exit: 4,
  code: 'auth_refresh_rejected',
  afterwards: 'gone',
  check: ({ stdout }) => expect(stdout).not.toMatch(/password|username/i),
};
const AUTOMATION: readonly Row[] = [
  REFUSED,
  {
    ...REFUSED,
    id: 'R18b',
    what: 'the run after the refusal: the refresh token is gone, and nobody is asked',
    run: { args: ['token', '--no-input', '--refresh'], env: NOBODY_ASKED, terminal: {}, under: `"$@" > /dev/null 2>&1; exec "$@"` },
    code: 'auth_login_required',
    check: async (outcome, world) => {
      await REFUSED.check?.(outcome, world);
      expect(grants(world)).toEqual(['password', 'refresh_token']);
    },
  },
  {
    ...REFUSED,
    id: 'R18c',
    what: 'signing in again is allowed, and asking is not',
    run: { args: ['token', '--login', '--no-input', '--refresh'], env: NOBODY_ASKED, terminal: {} },
    exit: 2,
    code: 'usage_missing_option',
    check: ({ stdout }, world) => {
      expect(stdout).not.toMatch(/Password:|\? /);
      expect(grants(world)).toEqual(['password', 'refresh_token']);
    },
  },
];

const CALLERS = `
  import { createPadlock, isPadlockError } from 'padlock-auth';
  const { PADLOCK_ISSUER: issuer, PADLOCK_CLIENT_ID: clientId, PADLOCK_CLIENT_SECRET: clientSecret, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password } = process.env;
  const padlock = createPadlock({ issuer, clientId, clientSecret, flow: 'password', values: { username, password } });
  const hundred = () => Promise.all(Array.from({ length: 100 }, () => padlock.token().then(({ value }) => value, (error) => isPadlockError(error) && error.code)));
  const rounds = [await hundred(), await hundred()].map((round) => [...new Set(round)]);
  await padlock[Symbol.asyncDispose]();
  console.log(JSON.stringify(rounds.map((round) => round.map((each) => (/^at-/.test(each) ? 'token' : each)))));`;
const callers = (id: string, what: string, answers: Row['answers'], rounds: readonly (readonly string[])[], requests: number): Row => ({
  id,
  what: `100 calls in one process, ${what}`,
  answers: answers ?? {},
  run: { args: [], program: CALLERS },
  exit: 0,
  once: 'it has no terminal',
  within: 30,
  check: ({ json }, { idp }) => expect([json(), idp.at('token').length]).toEqual([rounds, requests]),
});
const IN_PROCESS: readonly Row[] = [
  callers('R13a', 'and a hundred more', {}, [['token'], ['token']], 1),
  callers('R13b', 'which fail, and a hundred more', { token: [{ status: 500, body: '' }, {}] }, [['idp_unavailable'], ['token']], 2),
];

export const R: readonly Row[] = firstWatched([...CROWDS, ...HOLDERS, ...CHANGES, ...ANSWERS, TWO, ...AUTOMATION, ...IN_PROCESS]);
