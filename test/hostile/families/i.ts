/** I: prompt, standard input, terminal, signals. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Launched } from '../../support/launch.ts';
import { knowing } from '../fingerprint.ts';
import { raw } from '../network/answer.ts';
import { canary } from '../network/good.ts';
import type { Provocation, Row, World } from '../row.ts';
import { TYPED } from './i-typed.ts';

const SECRET = canary('piped');
const WITHOUT = { PADLOCK_PASSWORD: undefined };

const refused = (
  id: string,
  what: string,
  run: Partial<Provocation>,
  code: Row['code'] = 'usage_bad_value',
  more: Partial<Row> = {},
): Row => ({
  id,
  what,
  answers: {},
  run: { args: ['auth', '--password-stdin'], env: WITHOUT, ...run },
  exit: 2,
  ...(code && { code }),
  secrets: [SECRET],
  check: (_, { idp }) => expect(idp.at('token')).toEqual([]),
  ...more,
});

/** What is sent for a password that came in this way. */
const arrives = (
  id: string,
  what: string,
  piped: (password: string) => string,
  sent = (password: string) => password,
  right = true,
): Row => ({
  id,
  what,
  answers: {},
  run: ({ idp }) => ({ args: ['auth', '--password-stdin'], env: WITHOUT, input: piped(idp.good.password) }),
  exit: right ? 0 : 4,
  ...(!right && { code: 'auth_invalid_grant' }),
  check: (_, { idp }) => expect(idp.at('token')[0]?.form.get('password')).toBe(sent(idp.good.password)),
});

const SILENCE = raw('silence');
const LOCK = /\.(lock|lease)$/;

const silent: Row['check'] = ({ stderr, stdout }, { home }) => {
  expect({ stderr, stdout }).toEqual({ stderr: '', stdout: '' });
  const sessions = join(home, '.local/state/padlock/sessions');
  expect(readdirSync(sessions).filter((name) => LOCK.test(name))).toEqual([]);
};
const SCRIPT = 'the signal would be for script';

/** A signal while a provider says nothing: its exit code soon, not a word, the connection and the lock given back. */
const signalled = (id: string, signal: NodeJS.Signals, exit: number): readonly Row[] => [
  {
    id: `${id}auth`,
    what: `${signal} while a password is sent`,
    answers: { token: SILENCE },
    run: {
      args: ['auth'],
      during: knowing({ signal }, async ({ kill }: Launched, { idp }: World) => {
        await idp.asked('token');
        kill(signal);
      }),
    },
    exit,
    once: SCRIPT,
    check: silent,
  },
  {
    id: `${id}refresh`,
    what: `${signal} during a refresh that is not answered`,
    answers: { token: SILENCE },
    signedIn: true,
    run: {
      args: ['token', '--refresh'],
      during: knowing({ signal }, async ({ kill }: Launched, { idp }: World) => {
        await idp.asked('token', 2); // the sign-in before was the first
        kill(signal);
      }),
    },
    exit,
    once: SCRIPT,
    check: silent,
  },
  {
    id: `${id}answered`,
    what: `${signal} during a refresh that is answered then: its refresh token is kept`,
    answers: { token: { after: 'opened' } },
    signedIn: true,
    run: {
      args: ['token', '--refresh'],
      preload: `process.on('${signal}', () => require('node:fs').writeFileSync(process.env.HOME + '/work/heard', ''));`,
      during: knowing({ signal }, async ({ kill }: Launched, { home, idp }: World) => {
        await idp.asked('token', 2);
        kill(signal);
        await until(() => existsSync(join(home, 'work/heard')));
        idp.open();
      }),
    },
    exit,
    once: SCRIPT,
    afterwards: 'kept', // by the new one: the one that was sent is spent
    check: silent,
  },
];

const until = async (condition: () => boolean): Promise<void> => {
  for (let left = 2000; !condition() && left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** Node gives up standard input after 30 s; here that is one. */
const IMPATIENT = `const { timeout } = AbortSignal; AbortSignal.timeout = (ms) => timeout(ms === 30000 ? 1000 : ms);`;

const INPUT: readonly Row[] = [
  refused('I1a', 'a password that nobody gives, and nobody to ask', { args: ['auth'] }, 'usage_missing_option'),
  refused('I1b', 'nothing to read from, though the input stays open', { args: ['auth'], open: true }, 'usage_missing_option'),
  refused('I1c', 'asking is forbidden on a terminal', { args: ['auth', '--no-input'], terminal: {} }, 'usage_missing_option'),
  refused('I2a', 'an empty input', { input: '' }),
  refused('I2b', 'a line end alone', { input: '\n' }),
  refused('I2c', 'a line end of Windows alone', { input: '\r\n' }),
  arrives('I3a', 'a line end behind the password', (password) => `${password}\n`),
  arrives('I3b', 'a line end of Windows behind it', (password) => `${password}\r\n`),
  arrives(
    'I3c',
    'two line ends, of which one is the password’s',
    (password) => `${password}\n\n`,
    (password) => `${password}\n`,
    false,
  ),
  arrives(
    'I3d',
    'line ends inside it',
    (password) => ` ${password}\r\nx\ny \n`,
    (password) => ` ${password}\r\nx\ny `,
    false,
  ),
  refused('I4a', '10 MB, of which 64 kB are read', { input: SECRET.repeat(Math.ceil(10e6 / SECRET.length)), secret: SECRET }),
  refused('I4b', 'an input without end', { under: 'exec "$@" < <(yes leaking-and-leaking)' }),
  refused('I5', 'an input that never ends', { open: true, input: SECRET, preload: IMPATIENT }, 'prompt_unavailable'),
  refused('I6a', 'bytes that are no UTF-8', { input: Buffer.concat([Buffer.from(SECRET), Buffer.from([0xff, 0xfe])]) }),
  refused('I6b', 'UTF-8 that is cut short', { input: Buffer.concat([Buffer.from(SECRET), Buffer.from([0xe2, 0x82])]) }),
  refused('I6c', 'an overlong NUL', { input: Buffer.concat([Buffer.from(SECRET), Buffer.from([0xc0, 0x80])]) }),
];

const STUCK = `
  import { writeFileSync } from 'node:fs';
  const open = () => { writeFileSync('opening', ''); return new Promise(() => setInterval(() => {}, 1000)); };
  export default { apiVersion: 1, name: 'acme', strategies: [{ kind: 'store', name: 'stuck', summary: 'never opens', reach: 'process', open }] };`;
const SIGNALS: readonly Row[] = [
  ...signalled('I10', 'SIGINT', 130),
  ...signalled('I11', 'SIGTERM', 143),
  ...signalled('I12', 'SIGHUP', 129),
  {
    id: 'I10store',
    what: 'SIGINT while a store of somebody else does not open',
    answers: {},
    run: ({ home }) => ({
      args: ['auth', '--plugin', join(home, 'plugin.mjs'), '--store', 'stuck'],
      files: { 'plugin.mjs': STUCK },
      during: async ({ kill }) => {
        await until(() => existsSync(join(home, 'work/opening')));
        kill('SIGINT');
      },
    }),
    exit: 130,
    once: SCRIPT,
    check: ({ stderr, stdout }) => expect({ stderr, stdout }).toEqual({ stderr: '', stdout: '' }),
  },
  {
    id: 'I12terminal',
    what: 'the terminal goes away',
    answers: { token: SILENCE },
    run: ({ idp, home }) => ({
      args: ['auth'],
      terminal: {},
      // the outer shell is who the terminal tells; when that ends, the system tells the others
      under: `bash -c 'trap "" HUP; "$@"; echo $? > "$HOME/work/code"' bash "$@"; true`,
      during: async ({ kill }) => {
        await idp.asked('token');
        kill('SIGKILL'); // it is script that is killed: the terminal is its
        await until(() => existsSync(join(home, 'work/code')));
      },
    }),
    exit: 137, // script's
    check: (_, { home }) => expect(readFileSync(join(home, 'work/code'), 'utf8')).toBe('129\n'),
  },
];

const STREAMS: readonly Row[] = [
  {
    id: 'I13a',
    what: 'a reader that left',
    run: { args: ['help', 'environment'], plain: true, under: '"$@" | head -c 0; exit $PIPESTATUS' },
    exit: 141,
  },
  {
    id: 'I13b',
    what: 'a reader that leaves a sign-in',
    answers: {},
    run: { args: ['auth'], under: '"$@" | head -c 0; exit $PIPESTATUS' },
    exit: 141,
    stores: true,
    afterwards: 'kept',
    check: ({ stderr }) => expect(stderr).toBe(''),
  },
  { id: 'I14a', what: 'a full disk as stdout', run: { args: ['strategies'], under: '"$@" > /dev/full' }, exit: 9, code: 'io_output' },
  {
    id: 'I14b',
    what: 'a full disk as stdout of a sign-in',
    answers: {},
    run: { args: ['auth'], under: '"$@" > /dev/full' },
    exit: 9,
    code: 'io_output',
    stores: true,
    afterwards: 'kept',
  },
  {
    id: 'I14c',
    what: 'a full disk for the version',
    run: { args: ['--version'], plain: true, under: '"$@" > /dev/full' },
    exit: 9,
    code: 'io_output',
  },
  {
    id: 'I14d',
    what: 'a closed stdout, which Node opens anew as /dev/null: nobody wants the answer, and the session is kept',
    answers: {},
    run: { args: ['auth'], under: '"$@" >&-' },
    exit: 0,
    afterwards: 'kept',
  },
  { id: 'I15a', what: 'a closed stderr and a usage error', run: { args: ['auth', '--nosuch'], under: '"$@" 2>&-' }, exit: 2 },
  {
    id: 'I15b',
    what: 'a closed stderr and a refusal',
    answers: { token: { status: 503, body: '' } },
    run: { args: ['auth'], under: '"$@" 2>&-' },
    exit: 10,
  },
  {
    id: 'I15c',
    what: 'a closed stderr and a warning',
    answers: {},
    run: { args: ['auth'], env: { PADLOCK_ACCEPT_DEPRECATED: undefined }, plain: true, under: '"$@" 2>&-' },
    exit: 0,
  },
  {
    id: 'I15d',
    what: 'a full disk as stderr',
    answers: {},
    run: { args: ['auth'], env: { PADLOCK_ACCEPT_DEPRECATED: undefined }, plain: true, under: '"$@" 2>/dev/full' },
    exit: 0,
  },
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours begin with
const COLOUR = /\u001b\[\d+m/;
const shown = (
  id: string,
  what: string,
  columns: number,
  env: Record<string, string>,
  check: (screen: string, world: World) => void,
): Row => ({
  id,
  what,
  answers: {},
  run: { args: ['auth'], env, terminal: { columns } },
  exit: 0,
  check: ({ stdout }, world) => {
    expect(stdout.replace(/\s+/g, '')).toContain('RobinPercy');
    check(stdout, world);
  },
});
const plain = (screen: string): void => expect(screen).not.toMatch(COLOUR);
const longest = (screen: string): number => Math.max(...screen.split(/\r?\n/).map((line) => line.length));

const TERMINALS: readonly Row[] = [
  shown('I17a', 'TERM=dumb', 80, { TERM: 'dumb' }, plain),
  shown('I17b', 'NO_COLOR', 80, { NO_COLOR: '1' }, plain),
  shown('I17c', 'NO_COLOR beside FORCE_COLOR', 80, { NO_COLOR: '1', FORCE_COLOR: '1' }, plain),
  shown('I17d', 'colours are there otherwise', 80, {}, (screen) => expect(screen).toMatch(COLOUR)),
  shown('I17e', 'a width of 1', 1, { NO_COLOR: '1' }, (screen) => expect(longest(screen)).toBeLessThanOrEqual(20)),
  shown('I17f', 'a width of 10 000', 10_000, { NO_COLOR: '1' }, (screen) => expect(longest(screen)).toBeLessThanOrEqual(10_000)),
  shown('I17g', 'a terminal without a size', 0, { NO_COLOR: '1' }, (screen) => expect(longest(screen)).toBeLessThanOrEqual(80)),
  shown('I17h', 'COLUMNS that is no number', 80, { COLUMNS: 'wide', NO_COLOR: '1' }, (screen) =>
    expect(longest(screen)).toBeLessThanOrEqual(80),
  ),
];

export const I: readonly Row[] = [...INPUT, ...TYPED, ...SIGNALS, ...STREAMS, ...TERMINALS];
