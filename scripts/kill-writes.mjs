/**
 * Kills writers of stored sessions with SIGKILL exactly where it hurts: `node scripts/kill-writes.mjs [kills]` (1000).
 *
 * Each child writes through Padlock's file store and stalls at a chosen point of a write (scripts/stalling-files.mjs); it tells which, and is
 * killed there. Then the same entry is written by the next process. What must never be seen: a torn entry, a lost older one, a leftover file,
 * a wait. Prints how many kills were observed at each point; exit 1 when something was seen.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './sources.mjs';
import { POINTS } from './stalling-files.mjs';

/** Between the opening of the temporary file and its rename; the ones just after it come on top. */
const kills = Number(process.argv[2] ?? 1000);
const all = Math.ceil((kills * POINTS.length) / (POINTS.length - 1));
const WORKERS = 2;
const NAMES = ['session-a', 'session-b', 'session-c', 'session-d'];
/** Milliseconds: the next run proceeds within two seconds. */
const AT_ONCE = 2000;

const CHILD = `
import { openStore, entry } from './store.mjs';
process.on('disconnect', () => process.exit());
process.once('message', async ({ home, at, name, generation, before }) => {
  const store = await openStore(home);
  const tag = (await store.read(name))?.tag ?? null;
  for (let n = 1; n <= before; n++) await store.replace(name, undefined, entry(name, generation + n));
  globalThis.stall = { at, report: (point) => process.send({ point }) };
  await store.replace(name, undefined, entry(name, generation + before + 1));
  process.send({ point: 'none' });
});`;

const STORE = `
import { createHash } from 'node:crypto';
import { NodeFiles } from './src/cli/node-files.ts';
import { nodeHost } from './src/cli/node-host.ts';
import { realClock, silentLog } from './src/core/headless.ts';
import { openFileStore } from './src/core/file-store.ts';

export const openStore = (home) => openFileStore({ files: new NodeFiles(), host: nodeHost({ HOME: home }), clock: realClock, log: silentLog });

/** An entry that tells by itself whether it is whole. */
export function entry(name, generation) {
  const text = JSON.stringify({ name, generation, fill: 'x'.repeat((generation * 7919) % 20000) });
  return { tag: 'g' + generation, data: Buffer.from(createHash('sha256').update(text).digest('hex') + text) };
}

/** The generation of an entry; undefined for one that is torn or another's. */
export function generationOf(name, stored) {
  const text = Buffer.from(stored?.data ?? '').toString();
  if (createHash('sha256').update(text.slice(64)).digest('hex') !== text.slice(0, 64)) return undefined;
  const found = JSON.parse(text.slice(64));
  return found.name === name && stored.tag === 'g' + found.generation ? found.generation : undefined;
}`;

const stalling = {
  name: 'stalling-files',
  setup({ onResolve }) {
    onResolve({ filter: /^node:fs\/promises$/ }, ({ importer }) =>
      importer.endsWith('stalling-files.mjs') ? { external: true } : { path: join(root, 'scripts/stalling-files.mjs') },
    );
  },
};

/** Observed, and what must not be. */
const seen = Object.fromEntries(POINTS.map((point) => [point, 0]));
const faults = { torn: 0, lost: 0, orphans: 0, slow: 0 };
let left = all;

async function worker(number, folder, { openStore, entry, generationOf }) {
  const home = join(folder, `home-${number}`);
  await mkdir(home);
  const store = await openStore(home);
  const directory = join(home, '.local/state/padlock/sessions');
  const generations = new Map();
  for (const name of NAMES) {
    await store.replace(name, null, entry(name, 1));
    generations.set(name, 1);
  }
  while (left > 0) {
    const turn = left--;
    const [at, name, before] = [POINTS[turn % POINTS.length], NAMES[turn % NAMES.length], turn % 3];
    const generation = generations.get(name);
    const child = spawn(process.execPath, [join(folder, 'child.mjs')], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.send({ home, at, name, generation, before });
    const [{ point }] = await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (point !== at) throw new Error(`The writer did not stop at "${at}".`);
    seen[point]++;

    // As every reader finds it: what was written last, or what was just being written if it had its name already.
    const written = generation + before + (at === 'renamed' ? 1 : 0);
    generations.set(name, written);
    for (const each of NAMES) {
      const found = generationOf(each, await store.read(each));
      if (found === undefined) faults.torn++;
      else if (found !== generations.get(each)) faults.lost++;
    }
    // The next run.
    const start = performance.now();
    const went = await store.replace(name, `g${written}`, entry(name, written + 1));
    if (!went) faults.lost++;
    if (performance.now() - start > AT_ONCE) faults.slow++;
    generations.set(name, written + 1);
    faults.orphans += (await readdir(directory)).filter((file) => /\.(lock|tmp|break|corrupt-\d+)$/.test(file)).length;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'padlock-kills-'));
try {
  const shared = { absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' };
  const contents = { contents: STORE, resolveDir: root, sourcefile: 'store.mjs', loader: 'js' };
  await build({ ...shared, stdin: contents, outfile: join(folder, 'store.mjs'), plugins: [stalling] });
  await writeFile(join(folder, 'child.mjs'), CHILD);
  const store = await import(pathToFileURL(join(folder, 'store.mjs')).href);
  await Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number, folder, store)));
} finally {
  await rm(folder, { recursive: true, force: true });
}
const between = POINTS.slice(0, -1).reduce((sum, point) => sum + seen[point], 0);
const list = (counts) =>
  Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
console.log(`${between} kills observed between opening and renaming (${list(seen)}): ${list(faults)}`);
process.exitCode = between >= kills && Object.values(faults).every((count) => count === 0) ? 0 : 1;
