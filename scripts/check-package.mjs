/** Checks the tarball as its users' tools will read it: publint for the manifest, attw for the types. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './sources.mjs';

const folder = execFileSync(process.execPath, [join(root, 'scripts/pack.mjs')], { encoding: 'utf8' }).trim();
const tarball = join(folder, 'package.tgz');
const tool = (name, ...args) => execFileSync(join(root, 'node_modules/.bin', name), args, { stdio: 'inherit' });

tool('publint', 'run', tarball, '--strict');
// Schemas are data, and the package is ES modules only: CommonJS gets it through require() of an ES module.
tool('attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', './schema/*', './package.json');
