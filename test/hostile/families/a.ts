/** A: argv and configuration. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { GOOD } from '../network/answer.ts';
import { canary } from '../network/good.ts';
import type { Row } from '../row.ts';
import { CONFIGURATION } from './a-config.ts';

const SECRET = canary('typed');

/** Fails the run when something was hung on every object. */
const NO_POLLUTION = `process.on('exit', () => { const o = {}; if ('x' in o || 'y' in o || 'polluted' in o) process.exitCode = 99; });`;

const refused = (id: string, what: string, args: readonly string[], code: Row['code'], more: Partial<Row> = {}): Row => ({
  id,
  what,
  run: { args },
  exit: 2,
  ...(code && { code }),
  secrets: [SECRET],
  ...more,
});

/** A user name is sent as it was typed. */
const verbatim = (id: string, username: string): Row => ({
  id,
  what: `the user name ${username.slice(0, 20)}`,
  answers: {},
  run: { args: ['auth', `--username=${username}`] },
  exit: 0,
  check: (_, { idp }) => expect(idp.at('token').map(({ form }) => form.get('username'))).toEqual([username]),
});

const ARGV: readonly Row[] = [
  {
    ...refused('A1a', 'no arguments', [], 'usage_missing_command'),
    run: { args: [], plain: true },
    check: ({ stderr, stdout }) => {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^padlock: sign in[\s\S]*padlock auth --sandbox/);
    },
  },
  refused('A1b', 'no command, for a program', [], 'usage_missing_command'),
  refused('A2a', 'an unknown option', ['auth', '--nosuch'], 'usage_unknown_option'),
  refused('A2b', 'an unknown option that carries a secret', ['auth', `--nosuch=${SECRET}`], 'usage_unknown_option'),
  refused('A2c', 'an unknown letter', ['auth', '-z'], 'usage_unknown_option'),
  refused('A2d', 'the beginning of an option', ['auth', '--pass', SECRET], 'usage_unknown_option'),
  refused('A2e', 'an option of another command', ['auth', '--port', '3'], 'usage_unknown_option'),
  refused('A3a', 'a positional that is a secret', ['auth', SECRET], 'usage_unexpected_argument'),
  refused('A3b', 'a secret in place of the command', [SECRET], 'usage_unknown_command'),
  refused('A3c', 'a secret behind a switch', ['auth', '--sandbox', SECRET], 'usage_unexpected_argument'),
  refused('A3d', 'a secret in place of an action', ['config', SECRET], 'usage_unknown_command'),
  refused('A3e', 'a secret in place of a topic', ['help', SECRET], 'usage_unknown_command'),
  refused('A3f', 'a secret in place of a kind', ['strategies', SECRET], 'usage_bad_value'),
  refused('A4a', '--flow without a value', ['auth', '--flow'], 'usage_bad_value'),
  refused('A4b', '--flow=', ['auth', '--flow='], 'usage_bad_value'),
  refused('A4c', "--flow ''", ['auth', '--flow', ''], 'usage_bad_value'),
  refused('A4d', '--flow with the next option for a value', ['auth', '--flow', '--no-color'], 'usage_bad_value'),
  refused('A4e', 'an empty flow from the environment is none', ['auth'], 'usage_missing_flow', {
    run: { args: ['auth'], env: { PADLOCK_FLOW: '' } },
  }),
  refused('A5a', 'an unknown flow', ['auth', '--flow', 'nosuch-at-all'], 'usage_unknown_flow', {
    check: ({ error }) => expect(error?.hint).toMatch(/client-credentials.*password/),
  }),
  refused('A5b', 'a mistyped flow', ['auth', '--flow', 'pasword'], 'usage_unknown_flow', {
    check: ({ error }) => expect(error?.hint).toBe('Did you mean password?'),
  }),
  refused('A5c', 'a flow named like a member of every object', ['auth', '--flow', 'constructor'], 'usage_unknown_flow'),
  refused('A6a', 'an unknown format', [], 'usage_unknown_format', {
    run: { args: ['auth', '--sandbox', '--format', 'xml'], plain: true },
    check: ({ stderr }) => expect(stderr).toMatch(/^Hint: Known: table, json, yaml, raw/m),
  }),
  refused('A6b', 'an unknown format from the environment', [], 'usage_unknown_format', {
    run: { args: ['auth', '--sandbox'], env: { PADLOCK_FORMAT: 'xml' }, plain: true },
  }),
  refused('A7a', '--flow twice', ['auth', '--flow', 'password', '--flow', 'password'], 'usage_conflict'),
  refused('A7b', 'a secret by file, twice', ['auth', '--password-file', 'a', '--password-file', 'b'], 'usage_conflict'),
  refused('A7c', 'a secret twice, by its value', ['auth', `--password=${SECRET}`, `--password=${SECRET}`], 'usage_conflict'),
  refused('A8', '--flow.x 1', ['auth', '--flow.x', '1'], 'usage_unknown_option'),
  refused('A9a', '--__proto__.x 1', [], 'usage_unknown_option', { run: { args: ['auth', '--__proto__.x', '1'], preload: NO_POLLUTION } }),
  refused('A9b', '--constructor.prototype.y 1', [], 'usage_unknown_option', {
    run: { args: ['auth', '--constructor.prototype.y', '1'], preload: NO_POLLUTION },
  }),
  refused('A9c', '--__proto__ polluted', [], 'usage_unknown_option', {
    run: { args: ['auth', '--__proto__', 'polluted'], preload: NO_POLLUTION },
  }),
  refused('A9d', '--param __proto__=polluted is a parameter like any other', [], undefined, {
    answers: {},
    run: { args: ['auth', '--param', '__proto__=polluted', '--param', 'constructor=x'], preload: NO_POLLUTION },
    exit: 0,
    check: (_, { idp }) => expect(idp.at('token')[0]?.body).toMatch(/__proto__=polluted.*constructor=x/),
  }),
  refused('A10a', '--no-password', ['auth', '--no-password'], 'usage_unknown_option'),
  refused('A10b', '--no-password with a value', ['auth', `--no-password=${SECRET}`], 'usage_unknown_option'),
  refused('A10c', 'a value for a switch', ['auth', '--require-verified=yes'], 'usage_bad_value'),
];

const VALUES: readonly Row[] = [
  {
    id: 'A11',
    what: 'a password in argv works, warns once, and is taken out of the list of processes',
    answers: { token: { after: 1500 } },
    run: ({ idp }) => ({
      args: ['auth', '--password', idp.good.password],
      env: { PADLOCK_PASSWORD: undefined },
      during: async ({ pid }) => {
        await idp.asked('token');
        expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', '')).toBe('padlock');
      },
    }),
    exit: 0,
    once: 'on a terminal the process is a child of script',
    check: ({ json, stderr }) => {
      expect(stderr).toBe('');
      expect(json().warnings).toMatchObject([{ code: 'usage_secret_in_argv' }]);
    },
  },
  refused('A12a', 'a NUL in a value', [], 'usage_bad_value', {
    run: { args: ['auth', '--password-stdin'], input: `${SECRET}\0x` },
    answers: {},
  }),
  refused('A12b', 'a lone surrogate in a value', [], 'usage_bad_value', {
    run: { args: ['auth', '--password-stdin'], input: Buffer.from(`${SECRET}\ued00`, 'latin1') },
    answers: {},
  }),
  refused('A12c', 'a lone surrogate on the command line', [], 'usage_bad_value', {
    run: { args: ['auth'], under: `"$@" --username=$'robin\\xed\\xa0\\x80'` },
    answers: {},
    check: (_, { idp }) => expect(idp.requests).toEqual([]),
  }),
  refused('A13a', 'a flow of 100 kB', ['auth', '--flow', 'x'.repeat(100_000)], 'usage_unknown_flow', {
    check: ({ stderr }) => expect(stderr.length).toBeLessThan(2000),
  }),
  verbatim('A13b', 'r'.repeat(100_000)),
  ...['007', '1e3', '0x10', 'true', 'null', '-1', ' robin ', '[a]'].map((username, at) => verbatim(`A14${'abcdefgh'[at]}`, username)),
  {
    id: 'A14i',
    what: 'the user name 007 from the environment and from a profile',
    answers: { token: GOOD },
    run: ({ idp }) => ({
      args: ['auth', '-p', 'bond'],
      env: {
        PADLOCK_ISSUER: undefined,
        PADLOCK_USERNAME: undefined,
        PADLOCK_CLIENT_SECRET: undefined,
        PADLOCK_PASSWORD: undefined,
        SECRET: idp.good.password,
      },
      files: {
        '.config/padlock/config.yaml': `profiles: { bond: { issuer: "${idp.issuer}", client_id: acme-cli, flow: password, username: "007", password: { env: SECRET } } }\n`,
      },
    }),
    exit: 0,
    check: (_, { idp }) => expect(idp.at('token')[0]?.form.get('username')).toBe('007'),
  },
];

export const A: readonly Row[] = [...ARGV, ...VALUES, ...CONFIGURATION];
