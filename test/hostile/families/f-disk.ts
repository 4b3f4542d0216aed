/** F13–F18: processes that are killed while they write, and disks that are full, read-only, forbidden or nowhere. */
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { PACKAGE } from '../../support/cli.ts';
import type { Provocation, Row } from '../row.ts';
import { sessions, warnings } from './f-store.ts';

/** A preload that gives a step of writing a session another meaning. `kill` ends the process as nobody can prevent. */
const atWrite = (change: string, condition = 'true'): string => `
  if (${condition}) {
    const fs = require('node:fs/promises');
    const kill = () => process.kill(process.pid, 'SIGKILL');
    const { open, rename, unlink } = fs;
    const isSession = (path) => /sessions\\/[\\w-]{43}\\.lock\\.[\\w-]+\\.tmp$/.test(String(path));
    const opened = (handle, change) => Object.assign(handle, change(handle.writeFile.bind(handle), handle.sync.bind(handle)));
    ${change}
    require('node:module').syncBuiltinESMExports();
  }`;
const onOpen = (change: string): string =>
  `fs.open = async (path, ...more) => { const handle = await open(path, ...more); return isSession(path) ? opened(handle, ${change}) : handle; };`;

const STEPS: readonly (readonly [id: string, what: string, change: string])[] = [
  [
    'F13a',
    'opened the file',
    `fs.open = async (path, ...more) => { const handle = await open(path, ...more); if (isSession(path)) kill(); return handle; };`,
  ],
  [
    'F13b',
    'wrote a half of it',
    onOpen('(write) => ({ writeFile: async (content) => { await write(content.subarray(0, content.length >> 1)); kill(); } })'),
  ],
  ['F13c', 'wrote it', onOpen('(write) => ({ writeFile: async (content) => { await write(content); kill(); } })')],
  ['F13d', 'has it on the disk', onOpen('(_, sync) => ({ sync: async () => { await sync(); kill(); } })')],
  ['F13e', 'is about to rename it', `fs.rename = async (from, to) => { if (isSession(from)) kill(); return rename(from, to); };`],
  ['F13f', 'renamed it', `fs.rename = async (from, to) => { await rename(from, to); if (isSession(from)) kill(); };`],
];
const KILLED: readonly Row[] = [
  ...STEPS.map(
    ([id, what, change]): Row => ({
      id,
      what: `SIGKILL when it ${what}`,
      answers: {},
      signedIn: true,
      run: { args: ['auth'], preload: atWrite(change) },
      exit: 137,
      afterwards: 'kept',
      once: 'script says that it was killed',
      check: (_, { home }) => expect(readdirSync(sessions(home)).filter((name) => name.includes('.corrupt-'))).toEqual([]),
    }),
  ),
  {
    id: 'F14',
    what: 'SIGKILL of who held the lock: the next one sees that, however long the lock was for',
    answers: {},
    signedIn: true,
    run: {
      args: ['auth'],
      preload: atWrite(STEPS[4]?.[2] ?? '', 'process.env.KILLED'),
      under: `{ KILLED=1 "$@"; echo $? > "$HOME/work/killed"; } > /dev/null 2>&1
        sed -i 's/"length":[0-9]*/"length":600000/' "$HOME"/.local/state/padlock/sessions/*.lock && exec "$@"`,
    },
    exit: 0,
    check: (_, { home }) => expect(readFileSync(join(home, 'work/killed'), 'utf8')).toBe('137\n'),
  },
  {
    id: 'F15',
    what: 'SIGKILL of who held the lease and had not asked yet',
    answers: {},
    signedIn: true,
    run: {
      args: ['token', '--refresh'],
      preload: atWrite(`fs.unlink = async (path) => { if (/probe\\.[\\w-]+\\.tmp$/.test(String(path))) kill(); return unlink(path); };`),
    },
    exit: 137,
    once: 'script says that it was killed',
    check: (_, { home, idp }) => {
      expect(idp.at('token')).toHaveLength(1); // the sign-in
      expect(readdirSync(sessions(home)).filter((name) => name.endsWith('.lease'))).toHaveLength(1);
    },
  },
];

/** What is stored, on a disk of 64 kB that has not a byte left; then what changed on it. */
const FULL = `exec unshare -m bash -c '
  state="$HOME/.local/state" copy="$HOME/work/copy"
  cp -a "$state" "$copy" && mount -t tmpfs -o size=64k tmpfs "$state" && cp -a "$copy/." "$state/" || exit 99
  head -c 100000 /dev/zero > "$state/full" 2> /dev/null
  "$@"; code=$?
  diff -r "$copy/padlock" "$state/padlock" > "$HOME/work/changed"
  exit $code' bash "$@"`;
/** What is stored, where nobody can write. */
const READ_ONLY = `exec unshare -m bash -c 'mount --bind "$HOME/.local" "$HOME/.local" && mount -o remount,ro,bind "$HOME/.local" && exec "$@"' bash "$@"`;
/** A directory that may only be read counts for root, too. */
const BOUND = `if [ "$(id -u)" = 0 ]; then exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"; fi; exec "$@"`;
const FORBIDDEN = `chmod 500 "$HOME/.local/state/padlock/sessions"; ${BOUND}`;

const onDisk = (id: string, what: string, under: string, args: readonly string[], more: Partial<Row>): Row => ({
  id,
  what,
  answers: {},
  signedIn: true,
  run: { args, under },
  exit: 9,
  afterwards: 'kept',
  ...more,
});
const same: Row['check'] = (_, { home }) => expect(readFileSync(join(home, 'work/changed'), 'utf8')).toBe('');
const unspent: Row['check'] = (_, { idp }) => expect(idp.at('token')).toHaveLength(1); // that of the sign-in before
const TOKENS = { allow: { stdout: ['issued'] } } as const;
/** The sign-in is told though it could not be kept. */
const told: Row['check'] = ({ json, stdout }, { idp }) => {
  expect(json()).toMatchObject({ user: { name: 'Robin Percy' } });
  expect([...idp.good.issued].filter((token) => token.startsWith('at-') && stdout.includes(token))).toHaveLength(1);
};
const allowed: Row['mend'] = ({ home }) => chmodSync(sessions(home), 0o700);
const SHOWN = ['auth', '--show-tokens'];

const DISKS: readonly Row[] = [
  onDisk('F16a', 'a full disk, signed in over', FULL, SHOWN, {
    code: 'store_no_space',
    ...TOKENS,
    check: async (outcome, world) => {
      await told(outcome, world);
      await same(outcome, world);
    },
  }),
  onDisk('F16b', 'a full disk, and a refresh', FULL, ['token', '--refresh'], {
    code: 'store_no_space',
    check: async (outcome, world) => {
      await unspent(outcome, world);
      await same(outcome, world);
    },
  }),
  onDisk('F16c', 'a full disk, and a token that is good', FULL, ['token'], { exit: 0, ...TOKENS, check: same }),
  onDisk('F16d', 'a full disk, signed out of', FULL, ['logout'], {
    exit: 0,
    afterwards: { none: 'the session is over, and outside that disk it is still stored' },
    check: (_, { home, idp }) => {
      expect(idp.at('revoke')).toHaveLength(1);
      expect(readFileSync(join(home, 'work/changed'), 'utf8')).toMatch(/^Only in .*copy\/padlock\/sessions: [\w-]{43}\n$/);
    },
  }),
  onDisk('F17size', 'files may not be larger than a kilobyte', 'ulimit -f 1; exec "$@"', SHOWN, {
    code: 'store_io',
    ...TOKENS,
    check: told,
  }),
  {
    id: 'F17quota',
    what: 'the quota of the user is used up',
    answers: {},
    signedIn: true,
    run: {
      args: SHOWN,
      preload: atWrite(onOpen(`() => ({ writeFile: async () => { throw Object.assign(new Error('quota'), { code: 'EDQUOT' }); } })`)),
    },
    exit: 9,
    code: 'store_no_space',
    afterwards: 'kept',
    ...TOKENS,
    check: told,
  },
  onDisk('F17ro', 'a disk that can only be read, signed in over', READ_ONLY, SHOWN, { code: 'store_io', ...TOKENS, check: told }),
  onDisk('F17rorefresh', 'a disk that can only be read, and a refresh', READ_ONLY, ['token', '--refresh'], {
    code: 'store_io',
    check: unspent,
  }),
  onDisk('F17rotoken', 'a disk that can only be read, and a token that is good', READ_ONLY, ['token'], {
    exit: 0,
    ...TOKENS,
    check: unspent,
  }),
  onDisk('F17acc', 'a directory that may only be read, signed in over', FORBIDDEN, SHOWN, {
    code: 'store_permissions',
    ...TOKENS,
    check: told,
    mend: allowed,
  }),
  onDisk('F17accrefresh', 'a directory that may only be read, and a refresh', FORBIDDEN, ['token', '--refresh'], {
    code: 'store_permissions',
    check: unspent,
    mend: allowed,
  }),
];

/** Before anybody has typed a password for nothing. */
const refusedFirst: Row['check'] = ({ error }, { idp }) => {
  expect(error?.hint).toContain('--no-store');
  expect(idp.at('token')).toEqual([]);
};
const homeless = (id: string, what: string, run: Partial<Provocation>, more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers: {},
  run: { args: ['auth'], ...run },
  exit: 0,
  check: ({ json }, { home }) => {
    expect(json()).toMatchObject({ user: { name: 'Robin Percy' } });
    expect(existsSync(join(home, '.local'))).toBe(false);
  },
  ...more,
});
/** Nor does the account have one. */
const NO_HOME = { HOME: undefined, TMPDIR: undefined };
const NO_ACCOUNT = `exec unshare -m bash -c 'mount -t tmpfs none /mnt && cp -r "${PACKAGE}" /mnt/package && exec setpriv --reuid=54321 --regid=54321 --clear-groups "$1" /mnt/package/dist/bin/padlock.cjs "\${@:5}"' bash "$@"`;
const LOCKED = `chmod 500 "$HOME"; ${BOUND}`;
const unlocked: Row['mend'] = ({ home }) => chmodSync(home, 0o700);

const HOMES: readonly Row[] = [
  homeless(
    'F18a',
    'no HOME, and an account without one',
    { env: NO_HOME, under: NO_ACCOUNT },
    { check: ({ json }) => expect(warnings(json())).toEqual(['session_not_kept']) },
  ),
  homeless(
    'F18b',
    'no HOME, and sessions that have to be kept',
    { args: ['auth', '--store', 'file'], env: NO_HOME, under: NO_ACCOUNT },
    { exit: 9, code: 'store_io', check: refusedFirst },
  ),
  homeless(
    'F18c',
    'a home that may not be written',
    { under: LOCKED },
    { exit: 9, code: 'store_permissions', check: refusedFirst, mend: unlocked },
  ),
  homeless(
    'F18d',
    'a home that may not be written, and nothing to keep',
    { args: ['auth', '--no-store'], under: LOCKED },
    { mend: unlocked },
  ),
];

export const DISK: readonly Row[] = [...KILLED, ...DISKS, ...HOMES];
