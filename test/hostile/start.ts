/** Before the fault matrix: a fresh build, and a folder where each family writes down what became of its rows. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import freshBuild from '../support/fresh-build.ts';

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default function start(): void {
  freshBuild();
  process.env.HOSTILE_RECORDS = mkdtempSync(join(tmpdir(), 'padlock-hostile-'));
}
