/** The rotation race of scripts/race/redis.mjs, in small: `npm run race:redis` runs 50 rounds. */
import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('25 processes that share nothing but Redis lose no session, whether it runs, is killed, or is stopped, or one of them is killed', async () => {
  const { failed, output } = await new Promise<{ failed: boolean; output: string }>((resolve) => {
    execFile(process.execPath, ['scripts/race/redis.mjs', '--rounds', '3', '--kills', '1', '--deaths', '1'], (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    );
  });
  expect(output).toMatch(/^4 rounds of 25 processes in \d+ s: 1 plain, 1 killed answered, 1 Redis killed, 1 after a stop; 0 lost; /);
  expect(failed).toBe(false);
}, 300_000);
