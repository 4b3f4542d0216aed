import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import stopServers, { SERVERS } from './stop-servers.ts';

const run = promisify(execFile);

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

/** Jest's globalSetup: the servers on free ports. Their documents and the state directory travel to the tests in the environment. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default async function startServers(): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'padlock-interop-'));
  process.env.INTEROP_STATE = state;
  try {
    await startAll(state);
  } catch (error) {
    await stopServers(); // Jest does not call the teardown of a setup that failed
    throw error;
  }
}

async function startAll(state: string): Promise<void> {
  // One after the other: on a fresh machine each installs packages, and only one apt can run.
  for (const { name, script, TLS } of SERVERS) {
    const env = { ...process.env, TLS, PORT: String(await freePort()), STATE: join(state, name) };
    const { stdout } = await run(join(process.cwd(), 'test/interop/servers', `${script}.sh`), ['start'], {
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    process.env[`INTEROP_${name.toUpperCase()}`] = stdout.slice(stdout.indexOf('{'));
  }
}
