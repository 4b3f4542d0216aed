/** Beside the matrix: a row for each error code that no case of it has to end with, so that the whole run reaches every code there is. */

import { deepEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { entryBytes, entryIn } from '../../../src/core/file-entry.ts';
import { Vault } from '../../../src/core/vault.ts';
import { refusal } from '../network/answer.ts';
import { CLIENT_ID } from '../network/good.ts';
import type { Provocation, Row, World } from '../row.ts';
import { exitOf } from './e-suites.ts';

/** The row of a code. */
const row = (code: ErrorCode, what: string, run: Row['run'], more: Partial<Row> = {}): Row => ({
  id: `code ${code}`,
  what,
  run,
  exit: exitOf(code),
  code,
  ...more,
});
const AUTH = { args: ['auth'] } as const;
const AT_A_PROVIDER = { answers: {} } as const;
const SIGNED_IN = { ...AT_A_PROVIDER, signedIn: true } as const;

const WORDS: readonly Row[] = [
  row(
    'usage_option_not_for_flow',
    'an option of another flow',
    { args: ['auth', '--flow', 'client-credentials', '--username', 'robin'] },
    AT_A_PROVIDER,
  ),
  row('usage_unknown_strategy', 'a way to prove oneself that does not exist', { args: ['auth', '--client-auth', 'nosuch'] }, AT_A_PROVIDER),
  row('exec_not_found', 'a program that does not exist', { args: ['exec', '--', 'padlock-no-such-program'] }, SIGNED_IN),
  row('exec_not_executable', 'a file that is no program', { args: ['exec', '--', '/etc/passwd'] }, SIGNED_IN),
];

const CONFIG = '.config/padlock/config.yaml';
const PLUGIN = 'sms-pin.mjs';
const CONFIGURED: readonly Row[] = [
  row(
    'config_missing_credential',
    'a password from a variable that is not set',
    ({ idp }) => ({
      args: ['auth', '-p', 'work'],
      env: { PADLOCK_ISSUER: undefined, PADLOCK_PASSWORD: undefined, PADLOCK_CLIENT_SECRET: undefined },
      files: {
        [CONFIG]: `profiles:\n  work: { issuer: "${idp.issuer}", client_id: ${CLIENT_ID}, flow: password, username: robin, password: { env: NOSUCH } }\n`,
      },
    }),
    AT_A_PROVIDER,
  ),
  row('config_conflict', 'two configuration files', {
    ...AUTH,
    files: { [CONFIG]: 'profiles: {}\n', '.config/padlock/config.json': '{"profiles":{}}' },
  }),
  row('plugin_changed', 'a plugin that is not what was added', ({ home }) => ({
    args: ['auth', '--flow', 'sms-pin'],
    files: {
      [PLUGIN]: `export default { apiVersion: 1, name: 'acme', strategies: [] };\n`,
      [CONFIG]: `plugins:\n  - { path: "${join(home, PLUGIN)}", sha256: "${'0'.repeat(64)}" }\n`,
    },
  })),
];

/** Nobody comes back from the browser, or somebody who did not sign in as was asked. */
const BROWSER: Provocation = { args: ['auth', '--flow', 'authorization-code', '--no-browser'] };
const browse: Provocation['during'] = async (running) => {
  const url = /http:\/\/[^\s"]+\/authorize\?[^\s"]+/.exec(await running.until(/authorize\?[^\s"]+/))?.[0] ?? '';
  await fetch((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
};
const refused = (code: ErrorCode, error: string): Row =>
  row(code, `a provider that answers ${error}`, AUTH, { answers: { token: refusal(error) } });
const ANSWERS: readonly Row[] = [
  refused('auth_interaction_required', 'interaction_required'),
  refused('client_unauthorized', 'unauthorized_client'),
  refused('client_unsupported_grant', 'unsupported_grant_type'),
  refused('client_invalid_target', 'invalid_target'),
  row('client_dpop', 'a token that is not bound to the key it was asked for', { args: ['auth', '--dpop'] }, AT_A_PROVIDER),
  row('auth_login_required', 'nobody who is signed in', { args: ['whoami'] }, AT_A_PROVIDER),
  row(
    'auth_timeout',
    'nobody who comes back from the browser',
    { ...BROWSER, args: [...BROWSER.args, '--login-timeout', '2'] },
    AT_A_PROVIDER,
  ),
  row(
    'token_acr',
    'a sign-in that is weaker than was asked for',
    { args: [...BROWSER.args, '--acr-values', 'urn:strong'], during: browse },
    { ...AT_A_PROVIDER, once: 'its browser comes back once' },
  ),
];

const STATE = '.local/state/padlock';
const SESSIONS = `${STATE}/sessions`;
const NOTE = 'padlock/note/';

/** What is stored, opened with the store's own key, changed and sealed again: what no other program can do. */
function rewritten(home: string, change: (record: Record<string, unknown>) => unknown): NonNullable<Provocation['files']> {
  const folder = join(home, SESSIONS);
  const vault = new Vault(readFileSync(join(folder, 'store.key')));
  const entries = readdirSync(folder)
    .filter((name) => /^[\w-]{40,}$/.test(name))
    .flatMap((name) => {
      const entry = entryIn(readFileSync(join(folder, name)));
      const plain = entry && Buffer.from(vault.open(name, entry.data)).toString();
      if (entry === undefined || plain === undefined || plain.startsWith(NOTE)) return [];
      const record = Buffer.from(JSON.stringify(change(JSON.parse(plain) as Record<string, unknown>)));
      return [[`${SESSIONS}/${name}`, entryBytes({ ...entry, data: vault.seal(name, record) })] as const];
    });
  deepEqual(entries.length, 1);
  return Object.fromEntries(entries);
}
/** A token of a session that was stored before. */
const stored = (code: ErrorCode, what: string, run: (world: World) => Partial<Provocation>, more: Partial<Row> = {}): Row =>
  row(code, what, (world) => ({ args: ['token'], ...run(world) }), { ...SIGNED_IN, ...more });
/** A sign-in whose session would have no place to go. */
const placeless = (code: ErrorCode, what: string, before: string): Row =>
  row(
    code,
    what,
    { args: ['auth'], under: `exec unshare -m bash -c 'mkdir -p "$HOME/${STATE}" && ${before} && exec "$@"' bash "$@"` },
    {
      ...AT_A_PROVIDER,
      afterwards: { none: 'there is still no place' },
    },
  );
/** The same words twice: the first time they wait for the provider, and the second time for the first. */
const TWICE = `PADLOCK_TIMEOUT=60 "$@" > /dev/null 2>&1 & first=$!
  until compgen -G "$HOME/${SESSIONS}/*.lease" > /dev/null; do sleep 0.1; done
  "$@"; code=$?; kill -KILL $first; wait $first 2> /dev/null; exit $code`;

const KEPT: readonly Row[] = [
  stored(
    'store_corrupt',
    'a session without a version',
    ({ home }) => ({ files: rewritten(home, ({ version: _, ...record }) => record) }),
    { afterwards: 'gone' },
  ),
  stored(
    'store_version',
    'a session of a newer Padlock',
    ({ home }) => ({ files: rewritten(home, (record) => ({ ...record, version: 2 })) }),
    {
      afterwards: { none: 'it is for the newer one' },
    },
  ),
  stored('store_decrypt', 'another key of the store', () => ({ files: { [`${SESSIONS}/store.key`]: Buffer.alloc(32, 7) } }), {
    afterwards: { none: 'nothing can be stored before the old sessions are forgotten' },
  }),
  stored(
    'store_locked',
    'another process that holds the session',
    () => ({ args: ['token', '--refresh'], env: { PADLOCK_TIMEOUT: '1' }, under: TWICE }),
    {
      answers: { token: { steps: ['silence'] } },
      within: 30,
      once: 'on a terminal both would write to it',
    },
  ),
  placeless(
    'store_permissions',
    'a store that belongs to somebody else',
    `mkdir -m 700 "$HOME/${SESSIONS}" && chown 12345 "$HOME/${SESSIONS}"`,
  ),
  placeless('store_symlink', 'a link in the place of the store', `ln -s "$HOME/work" "$HOME/${SESSIONS}"`),
  placeless('store_io', 'a pipe in the place of the store', `mkfifo "$HOME/${SESSIONS}"`),
  placeless('store_no_space', 'a disk that is full', `mount -t tmpfs -o size=4k none "$HOME/${STATE}"`),
  row(
    'keyring_unavailable',
    'a keyring that is not there',
    { args: ['auth', '--store', 'keyring'] },
    { ...AT_A_PROVIDER, afterwards: { none: 'nothing was stored' } },
  ),
];

export const CODES: readonly Row[] = [...WORDS, ...CONFIGURED, ...ANSWERS, ...KEPT];
