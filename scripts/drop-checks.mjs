#!/usr/bin/env node
/**
 * Does a test notice when a check is gone? Takes out each statement marked `// check: <name>`, one at a time, in a copy of the sources,
 * runs the tests of verifiers and of whole sign-ins there, and lists what nobody noticed. Usage: node scripts/drop-checks.mjs [part of a name]
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@swc/core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = process.argv[2] ?? '';
const CORE =
  'userinfo|compact|key-policy|jose|claims|access-token|algorithms|cache|issuer-url|http|http-answers|polling|authorization|token-set|dpop|access-verifiers|sessions/dpop|private-key';
const ALL = `test/(core/(${CORE})|cli/(flags|tame)|strategies/(grants|verifiers|client-auth|sources)/.*|hostile/forged-tokens|integration/(refusals|checks|keys|openid-client))[.]test`;
/** The test that stands beside a source file, or the sign-ins that are refused, are asked first: they are quick, and mostly enough. */
const beside = (file) => {
  const name = basename(file, '.ts')
    .replace('claim-checks', 'claims')
    .replace('cache-files', 'cache')
    .replace('client-certificate', 'private-key')
    .replace('device-authorization', 'device-code');
  return [...CORE.split('|'), 'flags', 'tame', 'device-code', 'ciba', 'jwks', 'shared-secret'].includes(name)
    ? `test/.*/${name}[.]test`
    : 'test/integration/(refusals|checks)[.]test';
};
const PATIENCE = 180_000;

const MARK = /\/\/ check: (.+)$/;
const START = /^\s*(if \(|return |await |\{ name:|\{$|[a-zA-Z]+: \[|[a-z][A-Za-z]+(\?\.)?\()/;
const indent = (line) => line.search(/\S/);

/** Every marked statement: its file, and its first and last line. The mark stands at the end of the last one. */
async function marked() {
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found = [];
  for (const file of files) {
    const lines = (await readFile(join(root, 'src', file), 'utf8')).split('\n');
    for (const [last, line] of lines.entries()) {
      const name = MARK.exec(line)?.[1];
      if (name === undefined || !name.includes(wanted)) continue;
      let first = last;
      while (indent(lines[first]) > indent(line) || !START.test(lines[first])) first--;
      // `if (…)` on one line and what it does, indented, on the next ones.
      if (indent(lines[first - 1]) < indent(lines[first]) && /^\s*if \(.*\)$/.test(lines[first - 1])) first--;
      found.push({ name, file: join('src', file), first, last });
    }
  }
  return found;
}

async function copyTree() {
  const folder = await mkdtemp(join(tmpdir(), 'drop-checks-'));
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json', 'jest.config.ts'])
    await cp(join(root, part), join(folder, part), { recursive: true });
  // The sandbox's process is not what is tested here.
  for (const part of ['node_modules', 'dist']) await symlink(join(root, part), join(folder, part));
  await writeFile(join(folder, 'nothing.mjs'), 'export default () => {};\n');
  return folder;
}

/** Whether tests pass in a copy of the sources. */
function isGreen(folder, tests, stdio = 'ignore') {
  const setup = ['--globalSetup', './nothing.mjs', '--cacheDirectory', './.jest', '--testTimeout', '30000'];
  const jest = [
    join(folder, 'node_modules/jest/bin/jest.js'),
    '--silent',
    '--runInBand',
    '--forceExit',
    ...setup,
    '--testPathPatterns',
    tests,
  ];
  const child = spawn(process.execPath, ['--experimental-vm-modules', '--no-warnings', ...jest], {
    cwd: folder,
    stdio,
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => (signal === null ? resolve(code === 0) : reject(new Error(`The tests ended by ${signal}.`))));
  });
}

async function without(folder, { file, first, last }) {
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
  lines.splice(first, last - first + 1);
  return lines.join('\n');
}

async function isNoticed(folder, check) {
  const path = join(folder, check.file);
  const source = await readFile(path, 'utf8');
  await writeFile(path, await without(folder, check));
  const noticed = !(await isGreen(folder, beside(check.file))) || !(await isGreen(folder, ALL));
  await writeFile(path, source);
  return noticed;
}

const left = await marked();
const total = left.length;
const unnoticed = [];
// A copy that does not parse would fail every test and prove nothing.
for (const check of left) await parse(await without(root, check), { syntax: 'typescript', decorators: true, target: 'es2022' });

async function inCopy(work) {
  const folder = await copyTree();
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
await inCopy(async (folder) => {
  if (!(await isGreen(folder, ALL, 'inherit'))) throw new Error('The tests fail as they are; nothing was dropped.');
});
const work = async (folder) => {
  for (let check = left.shift(); check !== undefined; check = left.shift())
    if (!(await isNoticed(folder, check))) unnoticed.push(`${check.name} (${check.file}:${check.first + 1})`);
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => inCopy(work)));
for (const line of unnoticed) console.log(`not noticed: ${line}`);
console.log(`${total} dropped, ${total - unnoticed.length} noticed`);
process.exitCode = unnoticed.length === 0 && total > 0 ? 0 : 1;
