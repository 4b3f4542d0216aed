/** F: what can be the matter with the place where sessions are kept. Its files first; the disk, keys and clocks are in f-disk.ts and f-keys.ts. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Provocation, Row, World } from '../row.ts';
import { firstWatched } from '../watched.ts';
import { DISK } from './f-disk.ts';
import { KEYS } from './f-keys.ts';
import { entries, entryOf, NOBODY_ASKED, sessions, TOKEN, warnings } from './f-store.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
/** Everything of Padlock's in a home, with its mode. */
const modes = (home: string): ReadonlySet<string> =>
  new Set(
    ['.local', '.cache'].flatMap((top) =>
      existsSync(join(home, top))
        ? [
            `directory ${modeOf(join(home, top))}`,
            ...readdirSync(join(home, top), { recursive: true, withFileTypes: true }).map(
              (entry) => `${entry.isDirectory() ? 'directory' : 'file'} ${modeOf(join(entry.parentPath ?? entry.path, entry.name))}`,
            ),
          ]
        : [],
    ),
  );
const PRIVATE = new Set(['directory 700', 'file 600']);
const isPrivate = (_: unknown, { home }: World): void => expect(modes(home)).toEqual(PRIVATE);

const under = (id: string, mask: string): Row => ({
  id,
  what: `a umask of ${mask}`,
  answers: {},
  run: { args: ['auth'], under: `umask ${mask}; exec "$@"` },
  exit: 0,
  check: isPrivate,
});

const MODES: readonly Row[] = [
  { id: 'F1a', what: 'no directory yet', answers: {}, run: { args: ['auth', '--store', 'file'] }, exit: 0, check: isPrivate },
  {
    id: 'F1b',
    what: 'a place elsewhere that is not there yet',
    answers: {},
    run: ({ home }) => ({
      args: ['auth'],
      env: { XDG_STATE_HOME: join(home, '.local/deep/state'), XDG_CACHE_HOME: join(home, '.cache/deep') },
    }),
    exit: 0,
    check: isPrivate,
  },
  {
    id: 'F2a',
    what: 'a directory and files that others may write',
    answers: {},
    signedIn: true,
    run: ({ home }) => {
      chmodSync(sessions(home), 0o777);
      for (const name of readdirSync(sessions(home))) chmodSync(join(sessions(home), name), 0o644);
      return { args: ['auth'] };
    },
    exit: 0,
    afterwards: 'kept',
    check: ({ json }, { home }) => {
      expect([modeOf(sessions(home)), modeOf(entryOf(home)), modeOf(join(sessions(home), 'store.key'))]).toEqual(['700', '600', '600']);
      expect(warnings(json())).toEqual(['store_permissions']);
    },
  },
  under('F3a', '000'),
  under('F3b', '777'),
  under('F3c', '027'),
];

/** Puts something else in the place of what is stored, which is kept, and in the end put back. */
function instead(path: (home: string) => string, make: (at: string, home: string) => void, args: readonly string[]) {
  let place = '';
  return {
    run: ({ home }: World): Provocation => {
      place = path(home);
      writeFileSync(join(home, 'precious'), 'precious');
      renameSync(place, join(home, 'saved'));
      make(place, home);
      return { args };
    },
    place: () => place,
    mend: ({ home }: World): void => {
      rmSync(place, { recursive: true, force: true });
      renameSync(join(home, 'saved'), place);
    },
  };
}
const key = (home: string): string => join(sessions(home), 'store.key');
const header = (home: string): string => join(sessions(home), 'store.json');

type Made = readonly [
  id: string,
  what: string,
  path: (home: string) => string,
  make: (at: string, home: string) => void,
  code: NonNullable<Row['code']>,
];
const link = (at: string, home: string): void => symlinkSync(join(home, 'precious'), at);
const MADE: readonly Made[] = [
  ['F5a', 'a link instead of a session', entryOf, link, 'store_symlink'],
  ['F5b', 'a link instead of the directory', sessions, (at, home) => symlinkSync(join(home, 'work'), at), 'store_symlink'],
  ['F5c', 'a link instead of the key', key, link, 'store_symlink'],
  ['F5d', 'a link instead of the header', header, link, 'store_symlink'],
  ['F6a', 'a directory instead of a session', entryOf, (at) => mkdirSync(at), 'store_io'],
  ['F6b', 'a FIFO instead of a session', entryOf, (at) => void execFileSync('mkfifo', [at]), 'store_io'],
  ['F6c', 'a FIFO instead of the key', key, (at) => void execFileSync('mkfifo', [at]), 'store_io'],
  ['F6d', 'a device instead of a session', entryOf, (at) => void execFileSync('mknod', [at, 'c', '1', '5']), 'store_io'],
  ['F6e', 'a file instead of the directory', sessions, (at) => writeFileSync(at, ''), 'store_io'],
];
const IN_PLACE: readonly Row[] = MADE.flatMap(([id, what, path, make, code]): Row[] =>
  ['token', 'auth'].map((command): Row => {
    const { mend, run } = instead(path, make, [command]);
    return {
      id: `${id}${command}`,
      what: `${what}, for ${command}`,
      answers: {},
      signedIn: true,
      run,
      exit: 9,
      code,
      check: (_, { home }) => {
        expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('precious');
        expect(readdirSync(join(home, 'work'))).toEqual([]);
      },
      mend,
      afterwards: 'kept', // what was stored before is as good as ever
    };
  }),
);

const NOBODY = 65534;
function foreign(id: string, what: string, path: (home: string) => string, command: string): Row {
  let place = '';
  return {
    id,
    what,
    answers: {},
    signedIn: true,
    run: ({ home }) => {
      place = path(home);
      chownSync(place, NOBODY, NOBODY);
      return { args: [command] };
    },
    exit: 9,
    code: 'store_permissions',
    check: () => expect(lstatSync(place).uid).toBe(NOBODY),
    mend: () => chownSync(place, process.getuid?.() ?? 0, process.getgid?.() ?? 0),
  };
}
const FOREIGN: readonly Row[] = [
  foreign('F4a', 'a session that is another user’s', entryOf, 'token'),
  foreign('F4b', 'a session that is another user’s, signed in over', entryOf, 'auth'),
  foreign('F4c', 'a directory that is another user’s', sessions, 'auth'),
  foreign('F4d', 'a key that is another user’s', key, 'token'),
];

type Damage = readonly [id: string, what: string, damage: (path: string) => void];
const written = (content: string | Uint8Array) => (path: string) => writeFileSync(path, content);
const DAMAGES: readonly Damage[] = [
  ['F8', 'a session that is cut short', (path) => truncateSync(path, statSync(path).size >> 1)],
  ['F9', 'a session with something behind it', (path) => writeFileSync(path, '}', { flag: 'a' })],
  ['F10', 'a session that is JSON of somebody else', written('{"access_token":1,"expires_at":"never"}\n')],
  ['F10types', 'a session whose members have other types', written('{"schema":"padlock/entry/1","tag":1,"bytes":"0"}\n')],
  [
    'F12',
    'a session of a version that never was',
    (path) =>
      writeFileSync(path, Buffer.from(readFileSync(path).toString('latin1').replace('padlock/entry/1', 'padlock/entry/0'), 'latin1')),
  ],
];
const damaged =
  (damage: (path: string) => void, provocation: Provocation) =>
  ({ home }: World): Provocation => {
    damage(entryOf(home));
    return provocation;
  };
const aside = (home: string): readonly string[] => readdirSync(sessions(home)).filter((name) => /\.corrupt-\d+$/.test(name));
const CORRUPT: readonly Row[] = DAMAGES.flatMap(([id, what, damage]): Row[] => [
  {
    id: `${id}auth`,
    what: `${what}, signed in over`,
    answers: {},
    signedIn: true,
    run: damaged(damage, { args: ['auth'] }),
    exit: 0,
    check: ({ json }, { home }) => {
      expect(warnings(json())).toEqual(['store_corrupt']);
      expect(aside(home)).toHaveLength(1);
    },
  },
  {
    id: `${id}token`,
    what,
    answers: {},
    signedIn: true,
    run: damaged(damage, { args: ['token'], env: NOBODY_ASKED }),
    exit: 4,
    code: 'auth_login_required',
    afterwards: 'gone',
    check: (_, { home }) => expect(aside(home)).toHaveLength(1),
  },
  {
    id: `${id}out`,
    what: `${what}, signed out of`,
    answers: {},
    signedIn: true,
    run: damaged(damage, { args: ['logout'] }),
    exit: 0,
    afterwards: 'gone',
    check: (_, { home }) => expect([aside(home), entries(home)]).toEqual([[], expect.any(Array)]),
  },
]);

const EMPTY: readonly Row[] = [
  {
    id: 'F7a',
    what: 'an empty file is no session',
    answers: {},
    signedIn: true,
    run: damaged((path) => truncateSync(path, 0), { args: ['token'], env: NOBODY_ASKED }),
    exit: 4,
    code: 'auth_login_required',
    afterwards: 'gone',
    check: (_, { home }) => expect(aside(home)).toEqual([]),
  },
  {
    id: 'F7b',
    what: 'an empty file, signed in over',
    answers: {},
    signedIn: true,
    run: damaged((path) => truncateSync(path, 0), { args: ['auth'] }),
    exit: 0,
    check: ({ json }, { home }) => expect([warnings(json()), aside(home)]).toEqual([[], []]),
  },
  {
    id: 'F7c',
    what: 'an empty header',
    answers: {},
    signedIn: true,
    run: ({ home }) => {
      truncateSync(header(home), 0);
      return TOKEN;
    },
    allow: { stdout: ['issued'] },
    exit: 0,
  },
  {
    id: 'F8header',
    what: 'a header that is cut short',
    answers: {},
    signedIn: true,
    run: ({ home }) => {
      truncateSync(header(home), 20);
      return { args: ['whoami'] };
    },
    exit: 0,
    check: ({ json }, { home }) => {
      expect(warnings(json())).toEqual(['store_corrupt']);
      expect(aside(home)).toEqual([expect.stringMatching(/^store\.json\.corrupt-/)]);
    },
  },
];

/** What a newer Padlock wrote, byte for byte as it wrote it. */
function newer(id: string, what: string, path: (home: string) => string, text: string, command: string): Row {
  const { mend, place, run } = instead(path, (at) => writeFileSync(at, text), [command]);
  const check = (): void => expect(readFileSync(place(), 'utf8')).toBe(text);
  return { id, what, answers: {}, signedIn: true, run, exit: 9, code: 'store_version', check, mend };
}
const ENTRY = '{"schema":"padlock/entry/2","something":"else"}\n\u0000\u0001';
const HEADER = '{"schema":"padlock/store/2","something":"else"}';
const VERSIONS: readonly Row[] = [
  newer('F11a', 'a session of a newer Padlock', entryOf, ENTRY, 'token'),
  newer('F11b', 'a session of a newer Padlock, signed in over', entryOf, ENTRY, 'auth'),
  newer('F11c', 'a store of a newer Padlock', header, HEADER, 'token'),
  newer('F11d', 'a store of a newer Padlock, signed in to', header, HEADER, 'auth'),
  newer('F11e', 'a store of a newer Padlock, signed out of', header, HEADER, 'logout'),
];

export const F: readonly Row[] = firstWatched([...MODES, ...FOREIGN, ...IN_PLACE, ...EMPTY, ...CORRUPT, ...VERSIONS, ...DISK, ...KEYS]);
