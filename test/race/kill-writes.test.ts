import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('a writer killed anywhere in a write leaves no torn entry, no lost one, no file and no wait', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/kill-writes.mjs', '100'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toBe(
    '100 kills observed between opening and renaming (opened 20, half written 20, written 20, synced 20, renaming 20, renamed 20): torn 0, lost 0, orphans 0, slow 0\n',
  );
  expect(status).toBe(0);
}, 120_000);
