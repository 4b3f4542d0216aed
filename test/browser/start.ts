/** Before the tests with a browser: a fresh build, Chromium, and a server with login pages of its own. What they are travels in the environment. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import freshBuild from '../support/fresh-build.ts';

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default async function start(): Promise<void> {
  freshBuild();
  const run = (script: string, env: Readonly<Record<string, string>> = {}): string =>
    execFileSync(join(process.cwd(), 'test', script), ['start'], { encoding: 'utf8', env: { ...process.env, ...env } });
  process.env.CHROMIUM = run('browser/chromium.sh').trim();
  process.env.GLEWLWYD_STATE = join(mkdtempSync(join(tmpdir(), 'padlock-browser-')), 'glewlwyd');
  const printed = run('interop/servers/glewlwyd.sh', { STATE: process.env.GLEWLWYD_STATE, PORT: String(await freePort()) });
  process.env.GLEWLWYD = printed.slice(printed.indexOf('{'));
}

/** One that nobody listens on just now. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
