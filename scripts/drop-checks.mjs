#!/usr/bin/env node
/**
 * Does a test notice when a check is gone? Takes out each statement marked `// check: <name>`, one at a time, in a copy of the sources,
 * and runs tests there: those that hold the file, and if they notice nothing, all that could. Lists what nobody noticed.
 *
 *   node scripts/drop-checks.mjs [PART…]            all marks, or those whose file or name holds a PART: `loopback`, `core/jose`, `response iss`
 *   node scripts/drop-checks.mjs --jobs 1 [PART…]   in one process at a time; else in two
 *   node scripts/drop-checks.mjs --first [PART…]    quickly: only those that hold the file are asked, and should notice
 *   node scripts/drop-checks.mjs --list [PART…]     what would be dropped, and what is asked first; nothing runs
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from '@swc/core';
import { root } from './sources.mjs';
import { able, holdersOf } from './test-holders.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
});
const isWanted = (text) => positionals.length === 0 || positionals.some((part) => text.includes(part));

/** Milliseconds. */
const PATIENCE = 900_000;

const MARK = /\/\/ check: (.+)$/;
const START = /^\s*(if \(|return |await |\{ name:|\{$|[a-zA-Z]+: \[|[a-z][A-Za-z]*(\.[a-zA-Z]+)*(\?\.)?\(|[a-z][A-Za-z]*\.[a-zA-Z]+ = )/;
const indent = (line) => line.search(/\S/);

/** Every marked statement: its file, and its first and last line. The mark stands at the end of the last one. */
async function marked() {
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found = [];
  for (const file of files.sort()) {
    const lines = (await readFile(join(root, 'src', file), 'utf8')).split('\n');
    for (const [last, line] of lines.entries()) {
      const name = MARK.exec(line)?.[1];
      if (name === undefined || !isWanted(`src/${file}: ${name}`)) continue;
      let first = last;
      while (indent(lines[first]) > indent(line) || !START.test(lines[first])) first--;
      // `if (…)` or `for (…)` on one line and what it does, indented, on the next ones.
      if (indent(lines[first - 1]) < indent(lines[first]) && /^\s*(if|for) \(.*\)$/.test(lines[first - 1])) first--;
      found.push({ name, file: join('src', file), first, last, holders: holdersOf(join('src', file)) });
    }
  }
  return found;
}

async function copyTree() {
  const folder = await mkdtemp(join(tmpdir(), 'drop-checks-'));
  for (const part of ['src', 'test', 'docs', 'schema', 'README.md', 'package.json', 'tsconfig.json', 'jest.config.ts'])
    await cp(join(root, part), join(folder, part), { recursive: true });
  // The sandbox's process is not what is tested here.
  for (const part of ['node_modules', 'dist']) await symlink(join(root, part), join(folder, part));
  await writeFile(join(folder, 'nothing.mjs'), 'export default () => {};\n');
  return folder;
}

/** Whether tests pass in a copy of the sources. */
function isGreen(folder, tests, stdio = 'ignore') {
  const setup = ['--globalSetup', './nothing.mjs', '--cacheDirectory', './.jest', '--testTimeout', '240000'];
  const jest = [
    join(folder, 'node_modules/jest/bin/jest.js'),
    '--silent',
    '--bail',
    '--runInBand',
    '--forceExit',
    ...setup,
    '--runTestsByPath',
    ...tests,
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
  const noticed = !(await isGreen(folder, check.holders)) || (!values.first && !(await isGreen(folder, able)));
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
const work = async (folder) => {
  for (let check = left.shift(); check !== undefined; check = left.shift()) {
    const noticed = await isNoticed(folder, check);
    const where = `${check.name} (${check.file}:${check.first + 1})`;
    console.log(`${noticed ? 'noticed' : 'NOT NOTICED'}: ${where}`);
    if (!noticed) unnoticed.push(where);
  }
};

async function dropAll() {
  const firsts = [...new Set(left.flatMap(({ holders }) => holders))];
  await inCopy(async (folder) => {
    if (!(await isGreen(folder, firsts, 'inherit'))) throw new Error('The tests fail as they are; nothing was dropped.');
  });
  await Promise.all(Array.from({ length: Math.min(Number(values.jobs), availableParallelism()) }, () => inCopy(work)));
  for (const line of unnoticed) console.log(`not noticed: ${line}`);
  console.log(`${total} dropped, ${total - unnoticed.length} noticed`);
  process.exitCode = unnoticed.length === 0 && total > 0 ? 0 : 1;
}

// No exit(): what is written to a pipe may still be on its way.
if (values.list) for (const { name, file, first, holders } of left) console.log(`${name} (${file}:${first + 1}): ${holders.join(' ')}`);
else await dropAll();
