/** P: plugins. They run with all of Padlock's rights; what they do wrong must still be told as theirs, and harm nothing that is stored. */
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { canary } from '../network/good.ts';
import type { Provocation, Row } from '../row.ts';

const SECRET = canary('thrown');
const FILE = 'plugin.mjs';
const plugin = (...strategies: readonly string[]): string =>
  `export default { apiVersion: 1, name: 'acme', strategies: [${strategies.join(', ')}] };\n`;
/** A flow that does this; it has the password and the host. */
const flow = (acquire: string, more = ''): string =>
  `{ kind: 'grant', name: 'sms-pin', summary: 'a PIN by SMS', options: { username: { type: 'string', summary: 'who', required: true, identity: true } }, ${more} acquire: ${acquire} }`;
const EXCHANGE = `({ username }, host) => host.exchange('client_credentials', { username })`;

interface Plugged extends Partial<Row> {
  /** Instead of signing in with the flow. */
  readonly args?: readonly string[];
  readonly env?: Provocation['env'];
}

/** A sign-in with the plugin of this source. */
function plugged(id: string, what: string, source: string, code: Row['code'], { args, env, ...more }: Plugged = {}): Row {
  return {
    id,
    what,
    answers: {},
    run: ({ home }) => ({
      args: args ?? ['auth', '--plugin', join(home, FILE)],
      env: { PADLOCK_FLOW: 'sms-pin', PADLOCK_SCOPE: 'reports', ...env },
      files: { [FILE]: source },
      cwd: home,
    }),
    exit: code === undefined ? 0 : 11,
    ...(code && { code }),
    secrets: [SECRET],
    ...more,
  };
}

const grant = (id: string, what: string, acquire: string, code: Row['code'], more?: Plugged): Row =>
  plugged(id, what, plugin(flow(acquire)), code, more);
/** A plugin that is named so. */
const named = (id: string, path: string): Row =>
  plugged(id, `the plugin ${path}`, plugin(flow(EXCHANGE)), 'plugin_not_found', { args: ['auth', '--plugin', path] });
/** A formatter beside Padlock's own flow. */
const formatter = (id: string, what: string, format: string, code: Row['code']): Row => ({
  ...plugged(id, what, plugin(`{ kind: 'formatter', name: 'csv', summary: 'values with commas', format: ${format} }`), code),
  run: ({ home }) => ({
    args: ['auth', '--plugin', join(home, FILE), '-o', 'csv'],
    files: { [FILE]: plugin(`{ kind: 'formatter', name: 'csv', summary: 'values with commas', format: ${format} }`) },
    plain: true,
  }),
  stores: true, // the tokens are not lost with the text
  afterwards: 'kept',
});
/** A verifier that says yes in its own way. */
const verifier = (id: string, what: string, verify: string, code: Row['code'] = 'plugin_contract'): Row => ({
  ...plugged(id, what, '', code),
  run: ({ home }) => ({
    args: ['auth', '--plugin', join(home, FILE), '--verifier', 'yes'],
    files: { [FILE]: plugin(`{ kind: 'verifier', name: 'yes', summary: 'says yes', algorithms: ['RS256'], verify: ${verify} }`) },
  }),
});

const LOADING: readonly Row[] = [
  named('P1a', './nosuch.mjs'),
  named('P1b', 'padlock-plugin-nosuch'),
  plugged('P1c', 'a folder', plugin(flow(EXCHANGE)), 'plugin_not_found', { args: ['auth', '--plugin', '.'] }),
  plugged('P2a', 'throws on import', `throw new Error('first line\\nsecond line');`, 'plugin_load_failed', {
    check: ({ error }) => {
      expect(error?.message).toMatch(/first line$/);
    },
  }),
  plugged('P2b', 'does not parse', 'export default {', 'plugin_load_failed'),
  plugged('P2c', 'throws nothing on import', 'throw undefined;', 'plugin_load_failed'),
  plugged('P2d', 'imports what is not there', `import 'nosuch-at-all'; ${plugin(flow(EXCHANGE))}`, 'plugin_load_failed'),
  plugged('P3a', 'exports nothing', 'export const a = 1;', 'plugin_contract', {
    check: ({ error }) => expect(error?.message).toContain('default export'),
  }),
  plugged('P3b', 'is of another version', 'export default { apiVersion: 2 };', 'plugin_contract', {
    check: ({ error }) => expect(error?.message).toContain('apiVersion'),
  }),
  plugged('P3c', 'has a flow that cannot run', plugin(`{ kind: 'grant', name: 'sms-pin', summary: 'x' }`), 'plugin_contract', {
    check: ({ error }) => expect(error?.message).toContain('acquire'),
  }),
  plugged(
    'P3d',
    'loads a flow that cannot run',
    plugin(`{ kind: 'grant', name: 'sms-pin', summary: 'x', load: async () => ({}) }`),
    'plugin_contract',
    {
      check: ({ error }) => expect(error?.message).toContain('acquire'),
    },
  ),
  plugged('P4a', 'takes the name of a built-in flow', plugin(flow(EXCHANGE).replace('sms-pin', 'password')), 'plugin_conflict', {
    env: { PADLOCK_FLOW: 'password' },
  }),
  plugged('P4b', 'has one name twice', plugin(flow(EXCHANGE), flow(EXCHANGE)), 'plugin_conflict'),
  plugged(
    'P4c',
    'declares a secret of others as none',
    plugin(flow(EXCHANGE, '').replace('options: {', `options: { password: { type: 'string', summary: 'x' },`)),
    'plugin_conflict',
  ),
  plugged('P4d', 'takes a reserved word', plugin(flow(EXCHANGE).replace('sms-pin', 'auto')), 'plugin_conflict'),
];

const TIME: readonly Row[] = [
  grant('P5a', 'never resolves', '() => new Promise(() => {})', 'plugin_timeout', {
    env: { PADLOCK_TIMEOUT: '1' },
    within: 6,
  }),
  grant(
    'P5b',
    'never resolves after it slept',
    'async (_, host) => { await host.sleep(0.2); await new Promise(() => {}); }',
    'plugin_timeout',
    { env: { PADLOCK_TIMEOUT: '1' }, within: 6 },
  ),
  plugged('P5c', 'never finishes its import', 'await new Promise(() => {});', 'plugin_timeout', {
    env: { PADLOCK_TIMEOUT: '1' },
    within: 6,
  }),
  grant(
    'P5d',
    'sleeps longer than the time-out and is waited for',
    `async ({ username }, host) => { await host.sleep(1.5); return host.exchange('client_credentials', { username }); }`,
    undefined,
    {
      env: { PADLOCK_TIMEOUT: '1' },
    },
  ),
  {
    ...plugged('P5e', 'a verifier that never resolves', '', 'plugin_timeout', { within: 6 }),
    run: ({ home }) => ({
      args: ['auth', '--plugin', join(home, FILE), '--verifier', 'yes', '--timeout', '1'],
      files: {
        [FILE]: plugin(`{ kind: 'verifier', name: 'yes', summary: 'x', algorithms: ['RS256'], verify: () => new Promise(() => {}) }`),
      },
    }),
  },
];

const RESULTS: readonly Row[] = [
  grant('P6a', 'resolves with undefined', 'async () => undefined', 'plugin_contract'),
  grant('P6b', 'resolves with {}', 'async () => ({})', 'plugin_contract'),
  grant('P6c', 'resolves with a token that is a number', `async () => ({ access_token: 7, token_type: 'Bearer' })`, 'plugin_contract'),
  grant(
    'P6d',
    'resolves with a token that has a line end',
    `async () => ({ access_token: 'a\\r\\nb', token_type: 'Bearer' })`,
    'proto_bad_shape',
    { exit: 7 },
  ),
  grant('P7a', 'throws a text', `() => { throw '${SECRET}'; }`, 'plugin_crashed'),
  grant('P7b', 'throws null', 'async () => { throw null; }', 'plugin_crashed'),
  grant(
    'P7c',
    'throws a Proxy that throws',
    `() => { throw new Proxy({}, { get() { throw new Error('${SECRET}'); }, has() { throw 1; }, getPrototypeOf() { throw 2; } }); }`,
    'plugin_crashed',
  ),
  grant(
    'P7d',
    'throws an error whose text and cause are secret',
    `() => { throw new Error('${SECRET}', { cause: '${SECRET}' }); }`,
    'plugin_crashed',
  ),
  grant(
    'P7e',
    'throws an error with a name for the terminal',
    `() => { throw Object.assign(new Error('x'), { name: '\\u001b[2J\\u202e' }); }`,
    'plugin_crashed',
  ),
  grant('P7f', 'fails with a code that is not its own', `(_, host) => host.fail('other_broken', { message: 'x' })`, 'plugin_contract'),
];

const PROCESS: readonly Row[] = [
  grant('P8a', 'calls process.exit(0)', '() => { process.exit(0); }', 'plugin_crashed'),
  grant(
    'P8b',
    'calls process.exit and goes on',
    `async (_, host) => { try { process.exit(0); } catch {} return host.exchange('client_credentials', {}); }`,
    'plugin_crashed',
  ),
  plugged('P8c', 'calls process.exit(0) on import', `process.exit(0); ${plugin(flow(EXCHANGE))}`, 'plugin_crashed'),
  grant(
    'P8d',
    'throws later',
    `async (_, host) => { setTimeout(() => { throw new Error('${SECRET}'); }, 50); await host.sleep(5); }`,
    'plugin_crashed',
  ),
  grant('P8e', 'rejects where nobody looks', `async (_, host) => { Promise.reject('${SECRET}'); await host.sleep(5); }`, 'plugin_crashed'),
  {
    ...plugged('P8f', 'ends the process in the middle of a refresh', '', 'plugin_crashed'),
    signedIn: true,
    run: ({ home }) => ({
      args: ['token', '--refresh', '--plugin', join(home, FILE), '--verifier', 'yes'],
      files: {
        [FILE]: plugin(`{ kind: 'verifier', name: 'yes', summary: 'x', algorithms: ['RS256'], verify: () => process.exit(0) }`),
      },
    }),
    check: (_, { idp }) => expect(idp.at('token').filter(({ form }) => form.get('grant_type') === 'refresh_token')).toHaveLength(1),
  },
  grant(
    'P9a',
    'prints to stdout',
    `async ({ username }, host) => { console.log('chatter'); process.stdout.write('more\\n'); return host.exchange('client_credentials', { username }); }`,
    undefined,
    {
      check: ({ json, stderr }) => {
        expect(json().schema).toBe('padlock/session/1');
        expect(stderr).toBe('chatter\nmore\n');
      },
    },
  ),
  plugged('P9b', 'prints on import', `console.log('chatter'); ${plugin(flow(EXCHANGE))}`, undefined, {
    check: ({ stderr }) => expect(stderr).toBe('chatter\n'),
  }),
  formatter('P10a', 'a formatter throws', `() => { throw new Error('${SECRET}'); }`, 'plugin_crashed'),
  formatter('P10b', 'a formatter returns a number', '() => 7', 'plugin_contract'),
  formatter('P10c', 'a formatter returns nothing', 'async () => undefined', 'plugin_contract'),
  verifier('P11a', 'returns true', 'async () => true'),
  verifier('P11b', 'returns an object', 'async () => ({ ok: true })'),
  verifier('P11c', 'returns a proof for an algorithm that was not expected', `async () => ({ payload: {}, alg: 'none', kid: null })`),
  verifier(
    'P11d',
    'returns claims that are not the token’s own',
    `async () => ({ payload: { iss: 'https://evil.example', aud: 'acme-cli', sub: 'x', exp: 9e9, iat: 1 }, alg: 'RS256', kid: null })`,
    'token_issuer',
  ),
  named('P12a', 'plugin'),
  named('P12b', 'data:text/javascript,export default 1'),
  named('P12c', 'https://evil.example/x.mjs'),
  named('P12d', 'file:///etc/passwd'),
  plugged('P12e', 'a path with .. that leads nowhere', '', 'plugin_not_found', { args: ['auth', '--plugin', '../plugin.mjs'] }),
  {
    ...plugged('P12f', 'a project file that lists a plugin', '', 'config_untrusted'),
    exit: 3,
    run: { args: ['auth'], files: { 'work/.padlock.yaml': 'plugins: [./plugin.mjs]\n', 'work/plugin.mjs': plugin(flow(EXCHANGE)) } },
  },
];

export const P: readonly Row[] = [...LOADING, ...TIME, ...RESULTS, ...PROCESS].map((row) =>
  row.id === 'P11d' ? { ...row, exit: 8 } : row,
);
