/**
 * Packs the package as it would be published and unpacks it away from any node_modules. Prints the folder it lies in:
 * FOLDER/package is what a user gets, FOLDER/package.tgz the tarball. Run again with the same sources, it costs a hash.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { alone, hashOf, root, SOURCES } from './sources.mjs';

const run = promisify(execFile);
const PACKED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'THIRD_PARTY_NOTICES.md', 'schema', 'dist'];
const KEPT = 4;

/** A folder among the system's temporary ones that belongs to this user alone, as what lies in it will be executed. */
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
    for (const name of PACKED) if (existsSync(join(root, name))) await cp(join(root, name), join(stage, name), { recursive: true });
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: stage });
    await mkdir(join(stage, 'out'));
    await rename(join(stage, stdout.trim()), join(stage, 'out/package.tgz'));
    await run('tar', ['-xzf', 'package.tgz'], { cwd: join(stage, 'out') });
    await rename(join(stage, 'out'), into);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function forgetOld(cache, current) {
  const entries = (await readdir(cache)).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current);
  const aged = await Promise.all(entries.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  for (const { name, at } of aged.slice(KEPT))
    if (Date.now() - at > 3_600_000) await rm(join(cache, name), { recursive: true, force: true });
}

try {
  const cache = await cacheFolder();
  const name = await hashOf([...new Set([...SOURCES, ...PACKED])].filter((each) => each !== 'dist' && each !== 'THIRD_PARTY_NOTICES.md'));
  const folder = join(cache, name);
  if (!existsSync(folder)) {
    await alone(`${folder}.lock`, async () => {
      if (existsSync(folder)) return;
      await run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale']);
      await alone(join(root, '.cache', 'build.lock'), () => pack(cache, folder));
    });
    await forgetOld(cache, name);
  }
  process.stdout.write(`${folder}\n`);
} catch (error) {
  process.stderr.write(`${error.stderr || error.message}\n`);
  process.exitCode = 1;
}
