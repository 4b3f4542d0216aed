/**
 * Packs the package as it would be published and unpacks it away from any node_modules. Prints the folder it lies in:
 * FOLDER/package is what a user gets, FOLDER/package.tgz the tarball. Run again with the same sources, it costs a hash.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const here = (name) => existsSync(join(root, name));
const BUILT_FROM = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts', 'src'].filter(here);
const PACKED_AS_IS = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'schema'].filter(here);
const KEPT = 4;

async function filesOf(name) {
  if (!(await stat(join(root, name))).isDirectory()) return [name];
  const entries = await readdir(join(root, name), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length));
}

async function hashOfSources() {
  const hash = createHash('sha256');
  const files = (await Promise.all([...BUILT_FROM, ...PACKED_AS_IS].map(filesOf))).flat().sort();
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** A folder under the system's for temporary files that belongs to this user alone, as what lies in it will be executed. */
async function cacheFolder() {
  const folder = join(tmpdir(), `padlock-packed-${process.getuid?.() ?? 'user'}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o077) !== 0)) throw new Error(`${folder} is not yours alone.`);
  return folder;
}

async function pack(cache, into) {
  const stage = await mkdtemp(join(cache, '.stage-'));
  try {
    await run(process.execPath, [join(root, 'scripts/build.mjs'), '--into', stage]);
    for (const name of PACKED_AS_IS) await cp(join(root, name), join(stage, name), { recursive: true });
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: stage });
    await mkdir(join(stage, 'out'));
    await rename(join(stage, stdout.trim()), join(stage, 'out/package.tgz'));
    await run('tar', ['-xzf', 'package.tgz'], { cwd: join(stage, 'out') });
    await rename(join(stage, 'out'), into);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Lets one of several processes that want the same thing do it. */
async function alone(lock, isDone, work) {
  while (!isDone()) {
    const held = await writeFile(lock, String(process.pid), { flag: 'wx' }).then(
      () => true,
      () => false,
    );
    if (held) {
      try {
        if (!isDone()) await work();
      } finally {
        await rm(lock, { force: true });
      }
      return;
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    await sleep(50);
  }
}

async function forgetOld(cache, current) {
  const entries = (await readdir(cache)).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current);
  const aged = await Promise.all(entries.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  for (const { name, at } of aged.slice(KEPT))
    if (Date.now() - at > 3_600_000) await rm(join(cache, name), { recursive: true, force: true });
}

const cache = await cacheFolder();
const hash = await hashOfSources();
const folder = join(cache, hash);
try {
  await alone(
    `${folder}.lock`,
    () => existsSync(folder),
    () => pack(cache, folder),
  );
  await forgetOld(cache, hash);
  process.stdout.write(`${folder}\n`);
} catch (error) {
  process.stderr.write(`${error.stderr || error.message}\n`);
  process.exitCode = 1;
}
