import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import stopServers, { SERVERS } from './stop-servers.ts';

const run = promisify(execFile);

/** All at once: a port that was closed may be the next one that is given out. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const opened = servers.map(async (server) => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  });
  const ports = await Promise.all(opened);
  for (const server of servers) server.close();
  return ports;
}

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

/** How many sign-ins in a browser can be under way where a server compares redirect URIs to the letter. */
const REDIRECT_URIS = 6;

async function startAll(state: string): Promise<void> {
  const ports = await freePorts(SERVERS.length + REDIRECT_URIS);
  const uris = ports.slice(SERVERS.length).map((port) => `http://127.0.0.1:${port}/callback`);
  const ends = await Promise.allSettled(
    SERVERS.map(async ({ name, script, TLS }, at) => {
      const own = { TLS, PORT: String(ports[at]), REDIRECT_URIS: JSON.stringify(uris), STATE: join(state, name) };
      const options = { env: { ...process.env, ...own }, maxBuffer: 16 * 1024 * 1024 };
      const { stdout } = await run(join(process.cwd(), 'test/interop/servers', `${script}.sh`), ['start'], options);
      process.env[`INTEROP_${name.toUpperCase()}`] = stdout.slice(stdout.indexOf('{'));
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
