/** The rotation race of scripts/race/refresh.mjs, in small: `npm run race` runs 200 rounds. */
import { execFile, execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';

function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['--map-root-user', '--pid', '--fork', '--mount-proc', 'true'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    process.stderr.write(`No rounds in pid namespaces: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}\n`);
    return false;
  }
}

const race = (...options: readonly string[]): Promise<{ readonly stdout: string; readonly failed: boolean }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['scripts/race/refresh.mjs', ...options], (error, stdout, stderr) =>
      resolve({ stdout: stdout + stderr, failed: error !== null }),
    );
  });

describe('25 processes with one expired session, at a provider that revokes the family of a token that is used twice', () => {
  test('get one token by one request, be they few or many, and also of a provider that is slow or busy', async () => {
    const { failed, stdout } = await race('--rounds', '5', '--kills', '0', '--namespaces', '0', '--others', '1');
    expect(stdout).toMatch(/^5 rounds of 25 processes in \d+ s: 1 of 10, 1 of 50, 1 slow, 1 busy, 1 plain; 0 lost\n$/);
    expect(failed).toBe(false);
  });

  test('go on when the one that refreshes is killed', async () => {
    const { failed, stdout } = await race('--rounds', '3', '--kills', '3', '--namespaces', '0', '--others', '0');
    expect(stdout).toMatch(/: 1 killed before, 1 killed answered, 1 killed committed; 0 lost\n$/);
    expect(failed).toBe(false);
  });

  (canUnshare() ? test : test.skip)('do so in two pid namespaces', async () => {
    const { failed, stdout } = await race('--rounds', '2', '--kills', '0', '--namespaces', '2', '--others', '0');
    expect(stdout).toMatch(/: 2 namespaces; 0 lost\n$/);
    expect(failed).toBe(false);
  });
});
