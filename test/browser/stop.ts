/** After the tests with a browser: the server ends. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default function stop(): void {
  const state = process.env.GLEWLWYD_STATE;
  if (state === undefined) return;
  execFileSync(join(process.cwd(), 'test/interop/servers/glewlwyd.sh'), ['stop'], { env: { ...process.env, STATE: state } });
  rmSync(dirname(state), { recursive: true, force: true });
}
