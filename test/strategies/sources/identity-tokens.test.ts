/** Where a workload's identity comes from, named in a profile, on the command line and in the environment. */
import { describe, expect, test } from '@jest/globals';
import { clientOptions } from '../../../src/core/client-options.ts';
import { createRegistry } from '../../../src/core/compose.ts';
import { silentLog } from '../../../src/core/headless.ts';
import { provide } from '../../../src/core/inject.ts';
import { registerPlugin } from '../../../src/core/plugin-record.ts';
import { Host, Http, type HttpRequest, Log } from '../../../src/core/ports.ts';
import type { Plugin } from '../../../src/index.ts';
import { strategies } from '../../../src/strategies/index.ts';
import { CANARY, type Call, errorOf, hostWith, settingsOf } from '../../core/config-fixture.ts';

const AT = 'profiles.work.client_assertion';
const RUNNER = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.test/token?api-version=2.0',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${CANARY}-request`,
};

interface Asked extends Call {
  readonly reference?: unknown;
  readonly answer?: { readonly status?: number; readonly body?: string };
  readonly plugin?: Plugin;
}

/** The client assertion of a call, as a strategy would receive it, and what was asked of the network for it. */
async function assertion({ reference, answer = {}, plugin, env = {}, ...call }: Asked) {
  const { container, registry } = createRegistry(strategies);
  if (plugin) registerPlugin(registry, plugin);
  const requests: HttpRequest[] = [];
  provide(container, Host, hostWith(env));
  provide(container, Log, silentLog);
  provide(container, Http, {
    send: async (request) => {
      requests.push(request);
      return { status: answer.status ?? 200, headers: {}, body: new TextEncoder().encode(answer.body ?? '{"value":"from.the.runner"}') };
    },
  });
  const config =
    reference === undefined
      ? {}
      : { config: JSON.stringify({ default_profile: 'work', profiles: { work: { client_assertion: reference } } }) };
  const settings = await settingsOf({ ...config, ...call, env, more: { registry } });
  const { clientAssertion } = await settings.values({ clientAssertion: { ...clientOptions.clientAssertion, required: true } }, 'x');
  return { clientAssertion, requests };
}

describe('github-actions', () => {
  test.each<[string, unknown, string]>([
    ['at length', { source: 'github-actions', audience: 'api://x&y' }, '&audience=api%3A%2F%2Fx%26y'],
    ['in short', { 'github-actions': 'api://x&y' }, '&audience=api%3A%2F%2Fx%26y'],
    ['without an audience', { source: 'github-actions' }, ''],
    ['without an audience, in short', { 'github-actions': null }, ''],
  ])('asks the runner, %s', async (_, reference, audience) => {
    const { clientAssertion, requests } = await assertion({ reference, env: RUNNER });
    expect(clientAssertion).toBe('from.the.runner');
    expect(requests).toEqual([
      {
        method: 'GET',
        url: `${RUNNER.ACTIONS_ID_TOKEN_REQUEST_URL}${audience}`,
        headers: { authorization: `Bearer ${RUNNER.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
        purpose: expect.any(String),
        signal: expect.any(AbortSignal),
      },
    ]);
  });

  test.each<[string, Omit<Asked, 'reference'>]>([
    ['is no job', {}],
    ['may not ask', { env: { ACTIONS_ID_TOKEN_REQUEST_URL: RUNNER.ACTIONS_ID_TOKEN_REQUEST_URL } }],
    ['has an address that is none', { env: { ...RUNNER, ACTIONS_ID_TOKEN_REQUEST_URL: 'runner' } }],
    ['is refused', { env: RUNNER, answer: { status: 403, body: CANARY } }],
    ['is answered with something else', { env: RUNNER, answer: { body: CANARY } }],
    ['is answered with null', { env: RUNNER, answer: { body: 'null' } }],
    ['is answered with an empty token', { env: RUNNER, answer: { body: '{"value":""}' } }],
  ])('where it %s is exit 3 and names the permission', async (_, call) => {
    const error = await errorOf(() => assertion({ ...call, reference: { source: 'github-actions', audience: 'x' } }));
    expect(error).toMatchObject({ code: 'config_missing_credential', exit: 3, message: expect.stringContaining(AT) });
    expect(error.hint).toContain('id-token: write');
  });
});

describe('the others', () => {
  const svid = `e30.${Buffer.from('{"sub":"spiffe://acme.test/build"}').toString('base64url')}.c2ln`;
  const files = {
    '/var/run/secrets/kubernetes.io/serviceaccount/token': 'kube.usual.token\n',
    '/var/run/secrets/tokens/idp': 'kube.other.token',
    '/svid': `${svid}\n`,
    '/plain': 'no.svid.here',
    '/run/credentials/build/idp': 'from.the.unit',
  };
  test.each<[unknown, Readonly<Record<string, string>>, string]>([
    [{ source: 'gitlab' }, { GITLAB_OIDC_TOKEN: 'gitlab.usual.token' }, 'gitlab.usual.token'],
    [{ gitlab: 'ID_TOKEN' }, { ID_TOKEN: 'gitlab.other.token' }, 'gitlab.other.token'],
    [{ source: 'kubernetes' }, {}, 'kube.usual.token'],
    [{ source: 'kubernetes', path: '/var/run/secrets/tokens/idp' }, {}, 'kube.other.token'],
    [{ spiffe: '/svid' }, {}, svid],
    [{ source: 'systemd', name: 'idp' }, { CREDENTIALS_DIRECTORY: '/run/credentials/build' }, 'from.the.unit'],
    [{ source: 'file', path: '/plain' }, {}, 'no.svid.here'],
    [{ source: 'env', name: 'X' }, { X: 'x.y.z' }, 'x.y.z'],
  ])('%j gives the token', async (reference, env, token) => {
    expect((await assertion({ reference, env, files })).clientAssertion).toBe(token);
  });

  test('a projected token is read anew each time', async () => {
    const rotating = { content: 'one' };
    const { registry } = createRegistry(strategies);
    const config = JSON.stringify({ default_profile: 'work', profiles: { work: { client_assertion: { kubernetes: '/token' } } } });
    const settings = await settingsOf({ config, files: { '/token': rotating }, more: { registry } });
    const options = { clientAssertion: clientOptions.clientAssertion };
    expect(await settings.values(options, 'x', {})).toEqual({ clientAssertion: 'one' });
    rotating.content = 'two';
    expect(await settings.values(options, 'x', {})).toEqual({ clientAssertion: 'two' });
  });

  test('what is issued for one request is fetched again for the next, and standard input is read once', async () => {
    const { registry } = createRegistry(strategies);
    const rotating = { content: 'one' };
    let read = 0;
    const readStdin = async (): Promise<Uint8Array> => new TextEncoder().encode(++read === 1 ? 'from.stdin' : '');
    const renewed = async (call: Call): Promise<readonly unknown[]> => {
      const settings = await settingsOf({ ...call, files: { '/home/robin/project/token': rotating }, more: { registry, readStdin } });
      const renew = settings.renewal(clientOptions);
      const before = await settings.values({ clientAssertion: clientOptions.clientAssertion }, 'x');
      rotating.content = 'two';
      return [before, await renew(), await renew()];
    };
    const [one, two, stdin] = ['one', 'two', 'from.stdin'].map((clientAssertion) => ({ clientAssertion }));
    expect(await renewed({ flags: { clientAssertionFile: 'token', clientSecretFile: 'absent' } })).toEqual([one, two, two]);
    expect(await renewed({ flags: { clientAssertionStdin: true } })).toEqual([stdin, stdin, stdin]);
    expect(await renewed({ env: { PADLOCK_CLIENT_ASSERTION: 'one' } })).toEqual([one, one, one]);
    expect(read).toBe(1);
  });

  test.each<[string, unknown, Readonly<Record<string, string>>]>([
    ['config_missing_credential', { source: 'gitlab' }, {}],
    ['config_missing_credential', { source: 'kubernetes', path: '/absent' }, {}],
    ['config_missing_credential', { spiffe: '/plain' }, {}],
    ['config_missing_credential', { systemd: 'idp' }, {}],
    ['config_missing_credential', { systemd: 'absent' }, { CREDENTIALS_DIRECTORY: '/run/credentials/build' }],
    ['keyring_unavailable', { keyring: 'idp' }, {}],
    ['config_schema', { systemd: '../build/idp' }, { CREDENTIALS_DIRECTORY: '/run/credentials/build' }],
    ['config_schema', { systemd: '..' }, { CREDENTIALS_DIRECTORY: '/run/credentials/build' }],
    ['config_schema', { source: 'gitlab', audience: 'x' }, { GITLAB_OIDC_TOKEN: 'x' }],
    ['config_schema', { kubernetes: ['x'] }, {}],
    ['config_schema', { spiffe: null }, {}],
    ['config_schema', { keyring: { service: 'acme' } }, {}],
    ['config_schema', { source: 'github-action' }, {}],
    ['config_schema', { source: 7 }, {}],
  ])('%s for %j', async (code, reference, env) => {
    expect(await errorOf(() => assertion({ reference, env, files }))).toMatchObject({ code });
  });
});

describe('a call', () => {
  test.each<[string, Asked]>([
    ['by flag', { flags: { clientAssertionSource: 'github-actions:api://x' }, env: RUNNER }],
    ['by variable', { env: { ...RUNNER, PADLOCK_CLIENT_ASSERTION_SOURCE: 'github-actions:api://x' } }],
  ])('names a source and its argument %s', async (_, call) => {
    const { clientAssertion, requests } = await assertion(call);
    expect([clientAssertion, requests[0]?.url]).toEqual([
      'from.the.runner',
      `${RUNNER.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=api%3A%2F%2Fx`,
    ]);
  });

  test('names a file from where it stands', async () => {
    const files = { '/home/robin/project/token': 'from.a.file' };
    expect(await assertion({ files, flags: { clientAssertionSource: 'kubernetes:token' } })).toMatchObject({
      clientAssertion: 'from.a.file',
    });
  });

  test.each<[string, number, Asked]>([
    ['usage_unknown_strategy', 2, { flags: { clientAssertionSource: 'github' } }],
    ['usage_conflict', 2, { flags: { clientAssertionSource: 'gitlab', clientAssertionFile: '/x' } }],
    ['usage_conflict', 2, { env: { PADLOCK_CLIENT_ASSERTION: 'x', PADLOCK_CLIENT_ASSERTION_SOURCE: 'gitlab' } }],
    ['config_missing_credential', 3, { flags: { clientAssertionSource: 'gitlab' } }],
    ['config_missing_credential', 3, { flags: { clientAssertionSource: 'kubernetes:absent' } }],
    ['config_schema', 3, { flags: { clientAssertionSource: `command:op read ${CANARY}` } }],
  ])('that names it wrongly is %s', async (code, exit, call) => {
    expect(await errorOf(() => assertion(call))).toMatchObject({ code, exit });
  });
});

test('a source calls only the hosts that it names', async () => {
  const vault = (host: string): Plugin => ({
    apiVersion: 1,
    name: 'acme',
    strategies: [
      {
        kind: 'source',
        name: 'vault',
        summary: 'a vault',
        argument: 'key',
        hosts: () => ['vault.test'],
        read: async (_key, { http }) =>
          new TextDecoder().decode((await http({ method: 'GET', url: `https://${host}/x`, purpose: 'the vault' })).body),
      },
    ],
  });
  const reference = { source: 'vault', key: 'x' };
  expect(await assertion({ reference, plugin: vault('vault.test') })).toMatchObject({ clientAssertion: '{"value":"from.the.runner"}' });
  expect(await errorOf(() => assertion({ reference, plugin: vault('evil.test') }))).toMatchObject({ code: 'plugin_contract' });
});
