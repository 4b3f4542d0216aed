import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What runs, under which name, and whether it speaks TLS and asks for certificates. */
export const SERVERS = [
  { name: 'lemonldap', script: 'lemonldap', TLS: '' },
  { name: 'glewlwyd', script: 'glewlwyd', TLS: '' },
  { name: 'glewlwyd_tls', script: 'glewlwyd', TLS: '1' },
  { name: 'jmondi', script: 'jmondi', TLS: '' },
] as const;

/** Jest's globalTeardown: stops what start-servers.ts started and prints which combinations signed in. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default async function stopServers(): Promise<void> {
  const state = process.env.INTEROP_STATE;
  if (state === undefined) return;
  for (const { name, script } of SERVERS)
    await run(join(process.cwd(), 'test/interop/servers', `${script}.sh`), ['stop'], { env: { ...process.env, STATE: join(state, name) } });
  const matrix = join(state, 'matrix');
  if (existsSync(matrix)) process.stderr.write(`\nSigned in with the packed CLI:\n${table(readFileSync(matrix, 'utf8'))}\n`);
  await rm(state, { recursive: true, force: true });
}

function table(lines: string): string {
  const rows = lines
    .trimEnd()
    .split('\n')
    .sort()
    .map((line) => line.split('\t'));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}   pass`).join('\n');
}
