/** Processes of their own that share a store. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The program of test/interop/store-worker.ts, one for each test file. */
export async function storeWorker(name: string): Promise<string> {
  const outfile = join(process.cwd(), '.cache/interop', `${name}-worker.mjs`);
  const entryPoints = ['test/interop/store-worker.ts'];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', packages: 'external', outfile, logLevel: 'error' });
  return outfile;
}

/** All that a process printed. */
export async function said(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  return text.trim();
}
