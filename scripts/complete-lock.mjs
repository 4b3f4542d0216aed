/**
 * Writes the platform packages that are missing into package-lock.json: run it after adding a dependency.
 * npm leaves out an optional package that the registry at hand does not have, and `npm ci` then refuses the lock file. What is
 * written is what the parent pins and the package's name says; on a platform that it is not for, npm never fetches it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './sources.mjs';

const OS = /(?:^|[-/])(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)(?=-|$)/;
const CPU = /-(arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|wasm32|x64)(?=-|$)/;

function entry(name, version, parent) {
  const os = OS.exec(name)?.[1];
  const cpu = CPU.exec(name)?.[1];
  if (os === undefined && cpu === undefined) throw new Error(`${name} names no platform; is it on the registry?`);
  const libc = os !== 'linux' ? undefined : /musl/.test(name) ? 'musl' : /gnu/.test(name) ? 'glibc' : undefined;
  return {
    version,
    ...(cpu !== undefined && { cpu: [cpu] }),
    ...(parent.dev && { dev: true }),
    ...(libc !== undefined && { libc: [libc] }),
    license: parent.license,
    optional: true,
    ...(os !== undefined && { os: [os] }),
  };
}

const file = join(root, 'package-lock.json');
const lock = JSON.parse(await readFile(file, 'utf8'));
const added = [];
for (const parent of Object.values(lock.packages))
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lock.packages[path] !== undefined || !/^\d/.test(version)) continue;
    lock.packages[path] = entry(name, version, parent);
    added.push(name);
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(added.length === 0 ? 'Nothing was missing.\n' : `Added ${added.length}: ${added.join(', ')}.\n`);
