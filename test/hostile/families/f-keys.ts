/** F19–F26: keys, keyrings, clocks, whose token it is, and forgetting all of it. */
import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from '@jest/globals';
import { entryBytes, entryIn } from '../../../src/core/file-entry.ts';
import { Vault } from '../../../src/core/vault.ts';
import { HostileProvider } from '../network/provider.ts';
import type { Provocation, Row, World } from '../row.ts';
import { entries, entryOf, later, NOBODY_ASKED, sessions, TOKEN, warnings, writeProfiles } from './f-store.ts';

const store = (home: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(sessions(home))
      .filter((name) => name !== '.swept')
      .map((name) => [name, readFileSync(join(sessions(home), name), 'base64')]),
  );
const key = (home: string): string => join(sessions(home), 'store.key');

/** What is there when the run begins; it has to be there when it ends. */
const before = new WeakMap<World, ReadonlyMap<string, string>>();
const remember = (world: World): void => void before.set(world, store(world.home));
const kept: Row['check'] = (_, world) => expect(store(world.home)).toEqual(before.get(world));

const sealed = (
  id: string,
  what: string,
  harm: (world: World) => void | Promise<void>,
  args: readonly string[],
  more: Partial<Row> = {},
): Row => ({
  id,
  what,
  answers: {},
  signedIn: true,
  run: async (world) => {
    await harm(world);
    remember(world);
    return { args, env: NOBODY_ASKED };
  },
  exit: 9,
  code: 'store_decrypt',
  afterwards: { none: 'nobody can read it any more' },
  check: kept,
  ...more,
});
function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 4;
  writeFileSync(path, bytes);
}
const anotherKey = ({ home }: World): void => writeFileSync(key(home), Buffer.alloc(32, 7));
const flipped = ({ home }: World): void => flip(entryOf(home));
const mended = (
  id: string,
  what: string,
  harm: (world: World) => void,
  provocation: Provocation,
  afterwards: Row['afterwards'] = 'gone',
): Row => ({
  id,
  what,
  answers: {},
  signedIn: true,
  run: (world) => {
    harm(world);
    return provocation;
  },
  exit: 0,
  afterwards,
});

/** What an older Padlock wrote: a record that lacks what was added since. */
function older({ home }: World): void {
  const path = entryOf(home);
  const vault = new Vault(readFileSync(key(home)));
  const entry = entryIn(readFileSync(path));
  if (entry === undefined) throw new Error('There is no entry.');
  const { claimsFrom, dpop, resources, ...record } = JSON.parse(Buffer.from(vault.open(basename(path), entry.data)).toString()) as Record<
    string,
    unknown
  >;
  expect([claimsFrom, dpop, resources]).toEqual([undefined, undefined, []]);
  writeFileSync(path, entryBytes({ tag: 'of-an-older-one', data: vault.seal(basename(path), Buffer.from(JSON.stringify(record))) }));
}

const SEALED: readonly Row[] = [
  {
    ...mended('F12older', 'a session of an older Padlock is refreshed', older, { args: ['token', '--refresh'] }, 'kept'),
    allow: { stdout: ['issued'] },
  },
  sealed('F19a', 'another key', anotherKey, ['token']),
  sealed('F19b', 'no key', ({ home }) => rmSync(key(home)), ['token']),
  sealed('F19c', 'half a key', ({ home }) => truncateSync(key(home), 16), ['token']),
  {
    ...sealed('F19d', 'another key, signed in over', anotherKey, []),
    run: (world) => {
      anotherKey(world);
      remember(world);
      return { args: ['auth'] };
    },
  },
  mended('F19e', 'another key, given up', anotherKey, { args: ['logout', '--all'] }),
  sealed('F20a', 'a flipped bit', flipped, ['token']),
  sealed(
    'F20b',
    'the session of somebody else in its place',
    async ({ home, output }) => {
      const own = entryOf(home);
      const known = new Set(entries(home));
      await output(['auth', '--username', 'kim@percy.test', '--json']);
      const [other = ''] = entries(home).filter((name) => !known.has(name));
      copyFileSync(join(sessions(home), other), own);
    },
    ['token'],
  ),
  mended('F20c', 'a flipped bit, signed in over', flipped, { args: ['auth'] }, 'kept'),
  mended('F20d', 'a flipped bit, signed out of', flipped, { args: ['logout'] }),
];

const BUS = 'DBUS_SESSION_BUS_ADDRESS';
/** The packed program where its optional package for keyrings is installed. */
const INSTALLED = `import './node_modules/padlock-auth/dist/bin/padlock.cjs';`;
const KEYRINGS: readonly Row[] = [
  {
    id: 'F21a',
    what: 'a keyring that is not there',
    answers: {},
    run: { args: ['auth', '--store', 'keyring'] },
    exit: 9,
    code: 'keyring_unavailable',
  },
  {
    id: 'F21b',
    what: 'a keyring that is not there, and the key of what is stored is in one',
    answers: {},
    signedIn: true,
    run: (world) => {
      const path = join(sessions(world.home), 'store.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"key":"file"', '"key":"keyring"'));
      remember(world);
      return TOKEN;
    },
    exit: 9,
    code: 'keyring_unavailable',
    afterwards: { none: 'the key is elsewhere' },
    check: kept,
  },
  {
    id: 'F21c',
    what: 'a keyring that never answers, and so a key in a file, of which the user hears',
    answers: {},
    run: async ({ net }) => ({
      args: ['auth', '--json'],
      program: INSTALLED,
      env: { [BUS]: `tcp:host=127.0.0.1,port=${(await net.silent()).port}` },
    }),
    exit: 0,
    within: 20,
    once: 'it has no terminal',
    check: ({ json }, { home }) => {
      expect(warnings(json())).toEqual(['keyring_unavailable']);
      expect(readdirSync(sessions(home))).toContain('store.key');
    },
  },
  {
    id: 'F21d',
    what: 'a keyring that never answers, and nothing else will do',
    answers: {},
    run: async ({ net }) => ({
      args: ['auth', '--json', '--store', 'keyring'],
      program: INSTALLED,
      env: { [BUS]: `tcp:host=127.0.0.1,port=${(await net.silent()).port}` },
    }),
    exit: 9,
    code: 'keyring_unavailable',
    within: 20,
    once: 'it has no terminal',
  },
];

/** Nothing that is stored is the answer: who asks has to sign in first, and nothing was sent. */
const foreign = (id: string, what: string, run: (world: World) => Partial<Provocation> | Promise<Partial<Provocation>>): Row => ({
  id,
  what,
  answers: {},
  signedIn: true,
  run: async (world) => {
    const { env, ...provocation } = await run(world);
    return { args: ['token'], ...provocation, env: { ...NOBODY_ASKED, ...env } };
  },
  exit: 4,
  code: 'auth_login_required',
  check: (_, { idp }) => expect(idp.at('token')).toHaveLength(1),
});
/** The session is the same, and the token another one. */
const another = (id: string, what: string, args: readonly string[], sent: Readonly<Record<string, string>>): Row => ({
  id,
  what,
  answers: {},
  signedIn: true,
  run: { args: ['token', ...args] },
  exit: 0,
  allow: { stdout: ['issued'] },
  check: ({ json }, { idp }) => {
    const [, refresh] = idp.at('token');
    expect(Object.fromEntries(refresh?.form ?? [])).toMatchObject({ grant_type: 'refresh_token', ...sent });
    expect([...idp.good.issued].filter((token) => token.startsWith('at-')).indexOf(String(json().access_token))).toBe(1);
  },
});
const MIXED: readonly Row[] = [
  foreign('F22user', 'another user', () => ({ env: { PADLOCK_USERNAME: 'kim@percy.test' } })),
  foreign('F22client', 'another client', () => ({ env: { PADLOCK_CLIENT_ID: 'acme-other' } })),
  foreign('F22flow', 'another flow', () => ({ env: { PADLOCK_FLOW: 'device-code' } })),
  foreign('F22issuer', 'another provider', async ({ net }) => ({ env: { PADLOCK_ISSUER: (await HostileProvider.start(net)).issuer } })),
  foreign('F22profile', 'another profile', () => ({
    args: ['token', '--profile', 'other'],
    files: { '.config/padlock/config.yaml': 'profiles:\n  other:\n    scope: [openid]\n' },
  })),
  another('F22audience', 'another audience', ['--audience', 'https://other.example'], { audience: 'https://other.example' }),
  another('F22scope', 'another scope', ['--scope', 'openid reports'], { scope: 'openid reports' }),
];

const DAY = 86_400;
const clock = (
  id: string,
  what: string,
  seconds: number,
  more: Partial<Row> & { readonly args?: readonly string[] } = {},
  refreshes = 1,
): Row => {
  const { args = ['token'], ...rest } = more;
  return {
    id,
    what,
    answers: { token: { members: { id_token: undefined } } }, // that would be of the right time
    signedIn: true,
    run: { args, preload: later(seconds) },
    exit: 0,
    allow: { stdout: ['issued'] },
    check: (_, { idp }) =>
      expect(idp.at('token').map(({ form }) => form.get('grant_type'))).toEqual(['password', ...Array(refreshes).fill('refresh_token')]),
    ...rest,
  };
};
const CLOCKS: readonly Row[] = [
  clock('F23back', 'a clock that went back by a day: the token is of tomorrow', -DAY),
  clock('F23forth', 'a clock that went forward by a day', DAY),
  clock('F23wrong', 'a clock that went back by a day, at a provider that says so', -DAY, {
    answers: {},
    exit: 8,
    code: 'token_iat',
    afterwards: 'kept',
    check: ({ error }) => expect(error?.hint).toMatch(/clock/i),
  }),
  clock('F24a', 'a token that is over in five seconds', 3595),
  clock('F24b', 'a token that has to live longer than it will', 700, { args: ['token', '--min-ttl', '3000'] }),
  clock('F24c', 'a token that lives as long as it has to', 700, { args: ['token', '--min-ttl', '600'] }, 0),
];

/** Both are signed in to, and the files of the first are no good any more. */
const twoProfiles = async ({ home, output }: World): Promise<void> => {
  const known = new Set(entries(home));
  for (const profile of ['one', 'two']) {
    await output(['auth', '--json', '--profile', profile]);
    if (profile === 'one') for (const name of entries(home)) if (!known.has(name)) truncateSync(join(sessions(home), name), 30);
  }
};
const profiles = (id: string, profile: string, more: Partial<Row>): Row => ({
  id,
  what: `two profiles, of which the first is damaged: ${profile}`,
  answers: {},
  signedIn: true,
  run: async (world) => {
    writeProfiles(world, 'one', 'two');
    await twoProfiles(world);
    return { args: ['token', '--profile', profile, '--no-input'], env: NOBODY_ASKED };
  },
  exit: 0,
  ...more,
});
const PROFILES: readonly Row[] = [
  profiles('F25a', 'two', { allow: { stdout: ['issued'] } }),
  profiles('F25b', 'one', {
    allow: { stdout: ['issued'] },
    check: (_, { idp }) => expect(idp.at('token').map(({ form }) => form.get('grant_type'))).toEqual(Array(4).fill('password')), // once more
  }),
];

/** The session, what was once set aside of it, and what a writer left who was killed. */
const litter = ({ home }: World): void => {
  for (const end of ['.corrupt-1', '.corrupt-2', `.lock.${crypto.randomUUID()}.tmp`]) copyFileSync(entryOf(home), `${entryOf(home)}${end}`);
};
function leaves(id: string, what: string, args: readonly string[], more: Partial<Row> = {}): Row {
  let forgotten = '';
  return {
    id,
    what,
    answers: {},
    signedIn: true,
    run: (world) => {
      litter(world);
      forgotten = basename(entryOf(world.home));
      return { args };
    },
    exit: 0,
    afterwards: 'gone',
    check: (_, { home }) => expect(readdirSync(sessions(home)).filter((name) => name.startsWith(forgotten))).toEqual([]),
    ...more,
  };
}
const BUSY = { answers: { revoke: { status: 503, body: '' } }, exit: 10, code: 'idp_unavailable' } as const;
const FORGETTING: readonly Row[] = [
  leaves('F26a', 'signing out takes everything along', ['logout']),
  leaves('F26b', 'signing out at a provider that is busy', ['logout'], BUSY),
  leaves('F26c', 'signing out of everything', ['logout', '--all']),
  leaves('F26d', 'signing out of everything at a provider that is busy', ['logout', '--all'], BUSY),
  leaves('F26e', 'signing out here', ['logout', '--local']),
];

export const KEYS: readonly Row[] = [...SEALED, ...KEYRINGS, ...MIXED, ...CLOCKS, ...PROFILES, ...FORGETTING];
