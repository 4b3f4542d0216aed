/** Checks the tarball as its users' tools will read it: publint for the manifest, attw for the types. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './sources.mjs';

const folder = execFileSync(process.execPath, [join(root, 'scripts/pack.mjs')], { encoding: 'utf8' }).trim();
const tarball = join(folder, 'package.tgz');
const passes = (name, ...args) => spawnSync(join(root, 'node_modules/.bin', name), args, { stdio: 'inherit' }).status === 0;

const results = [
  passes('publint', 'run', tarball, '--strict'),
  // Schemas are data, and the package is ES modules only: CommonJS gets it through require() of an ES module.
  passes('attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', './schema/*', './package.json'),
];
process.exitCode = results.includes(false) ? 1 : 0;
