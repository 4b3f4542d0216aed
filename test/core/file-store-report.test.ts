/** What `padlock doctor` says of sessions in files, where there is no keyring. One that there is drives test/interop. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';
import type { StoreHost } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import { openFileStore } from '../../src/core/file-store.ts';
import { examineFileStore } from '../../src/core/file-store-report.ts';
import { realClock, silentLog } from '../../src/core/headless.ts';
import { hostWith } from './config-fixture.ts';

let home: string;
let host: StoreHost;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'padlock-home-'));
  host = {
    files: new NodeFiles(),
    host: { ...hostWith(), directories: { config: join(home, 'c'), cache: join(home, 'k'), state: join(home, 's') } },
    clock: realClock,
    log: silentLog,
    fail: (code, about) => {
      throw new PadlockError(code, about);
    },
  };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const found = async (at: StoreHost = host): Promise<readonly string[]> =>
  (await examineFileStore(at)).map(({ detail, name, verdict }) => `${name} ${verdict}: ${detail}`);
const directory = (): string => join(home, 's/sessions');
const keep = async (): Promise<void> => {
  await using store = await openFileStore(host);
  await store.replace('a', undefined, { tag: 't', data: Uint8Array.of(1) });
};

test('before there are any', async () => {
  expect(await found()).toEqual([
    `store ok: Sessions will be files in ${directory()}; there are none yet.`,
    'key ok: There is no system keyring: their key will be a file beside them.',
  ]);
  expect(readdirSync(home)).toEqual([]); // who only looks makes nothing
});

test('when there are some', async () => {
  await keep();
  expect(await found()).toEqual([
    `store ok: Sessions are files in ${directory()}.`,
    'key ok: There is no system keyring: their key is a file beside them, which protects a backup that holds only one of the two.',
    'permissions ok: No other user may look at the files of the store.',
    'locks ok: No session is locked.',
  ]);
});

test('when their key cannot be had, with the code that every command would end with', async () => {
  await keep();
  writeFileSync(join(directory(), 'store.json'), '{"schema":"padlock/store/99"}');
  expect((await examineFileStore(host))[1]).toMatchObject({ name: 'key', verdict: 'problem', code: 'store_version' });
});

test('a mistake of a program is none of the store', async () => {
  await keep();
  const files = new NodeFiles();
  files.read = () => Promise.reject(new TypeError('a mistake'));
  await expect(examineFileStore({ ...host, files })).rejects.toThrow('a mistake');
});
