/** Runs before everything: dist/ is built anew when a source changed, since the sandbox's process and the packed CLI come from there. */
import { spawnSync } from 'node:child_process';

/** A build that fails is told and does not stop the tests that need none. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default function freshBuild(): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale'], { encoding: 'utf8' });
  if (status !== 0)
    process.stderr.write(`\nThe build failed; tests of the sandbox and of the packed CLI see an old one or none.\n${stderr}\n`);
}
