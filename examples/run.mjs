// Runs every example as a stranger would: the packed tarball installed into an empty folder, the example copied beside it, `npm start` or
// `npm test`, and what it prints compared with its expected.txt.   node examples/run.mjs [name …]   PADLOCK_TARBALL: one that is packed already
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';

const run = promisify(execFile);
const examples = dirname(fileURLToPath(import.meta.url));
const root = dirname(examples);
const work = await mkdtemp(join(tmpdir(), 'padlock-examples-'));

// An example must not find the settings of whoever runs this, nor this project's node_modules.
const { PATH, HOME, ...inherited } = process.env;
const npmSettings = Object.fromEntries(
  Object.entries(inherited).filter(([name]) => /^(npm_config_(registry|cache|userconfig)|.*_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name)),
);
const env = { PATH, HOME, ...npmSettings, NO_COLOR: '1', NO_UPDATE_NOTIFIER: '1', PADLOCK_CONFIG_DIR: join(work, 'config') };
const npm = (cwd, ...args) => run('npm', args, { cwd, env, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 });

async function tarball() {
  if (process.env.PADLOCK_TARBALL) return process.env.PADLOCK_TARBALL;
  const { stdout } = await run(process.execPath, ['scripts/pack.mjs'], { cwd: root });
  return join(stdout.trim(), 'package.tgz');
}

async function runExample(name, packed) {
  const folder = join(work, name);
  await cp(join(examples, name), folder, { recursive: true });
  await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', packed);
  const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  for (const script of Object.keys(scripts)) {
    const { stdout } = await npm(folder, 'run', '--silent', script);
    if (script !== 'start') continue;
    const expected = await readFile(join(folder, 'expected.txt'), 'utf8');
    if (stdout !== expected) throw new Error(`It printed\n${stdout}\ninstead of\n${expected}`);
  }
  return Object.keys(scripts);
}

const asked = process.argv.slice(2);
const found = (await readdir(examples, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const queue = asked.length > 0 ? asked : found;
const failed = [];
try {
  const packed = await tarball();
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      try {
        console.log(`ok    ${name} (npm ${(await runExample(name, packed)).join(', npm ')})`);
      } catch (error) {
        failed.push(name);
        console.log(`FAIL  ${name}\n${stripVTControlCharacters([error.message, error.stdout, error.stderr].filter(Boolean).join('\n'))}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
} finally {
  await rm(work, { recursive: true, force: true });
}
process.exitCode = failed.length > 0 ? 1 : 0;
