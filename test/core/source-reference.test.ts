/** References to secrets: both ways to write one, what a typed one means, and what a source may do. */
import { describe, expect, test } from '@jest/globals';
import { createRegistry } from '../../src/core/compose.ts';
import type { Source, SourceHost } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { provide } from '../../src/core/inject.ts';
import type { JsonValue } from '../../src/core/json-value.ts';
import { type Host, Http, type HttpRequest } from '../../src/core/ports.ts';
import { sourceReference, typedReference } from '../../src/core/source-reference.ts';
import { errorOf, hostWith, MemoryFiles, registryWith } from './config-fixture.ts';

const PLACE = { name: 'profiles.work.password', kind: 'config' } as const;
const FLAG = { name: '--password-from', kind: 'usage' } as const;
const HOME = '/home/robin';

/** A source that says what it was given. */
const echo = (more: Partial<Source> = {}): Source => ({
  kind: 'source',
  name: 'echo',
  summary: 'what it was given',
  read: async (argument) => JSON.stringify(argument),
  ...more,
});

interface There {
  readonly source?: Source;
  readonly host?: Host;
}
const worldOf = ({ host = hostWith({ X: 'x', 'A:B': 'ab' }) }: There = {}) => ({
  files: new MemoryFiles({ [`${HOME}/secret`]: 'of a file' }),
  host,
  patience: 1000,
});
const written = (value: unknown, { source = echo(), ...there }: There = {}) =>
  sourceReference(value, PLACE, HOME, registryWith(source), worldOf(there));
const typed = (text: unknown, { source = echo(), ...there }: There = {}) =>
  typedReference(text, FLAG, HOME, registryWith(source), worldOf(there));

describe('a reference in a profile', () => {
  test.each<[unknown, string]>([
    [{ env: 'X' }, 'x'],
    [{ source: 'env', name: 'X' }, 'x'],
    [{ file: 'secret' }, 'of a file'],
    [{ source: 'file', path: `${HOME}/secret` }, 'of a file'],
    [{ echo: null }, 'null'],
    [{ echo: { a: 1 } }, '{"a":1}'],
    [{ source: 'echo' }, 'null'],
    [{ source: 'echo', account: 'a' }, '{"account":"a"}'], // it says no name of its argument
    [{ source: 'echo', account: 'a', service: 'b' }, '{"account":"a","service":"b"}'],
  ])('%j is %s', async (value, text) => {
    const reference = written(value);
    expect([await reference.read(), reference.reference, reference.place]).toEqual([text, value, PLACE]);
  });

  test('at length is its one argument where there is nothing else', async () => {
    const source = echo({ argument: 'account' });
    await expect(written({ source: 'echo', account: 'a' }, { source }).read()).resolves.toBe('"a"');
    await expect(written({ source: 'echo', service: 'a' }, { source }).read()).resolves.toBe('{"service":"a"}');
    await expect(written({ source: 'echo', account: 'a', service: 'b' }, { source }).read()).resolves.toBe('{"account":"a","service":"b"}');
  });

  test.each<[unknown, string, string]>([
    [{ source: 'ech' }, 'profiles.work.password.source names no source.', 'Did you mean echo?'],
    [{ fil: 'x' }, 'There is no key profiles.work.password.fil.', 'Did you mean file?'],
    [{ file: 'x', env: 'X' }, 'profiles.work.password must be a text or have one key: env, file, command, echo.', ''],
    [{}, 'profiles.work.password must be a text or have one key: env, file, command, echo.', ''],
  ])('%j is refused', async (value, message, hint) => {
    expect(await errorOf(() => written(value))).toMatchObject({ code: 'config_schema', message, hint: expect.stringContaining(hint) });
  });
});

describe('a reference that is typed', () => {
  test.each<[string, string, JsonValue]>([
    ['env:X', 'x', { env: 'X' }],
    ['env:A:B', 'ab', { env: 'A:B' }],
    ['file:secret', 'of a file', { file: `${HOME}/secret` }],
    ['file:/home/robin/secret', 'of a file', { file: `${HOME}/secret` }],
    ['echo', 'null', { echo: null }],
    ['echo:', '""', { echo: '' }],
    ['echo:a/b', '"a/b"', { echo: 'a/b' }],
    ['echo:a\nb:c', '"a\\nb:c"', { echo: 'a\nb:c' }],
  ])('%j is %s', async (text, value, reference) => {
    const found = typed(text);
    expect([await found.read(), found.reference]).toEqual([value, reference]);
  });

  test('is configured, wherever it was typed: what it does not yield is exit 3', async () => {
    expect(typed('env:NOT_SET').place).toEqual({ name: '--password-from', kind: 'config' });
    await expect(typed('env:NOT_SET').read()).rejects.toMatchObject({
      code: 'config_missing_credential',
      exit: 3,
      message: '--password-from names an environment variable that is not set.',
    });
    await expect(typed('file').read()).rejects.toMatchObject({ code: 'config_schema', exit: 3 });
  });

  test('has to be a text, and has to name a source', async () => {
    expect(await errorOf(() => typed(5))).toMatchObject({ code: 'usage_bad_value', message: '--password-from must name a source.' });
    expect(await errorOf(() => typed('nosuch:x'))).toMatchObject({ code: 'usage_unknown_strategy' });
  });
});

describe('a source', () => {
  const asking = (ask: (host: SourceHost) => Promise<string>, more: Partial<Source> = {}): Source =>
    echo({ read: (_, host) => ask(host), ...more });
  const reading = (source: Source, there: There = {}): Promise<PadlockError> =>
    errorOf(() => written({ echo: null }, { source, ...there }).read());

  test('that crashes is said to have, with what it threw', async () => {
    const cause = new TypeError('a mistake');
    const crashed = { code: 'plugin_crashed', message: 'The source echo failed for profiles.work.password.', cause };
    expect(await reading(asking(() => Promise.reject(cause)))).toMatchObject(crashed);
    const atOnce = asking(() => {
      throw cause;
    });
    expect(await reading(atOnce)).toMatchObject(crashed);
  });

  test('gives a text and nothing else', async () => {
    expect(await reading(asking(async () => 5 as never))).toMatchObject({ code: 'plugin_contract' });
  });

  test('says what is missing, in the name of the place', async () => {
    const message = 'profiles.work.password has no such account.';
    const source = asking(async (host) => host.fail('config_missing_credential', { message: 'has no such account.' }));
    expect(await reading(source)).toMatchObject({ code: 'config_missing_credential', message });
    const silent = asking(async (host) => host.fail('config_missing_credential'));
    expect(await reading(silent)).toMatchObject({ message: 'profiles.work.password yields nothing' });
  });

  test('hears what the machine says of a program; only what is missing is said in the name of the place', async () => {
    const source = asking((host) => host.run(['op']));
    const failing = (error: unknown) => reading(source, { host: hostWith({}, () => Promise.reject(error)) });
    const missing = new PadlockError('config_missing_credential', { message: 'There is no program op.', hint: 'Install it.' });
    expect(await failing(missing)).toMatchObject({
      code: 'config_missing_credential',
      message: 'profiles.work.password: There is no program op.',
      hint: 'Install it.',
      cause: missing,
    });
    const cancelled = new PadlockError('cancelled', { message: 'Cancelled.' });
    expect(await failing(cancelled)).toBe(cancelled);
    expect(await failing(new TypeError('a mistake'))).toMatchObject({ code: 'plugin_crashed' });
  });

  describe('that fetches', () => {
    const request = { purpose: 'The vault', method: 'GET', url: 'https://vault.example.test/secret', headers: { a: 'b' } } as const;
    const fetching = (more: Partial<Source>): Source =>
      asking(async (host) => new TextDecoder().decode((await host.http(request)).body), more);
    const hosts = () => ['vault.example.test'];

    test('asks its hosts and no other', async () => {
      for (const source of [fetching({}), fetching({ hosts: () => [] }), fetching({ hosts: () => ['vault.example.test:8443'] })])
        expect(await reading(source)).toMatchObject({
          code: 'plugin_contract',
          message: 'The source echo may not call vault.example.test: it is not among its hosts.',
        });
    });

    test('asks them through the network door, with the signal of the caller', async () => {
      const { container, registry } = createRegistry([fetching({ hosts })]);
      const requests: HttpRequest[] = [];
      const http: Http = {
        send: async (sent) => {
          requests.push(sent);
          return { status: 200, headers: {}, body: new TextEncoder().encode('fetched\n') };
        },
      };
      provide(container, Http, http);
      const found = sourceReference({ echo: null }, PLACE, HOME, registry, worldOf());
      await expect(found.read()).resolves.toBe('fetched');
      expect(requests).toEqual([{ ...request, signal: expect.any(AbortSignal) }]);
    });

    test('has to do without, where there is no network', async () => {
      expect(await reading(fetching({ hosts }))).toMatchObject({
        code: 'config_missing_credential',
        message: 'profiles.work.password has to be fetched, and there is no network here.',
      });
    });
  });
});
