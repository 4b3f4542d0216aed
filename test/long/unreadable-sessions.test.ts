/** Stored sessions that were damaged, or lost their key: detected, forgotten, and never a reason not to sign in. */
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { failure, SessionHome } from '../integration/session-home.ts';
import type { CliResult } from '../support/cli.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
let home: SessionHome;
const padlock = (...line: Parameters<SessionHome['padlock']>): Promise<CliResult> => home.padlock(...line);

describe('what cannot be read', () => {
  /** The session itself is the largest file. */
  const sessionFile = (): string => {
    const paths = home.entries().map((name) => join(home.folder, name));
    return paths.reduce((a, b) => (readFileSync(a).length > readFileSync(b).length ? a : b));
  };
  beforeEach(async () => {
    home = new SessionHome(idp());
    await home.signIn();
  });

  test('is forgotten by logout with all that was set aside, and auth works', async () => {
    for (const logout of [['logout'], ['logout', '--all']]) {
      truncateSync(sessionFile(), 100);
      const { code, stderr } = await padlock(['token']);
      expect([code, stderr]).toEqual([
        4,
        expect.stringMatching(/^Warning: A damaged file of the stored sessions was set aside as .*\nError: /),
      ]);
      expect((await padlock(['token'])).stderr).not.toContain('Warning');
      expect((await padlock(logout)).code).toBe(0);
      expect(home.entries().filter((name) => name.includes('corrupt'))).toEqual([]);
      expect((await home.signIn()).code).toBe(0);
    }
    expect((await padlock(['token'])).code).toBe(0);
  });

  test('is detected where only a bit was changed', async () => {
    const bytes = readFileSync(sessionFile());
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    writeFileSync(sessionFile(), bytes);
    expect(failure(await padlock(['token', '--json']))).toMatchObject({ code: 'store_decrypt' });
    const { code, stderr } = await padlock(['logout']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('could not be read; it was forgotten here')]);
    expect((await padlock(['token'])).code).toBe(4);
  });

  test('is a reason to sign in again, and no reason to refuse that', async () => {
    writeFileSync(sessionFile(), 'something else');
    expect((await home.signIn()).code).toBe(0);
    expect((await padlock(['token'])).code).toBe(0);
  });

  test('without its key is removed by logout --all', async () => {
    rmSync(join(home.folder, 'store.key'));
    expect(failure(await padlock(['token', '--json']))).toMatchObject({
      code: 'store_decrypt',
      hint: expect.stringContaining('logout --all'),
    });
    expect(await padlock(['logout', '--all'])).toMatchObject({ code: 0, stderr: 'Nothing is left of any session.\n' });
    expect((await home.signIn()).code).toBe(0);
    expect((await padlock(['whoami'])).code).toBe(0);
  });

  test('and cannot be replaced: the answer is on stdout, the failure on stderr', async () => {
    const file = sessionFile();
    rmSync(file);
    mkdirSync(join(file, 'in-the-way'), { recursive: true });
    const { code, stdout, stderr } = await home.signIn(['--json']);
    expect([code, JSON.parse(stdout), JSON.parse(stderr)]).toMatchObject([
      9,
      { stored: null },
      { error: { exit: 9, category: 'storage' } },
    ]);
  });
});
