import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { noHost, realClock, silentLog } from '../../src/core/headless.ts';
import { Spill } from '../../src/core/spill.ts';
import type { SessionStore } from '../../src/core/store.ts';
import { memory } from '../../src/strategies/stores/memory.ts';

let directory: string;
let store: SessionStore;
let spill: Spill;
const spillOf = (scope: string): Spill => new Spill(new NodeFiles(), join(directory, 'spill'), scope, silentLog);
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'padlock-spill-'));
  spill = spillOf('here');
  store = await memory.open(
    {},
    {
      files: undefined,
      host: noHost,
      clock: realClock,
      log: silentLog,
      fail(code, about): never {
        throw new PadlockError(code, about);
      },
    },
  );
  await store.replace('a', null, entry('old'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const entry = (text: string) => ({ tag: text, data: new TextEncoder().encode(`{"of":"${text}"}\n`) });
const kept = (): readonly string[] => readdirSync(join(directory, 'spill'));
const stored = async (name: string): Promise<string | undefined> => {
  const found = await store.read(name);
  return found && new TextDecoder().decode(found.data);
};

describe('a write that a store could not take', () => {
  test('is written when it can, once', async () => {
    await spill.keep('a', 'old', entry('new'));
    await spill.keep('b', null, entry('first'));
    await spillOf('here').merge(store);
    expect(await stored('a')).toBe('{"of":"new"}\n');
    expect(await stored('b')).toBe('{"of":"first"}\n');
    expect(kept()).toEqual([]);
    await store.replace('a', 'new', entry('newer'));
    await spill.merge(store);
    expect(await stored('a')).toBe('{"of":"newer"}\n');
  });

  test('is dropped when somebody wrote something else meanwhile', async () => {
    await spill.keep('a', 'old', entry('new'));
    await spill.keep('b', 'gone', entry('new'));
    await store.replace('a', 'old', entry('signed in again'));
    await spill.merge(store);
    expect(await stored('a')).toBe('{"of":"signed in again"}\n');
    expect(await stored('b')).toBeUndefined();
    expect(kept()).toEqual([]);
  });

  test('may stand on another one', async () => {
    for (const [expected, next] of [
      ['1', '2'],
      ['3', '4'],
      ['old', '1'],
      ['2', '3'],
    ])
      await spill.keep('a', expected as string, entry(next as string));
    await spill.merge(store);
    expect((await store.read('a'))?.tag).toBe('4');
    expect(kept()).toEqual([]);
  });

  test('stays when the store fails again', async () => {
    await spill.keep('a', 'old', entry('new'));
    const broken = { replace: () => Promise.reject(new PadlockError('store_io')) };
    await expect(spill.merge(broken)).rejects.toMatchObject({ code: 'store_io' });
    await spill.merge(store);
    expect(await stored('a')).toBe('{"of":"new"}\n');
  });

  test('is for its own store alone', async () => {
    await spill.keep('a', 'old', entry('new'));
    await spillOf('there').merge(store);
    expect((await store.read('a'))?.tag).toBe('old');
    expect(kept()).toHaveLength(1);
  });

  test('is in a private file, and a file that is damaged or of another version stays where it is', async () => {
    await spill.keep('a', 'old', entry('new'));
    expect([statSync(join(directory, 'spill')).mode & 0o777, statSync(join(directory, 'spill', kept()[0] as string)).mode & 0o777]).toEqual(
      [0o700, 0o600],
    );
    const good = { schema: 'padlock/spill/1', name: 'c', expected: null, tag: 't', bytes: 1 };
    const lineOf = (line: object): string => `${JSON.stringify({ ...good, ...line })}\nx`;
    const damaged = [
      '',
      '{',
      ...[{ schema: 'padlock/spill/2' }, { bytes: 9 }, { name: 5 }, { tag: null }, { expected: 5 }, { expected: undefined }].map(lineOf),
    ];
    const uuid = (at: number | string): string => `0000000${at}-0000-4000-8000-000000000000`;
    const put = (name: string, text: string): void => writeFileSync(join(directory, 'spill', name), text);
    for (const [at, line] of damaged.entries()) put(`here.${uuid(at)}`, line);
    const others = ['here', 'here.tmp', `here.${uuid('a')}.tmp`, `here.of.${uuid('b')}`, `x.here.${uuid('c')}`];
    for (const name of others) put(name, lineOf({}));
    expect(await spill.count()).toBe(1);
    await spill.merge(store);
    expect(await stored('a')).toBe('{"of":"new"}\n');
    expect([kept().length, await spill.count()]).toEqual([damaged.length + others.length, 0]);
    put(`here.${uuid('d')}`, lineOf({}));
    await spill.merge(store);
    expect(await stored('c')).toBe('x');
  });
});
