/** Beside the matrix: a row for each error code that no case of it has to end with, so that the whole run reaches every code there is. */

import { deepEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { entryBytes, entryIn } from '../../../src/core/file-entry.ts';
import { Vault } from '../../../src/core/vault.ts';
import { refusal } from '../network/answer.ts';
import { CLIENT_ID } from '../network/good.ts';
import type { Provocation, Row } from '../row.ts';
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

/** Somebody whose browser goes where it is sent, and comes back. */
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
  row(
    'token_acr',
    'a sign-in that is weaker than was asked for',
    { args: ['auth', '--flow', 'authorization-code', '--no-browser', '--acr-values', 'urn:strong'], during: browse },
    { ...AT_A_PROVIDER, once: 'its browser comes back once' },
  ),
];

const SESSIONS = '.local/state/padlock/sessions';
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
const KEPT: readonly Row[] = [
  row(
    'store_corrupt',
    'a session without a version',
    ({ home }) => ({ args: ['token'], files: rewritten(home, ({ version: _version, ...record }) => record) }),
    { ...SIGNED_IN, afterwards: 'gone' },
  ),
];

export const CODES: readonly Row[] = [...WORDS, ...CONFIGURED, ...ANSWERS, ...KEPT];
