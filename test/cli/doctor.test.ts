/** `padlock doctor`: on what works, on what is broken, and always to the end. */
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { clockFinding } from '../../src/cli/doctor/clock.ts';
import { nodeFinding } from '../../src/cli/doctor/runtime.ts';
import { ownIdentity } from '../../src/cli/node-process.ts';
import { PadlockError } from '../../src/core/errors.ts';
import type { HttpRequest, Ports } from '../../src/core/ports.ts';
import type { Plugin } from '../../src/plugin.ts';
import { type FakeAnswer, type FakeProvider, fakeProvider, METADATA } from '../core/fake-provider.ts';
import { CLIENT, ISSUER, keyFor, SECRET } from '../core/forge.ts';
import { valid } from '../integration/documents.ts';
import { type Here, homeWithWork, runHere } from './in-process.ts';

interface Check {
  readonly name: string;
  readonly verdict: string;
  readonly detail: string;
  readonly advice?: string;
  readonly code?: string;
}
interface Examined {
  readonly code: number;
  readonly checks: readonly Check[];
  readonly verdict: string;
  readonly error: { readonly code: string; readonly exit: number; readonly hint: string } | undefined;
  readonly of: (name: string) => Check | undefined;
  readonly text: string;
}

let home: string;
let provider: FakeProvider;
beforeEach(() => {
  home = homeWithWork();
  provider = fakeProvider();
});

const configure = (text: string): void => writeFileSync(join(home, '.config/padlock/config.yaml'), text, { mode: 0o600 });
const work = (more = ''): void =>
  configure(`default_profile: work\nprofiles:\n  work: { issuer: '${ISSUER}', client_id: ${CLIENT}, flow: password${more} }\n`);

async function doctor(words: readonly string[] = [], more: Partial<Here> = {}): Promise<Examined> {
  const ports: Partial<Ports> = { http: provider.http, ...more.ports };
  const { code, stderr, stdout } = await runHere(['doctor', '--json', ...words], { home, ...more, ports });
  const { checks, verdict } = valid<{ readonly checks: readonly Check[]; readonly verdict: string }>('doctor', JSON.parse(stdout));
  const error = stderr === '' ? undefined : valid<{ readonly error: Examined['error'] }>('error', JSON.parse(stderr)).error;
  return { code, checks, verdict, error, of: (name) => checks.find((check) => check.name === name), text: stdout + stderr };
}
const unreachable = (code: string): Partial<Ports> => ({
  http: { send: async () => Promise.reject(new PadlockError(code, { message: `It failed with ${code}.`, hint: 'Do something.' })) },
});

describe('doctor, where nothing is wrong', () => {
  test('looks at everything, from the ground up, and ends with 0', async () => {
    work(', client_secret: { env: SECRET }, scope: [openid]');
    const { checks, code, error, of, verdict } = await doctor([], { env: { SECRET } });
    expect(checks.map(({ name }) => name).join(', ')).toBe(
      'node, environment, configuration, plugins, secrets, proxy, discovery, tls, clock, keys, flows, client authentication, store, key',
    );
    expect([code, error, checks.filter((check) => check.verdict !== 'ok' && check.name !== 'node')]).toEqual([0, undefined, []]);
    expect(verdict).not.toBe('problem');
    expect(of('keys')?.detail).toContain('1 for signatures: RSA');
  });

  test('asks the provider for its documents and for nothing else, and shows no secret to anybody', async () => {
    work(", username: robin, password: 'pa55word-canary', client_secret: 'a-client-secret-of-32-bytes-or-more'");
    const { text } = await doctor();
    const sent = provider.requests.map(({ method, url, body }: HttpRequest) => [method, url, body]);
    expect(sent).toEqual([
      ['GET', `${ISSUER}.well-known/openid-configuration`, undefined],
      ['GET', METADATA.jwks_uri, undefined],
    ]);
    for (const secret of ['pa55word-canary', 'a-client-secret-of-32'])
      expect(JSON.stringify(provider.requests) + text).not.toContain(secret);
  });

  test('is called on a new machine, too', async () => {
    const { code, of } = await doctor();
    expect([code, of('configuration')?.verdict, of('provider')]).toEqual([
      0,
      'ok',
      { name: 'provider', verdict: 'warning', detail: 'None is configured.', advice: expect.stringContaining('padlock config init') },
    ]);
    expect(provider.requests).toEqual([]);
  });

  test('makes nothing', async () => {
    work();
    await doctor();
    expect(() => readFileSync(join(home, '.local/state/padlock/sessions/store.json'))).toThrow('ENOENT');
  });
});

describe('what people see', () => {
  test('is one line for each check in a pipe, and the first problem on stderr', async () => {
    work();
    const { code, stderr, stdout } = await runHere(['doctor'], { home, ports: unreachable('net_dns') });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, -2).every((line) => /^ {2}(ok|warning|problem) {2,}[a-z ]+ {2,}\S/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^1 problem, \d warnings?\.$/);
    expect([code, stderr]).toEqual([6, 'Error: 1 problem found; the first is with: discovery. [net_dns]\nHint: Do something.\n']);
  });

  test.each([40, 80])('fits a terminal of %d columns', async (columns) => {
    work(", client_secret: 'changeme'");
    const { stdout } = await runHere(['doctor'], { home, columns, ports: { http: provider.http } });
    const words = stdout.split('\n').filter((line) => !line.trim().startsWith('/')); // paths are not broken
    expect(words.filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('a configuration that', () => {
  test('cannot be read is told, and the provider is looked at all the same', async () => {
    configure('profiles: [');
    const { code, error, of } = await doctor(['--issuer', ISSUER]);
    expect([code, error?.code, of('configuration')?.code]).toEqual([3, 'config_parse', 'config_parse']);
    expect(of('discovery')?.verdict).toBe('ok');
  });

  test('has a mistake in the profile of this call fails, in another one warns', async () => {
    configure(`default_profile: work\nprofiles:\n  work: { issuer: '${ISSUER}' }\n  other: { isuer: 'https://a.test' }\n`);
    const other = await doctor();
    expect([other.code, other.of('configuration')]).toMatchObject([
      0,
      { verdict: 'warning', code: 'config_schema', detail: expect.stringContaining('isuer') },
    ]);
    const used = await doctor(['-p', 'other']);
    expect([used.code, used.of('configuration')?.verdict]).toEqual([3, 'problem']);
  });

  test('has a mistake still says where the provider is', async () => {
    work(', colour: red');
    const { code, of } = await doctor();
    expect([code, of('configuration')?.detail, of('discovery')?.verdict]).toEqual([3, expect.stringContaining('colour'), 'ok']);
  });

  test('holds a secret and can be read by others says what to run', async () => {
    work(", client_secret: 'a-client-secret-of-32-bytes-or-more'");
    chmodSync(join(home, '.config/padlock/config.yaml'), 0o644);
    const { code, of } = await doctor();
    expect([code, of('configuration')]).toMatchObject([
      3,
      { code: 'config_insecure_permissions', advice: expect.stringContaining('chmod 600') },
    ]);
    expect(of('discovery')?.verdict).toBe('ok');
  });

  test('names a profile that does not exist', async () => {
    work();
    const { code, of } = await doctor(['-p', 'nobody']);
    expect([code, of('settings')?.code]).toEqual([3, 'config_profile_unknown']);
  });

  test('is overruled by a variable that means nothing', async () => {
    work();
    const { code, of } = await doctor([], { env: { PADLOCK_TIMEOUT: 'soon' } });
    expect([code, of('settings')?.code, of('discovery')?.verdict]).toEqual([2, 'usage_bad_value', 'ok']);
  });

  test('comes with a project file that nobody may trust', async () => {
    work();
    writeFileSync(join(home, 'work/.padlock.yaml'), 'issuer: https://evil.test\n');
    const { code, of } = await doctor();
    expect([code, of('settings')?.code]).toEqual([3, 'config_untrusted']);
    expect(provider.requests.every(({ url }) => url.startsWith(ISSUER))).toBe(true);
  });

  test('names authorities that are none', async () => {
    work(', ca_file: ca.pem');
    const { code, of } = await doctor();
    expect([code, of('tls')]).toMatchObject([3, { code: 'config_bad_ca' }]);
  });
});

describe('a secret that', () => {
  const secretly = async (written: string, env: Record<string, string> = {}): Promise<Check | undefined> => {
    work(`, client_secret: ${written}`);
    return (await doctor([], { env })).of('secrets');
  };

  test.each([
    ["'your-256-bit-secret-your-256-bit-secret'", 'anybody would try'],
    ["'changeme'", '8 bytes'],
    ["'short-but-strange-7fK'", '21 bytes'],
    ['{ env: WEAK }', 'anybody would try'],
  ])('is weak (%s) is told, and not shown', async (written, says) => {
    const found = await secretly(written, { WEAK: 'your-256-bit-secret-your-256-bit-secret' });
    expect(found).toMatchObject({ verdict: 'warning', detail: expect.stringContaining(says) });
    expect(found?.detail).not.toMatch(/changeme|7fK|your-256/);
  });

  test.each(['{ env: NOBODY_SET_IT }', '{ file: not-there }'])('is not there is told: %s', async (written) => {
    expect(await secretly(written)).toMatchObject({ verdict: 'problem', code: 'config_missing_credential' });
  });

  test('is in a file that others may read is told, in a private one it is not', async () => {
    const path = join(home, '.config/padlock/secret');
    writeFileSync(path, SECRET, { mode: 0o644 });
    expect(await secretly('{ file: secret }')).toMatchObject({ verdict: 'warning', advice: expect.stringContaining('chmod 600') });
    chmodSync(path, 0o600);
    expect(await secretly('{ file: secret }')).toMatchObject({ verdict: 'ok' });
  });

  test('a program knows is not asked for', async () => {
    const run = (): Promise<string> => Promise.reject(new Error('it was run'));
    work(', client_secret: { command: [op, read] }');
    expect((await doctor([], { host: { run } })).of('secrets')?.verdict).toBe('ok');
  });
});

describe('a plugin that', () => {
  const FILE =
    "export default { apiVersion: 1, name: 'acme', strategies: [{ kind: 'source', name: 'acme', summary: 'x', read: async () => 'x' }] };\n";
  const list = (entry: string): void => configure(`plugins: [${entry}]\n`);

  test.each([
    ['has changed', '{ path: ./acme.mjs, sha256: "0" }', 'problem', 'plugin_changed', 11],
    ['is gone', './gone.mjs', 'problem', 'plugin_not_found', 11],
    ['is not pinned', './acme.mjs', 'warning', undefined, 0],
  ])('%s is told', async (_, entry, verdict, code, exit) => {
    writeFileSync(join(home, '.config/padlock/acme.mjs'), FILE);
    list(entry);
    const found = await doctor();
    expect([found.code, found.of('plugins')]).toMatchObject([exit, { verdict, ...(code && { code }) }]);
  });

  test('keeps sessions may speak of itself, and nonsense is not passed on', async () => {
    const store = (examine: () => Promise<unknown>): Plugin =>
      ({
        apiVersion: 1,
        name: 'acme',
        strategies: [{ kind: 'store', name: 'acme', summary: 'x', reach: 'process', open: () => Promise.reject(new Error('x')), examine }],
      }) as never;
    const ask = (examine: () => Promise<unknown>): Promise<Examined> =>
      doctor(['--store', 'acme'], { program: { plugins: [store(examine)] } });
    const spoken = await ask(async () => [{ name: 'disk', verdict: 'warning', detail: 'It is hot.', advice: 'Cool it.' }]);
    expect(spoken.of('disk')).toEqual({ name: 'disk', verdict: 'warning', detail: 'It is hot.', advice: 'Cool it.' });
    for (const nonsense of [null, 'ok', [{ name: 'disk', verdict: 'fine', detail: 'x' }], [{ name: '', verdict: 'ok', detail: 'x' }]])
      expect((await ask(async () => nonsense)).of('store')).toMatchObject({ verdict: 'problem', code: 'plugin_contract' });
    expect((await ask(() => Promise.reject(new Error('boom-canary')))).of('store')).toMatchObject({
      code: 'plugin_crashed',
      detail: expect.not.stringContaining('canary'),
    });
  });
});

describe('a provider that', () => {
  beforeEach(() => work());

  test.each([
    ['net_dns', 'discovery', 6],
    ['net_tls', 'tls', 6],
    ['net_proxy', 'proxy', 6],
    ['idp_unavailable', 'discovery', 10],
  ])('cannot be reached (%s) is told under %s', async (code, name, exit) => {
    const found = await doctor([], { ports: unreachable(code) });
    expect([found.code, found.of(name)?.code, found.checks.filter((check) => check.name === name)]).toMatchObject([exit, code, [{}]]);
    expect(found.of('store')?.verdict).toBe('ok'); // and it goes on
  });

  test.each<[string, FakeAnswer, string, number]>([
    ['is another one', { body: { ...METADATA, issuer: 'https://other.test' } }, 'proto_discovery_mismatch', 7],
    ['answers HTML', { body: '<html>' }, 'proto_not_json', 7],
    ['has no document', { status: 404 }, 'proto_discovery_invalid', 7],
  ])('%s is told', async (_, answer, code, exit) => {
    provider.others['/.well-known/openid-configuration'] = answer;
    const found = await doctor();
    expect([found.code, found.of('discovery')?.code]).toEqual([exit, code]);
  });

  test('has an issuer that may not be called is told', async () => {
    const found = await doctor(['--issuer', 'http://id.example.test']);
    expect([found.code, found.of('issuer')?.code, provider.requests]).toEqual([3, 'config_insecure_url', []]);
  });

  test.each([
    ['none', { keys: [] }, 'publishes 0, and none'],
    ['a weak one', { keys: [{ kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB' }] }, 'less than 2048 bits'],
  ])('publishes %s keys is told', async (_, body, says) => {
    provider.others['/keys'] = { body };
    expect((await doctor()).of('keys')).toMatchObject({ verdict: 'warning', detail: expect.stringContaining(says) });
  });

  test('shows its private keys is told as what it costs', async () => {
    provider.others['/keys'] = { body: { keys: [{ ...keyFor('RS256').jwk, d: 'AQAB' }] } };
    expect(await doctor()).toMatchObject({ code: 7, error: { code: 'proto_jwks_invalid' } });
  });

  test('has another time than this machine', async () => {
    provider.others['/.well-known/openid-configuration'] = {
      headers: { date: new Date(Date.now() - 100_000).toUTCString() },
      body: METADATA,
    };
    const { code, of } = await doctor();
    expect([code, of('clock')]).toMatchObject([
      8,
      { code: 'token_expired', detail: expect.stringMatching(/^It is (99|100|101) s ahead of/) },
    ]);
    expect((await doctor(['--clock-skew', '250'])).of('clock')?.verdict).toBe('ok');
  });

  test('does not list the flow or the client authentication that was chosen', async () => {
    provider.metadata = {
      ...METADATA,
      grant_types_supported: ['client_credentials', 'urn:acme:carrier-pigeon'],
      token_endpoint_auth_methods_supported: ['none'],
    };
    const { code, of } = await doctor(['--client-auth', 'client-secret-post']);
    expect([code, of('flows'), of('client authentication')]).toMatchObject([
      0,
      {
        verdict: 'warning',
        detail: expect.stringMatching(/password, is not among.*client-credentials, and what is not installed: urn:acme:carrier-pigeon/),
      },
      { verdict: 'warning', detail: expect.stringContaining('client-secret-post') },
    ]);
  });

  test('is to be asked by a flow that nobody has', async () => {
    const { code, of } = await doctor(['--flow', 'carrier-pigeon']);
    expect([code, of('flows')?.code]).toEqual([2, 'usage_unknown_flow']);
  });
});

describe('the way to the provider', () => {
  const proxyOf = async (env: Record<string, string>): Promise<Check | undefined> => {
    work();
    return (await doctor([], { env })).of('proxy');
  };
  test.each<[string, Record<string, string>, string, RegExp]>([
    ['a proxy', { HTTPS_PROXY: 'http://robin:pw-canary@proxy.test:3128' }, 'ok', /through the proxy proxy\.test:3128/],
    ['one that is not for it', { https_proxy: 'http://proxy.test', NO_PROXY: 'example.test' }, 'ok', /NO_PROXY names/],
    ['one for http', { HTTP_PROXY: 'http://proxy.test' }, 'warning', /HTTP_PROXY is set/],
    ['one that is no URL', { HTTPS_PROXY: 'socks5://robin:pw-canary@proxy.test' }, 'problem', /neither http nor https/],
    ['none', {}, 'ok', /There is none/],
  ])('leads through %s', async (_, env, verdict, says) => {
    const found = await proxyOf(env);
    expect(found).toMatchObject({ verdict, detail: expect.stringMatching(says) });
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});

describe('what Node.js is and trusts', () => {
  test('is told when it gets no fixes any more', () => {
    expect(nodeFinding('20.20.2', Date.parse('2026-04-29'))).toMatchObject({ verdict: 'ok' });
    expect(nodeFinding('20.20.2', Date.parse('2026-05-01'))).toMatchObject({
      verdict: 'warning',
      detail: expect.stringContaining('2026-04-30'),
    });
    expect(nodeFinding('26.0.0', Date.parse('2040-01-01'))).toMatchObject({ verdict: 'ok' });
  });

  test.each<[Record<string, string>, RegExp | undefined]>([
    [{}, undefined],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }, undefined],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /REJECT_UNAUTHORIZED=0 is set/],
    [{ NODE_EXTRA_CA_CERTS: '/not/there.pem' }, /which is not there/],
    [{ NODE_EXTRA_CA_CERTS: '/dev/null' }, /cannot be read/],
    [{ NODE_EXTRA_CA_CERTS: join(process.cwd(), 'package.json') }, /holds no certificate/],
  ])('is told of %j (BCP 17)', async (env, says) => {
    const found = (await doctor([], { env })).of('environment');
    if (says === undefined) expect(found?.verdict).toBe('ok');
    else expect(found).toMatchObject({ verdict: 'warning', detail: expect.stringMatching(says) });
  });
});

describe('the clock', () => {
  const answered = (headers: Record<string, string>, took = 0) => ({
    response: { status: 200, headers, body: new Uint8Array() },
    sent: Date.parse('2026-11-23T12:00:00Z') - took,
    received: Date.parse('2026-11-23T12:00:00Z') + took,
  });
  const at = (seconds: number): string => new Date(Date.parse('2026-11-23T12:00:00Z') + seconds * 1000).toUTCString();

  test.each<[string, Record<string, string>, number, string, string | undefined]>([
    ['that agrees', { date: at(0) }, 0, 'ok', undefined],
    ['that is a little off', { date: at(10) }, 0, 'ok', undefined],
    ['that is off by most of what is tolerated', { date: at(25) }, 0, 'warning', undefined],
    ['that is behind', { date: at(60) }, 0, 'problem', 'token_iat'],
    ['that is ahead', { date: at(-60) }, 0, 'problem', 'token_expired'],
    ['of an answer that an old cache gave', { date: at(-600), age: '600' }, 0, 'ok', undefined],
    ['of an answer that took long', { date: at(-20) }, 40_000, 'ok', undefined],
    ['that nobody tells', {}, 0, 'ok', undefined],
    ['that is told in no date', { date: 'noon' }, 0, 'ok', undefined],
  ])('%s', (_, headers, took, verdict, code) => {
    expect(clockFinding(answered(headers, took), 30)).toMatchObject({ verdict, ...(code && { code }) });
  });
});

describe('the store of files', () => {
  const folder = (): string => join(home, '.local/state/padlock/sessions');
  const signedIn = async (): Promise<void> => {
    work(", password: pa55word, username: robin, client_secret: 'a-client-secret-of-32-bytes-or-more', verifier: jwks");
    const clock = { now: () => Date.UTC(2026, 10, 23, 12), sleep: async () => {} };
    expect((await runHere(['auth', '-q'], { home, ports: { http: provider.http, clock } })).code).toBe(0);
  };

  test('is where it is, private, and its key is beside it', async () => {
    await signedIn();
    const { of } = await doctor();
    expect(of('store')?.detail).toBe(`Sessions are files in ${folder()}.`);
    expect([of('key')?.detail, of('permissions')?.verdict, of('locks')?.verdict]).toEqual([
      expect.stringContaining('a file beside them'),
      'ok',
      'ok',
    ]);
  });

  test('of which others may read files is told before it is mended', async () => {
    await signedIn();
    chmodSync(join(folder(), 'store.key'), 0o644);
    expect((await doctor()).of('permissions')).toMatchObject({ verdict: 'warning', advice: `Run: chmod -R go= ${folder()}` });
  });

  test('whose key is gone ends in store_decrypt, and says what is left to do', async () => {
    await signedIn();
    rmSync(join(folder(), 'store.key'));
    expect(await doctor()).toMatchObject({
      code: 9,
      error: { code: 'store_decrypt', hint: expect.stringContaining('padlock logout --all') },
    });
  });

  test('that is a link ends in store_symlink', async () => {
    mkdirSync(join(folder(), '..'), { recursive: true });
    symlinkSync(home, folder());
    expect(await doctor()).toMatchObject({ code: 9, error: { code: 'store_symlink' } });
  });

  test('tells of locks of processes that are gone, and of one that hangs', async () => {
    await signedIn();
    const identity = await ownIdentity();
    const claim = (process: object): string => JSON.stringify({ process, nonce: crypto.randomUUID(), length: 5000 });
    writeFileSync(join(folder(), 'a.lease'), claim({ ...identity, pid: 4_194_304 + 7 }));
    expect((await doctor()).of('locks')).toMatchObject({ verdict: 'warning', detail: 'Left by processes that are gone: 1.' });
    writeFileSync(join(folder(), 'b.lock'), claim(identity));
    expect((await doctor()).of('locks')?.detail).toContain('gone: 1'); // one that is at work is none
    const clock = { now: () => Date.now() + 100_000, sleep: async () => {} };
    expect((await doctor([], { ports: { clock } })).of('locks')).toMatchObject({
      verdict: 'warning',
      detail: expect.stringMatching(new RegExp(`^Process ${process.pid} has held a session for 100 s`)),
    });
  });

  test('tells of what was set aside', async () => {
    await signedIn();
    writeFileSync(join(folder(), 'x.corrupt-1'), '');
    expect((await doctor()).of('damaged sessions')).toMatchObject({ verdict: 'warning', detail: 'Set aside: 1.' });
  });

  test('is not there where there is no home; memory is, and says what that means', async () => {
    expect((await doctor([], { host: { directories: undefined } })).of('store')?.detail).toContain('end with the process');
    expect(await doctor(['--store', 'file'], { host: { directories: undefined } })).toMatchObject({ code: 9, error: { code: 'store_io' } });
  });
});

test('the store redis, of which nothing is known, says what it needs', async () => {
  expect(await doctor(['--store', 'redis'])).toMatchObject({ code: 2, error: { code: 'usage_missing_option' } });
});
