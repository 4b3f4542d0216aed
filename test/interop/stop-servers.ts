import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { matrixText, table } from './matrix-text.ts';
import type { Cell } from './support.ts';

const run = promisify(execFile);

/** What runs, under which name, and whether it speaks TLS and asks for certificates. */
export const SERVERS = [
  { name: 'lemonldap', script: 'lemonldap', TLS: '' },
  { name: 'glewlwyd', script: 'glewlwyd', TLS: '' },
  { name: 'glewlwyd_tls', script: 'glewlwyd', TLS: '1' },
  { name: 'jmondi', script: 'jmondi', TLS: '' },
  { name: 'django', script: 'django', TLS: '' },
  { name: 'oidc_provider', script: 'oidc-provider', TLS: '1' },
  { name: 'mock', script: 'mock', TLS: '' },
] as const;

/** Jest's globalTeardown: stops what start-servers.ts started and prints which combinations signed in. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default async function stopServers(): Promise<void> {
  const state = process.env.INTEROP_STATE;
  if (state === undefined) return;
  await Promise.all(
    SERVERS.map(({ name, script }) =>
      run(join(process.cwd(), 'test/interop/servers', `${script}.sh`), ['stop'], { env: { ...process.env, STATE: join(state, name) } }),
    ),
  );
  const linesOf = (name: string): readonly string[] => {
    const file = join(state, name);
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  };
  const signedIn = linesOf('matrix').map((line) => [...line.split('\t'), 'pass']);
  const cells = linesOf('cells').map((line) => JSON.parse(line) as Cell);
  if (signedIn.length > 0) process.stderr.write(`\nSigned in with the packed CLI:\n${table(signedIn)}\n`);
  if (cells.length > 0) process.stderr.write(`\nFlow × server × client authentication:\n${matrixText(cells)}\n`);
  await rm(state, { recursive: true, force: true });
}
