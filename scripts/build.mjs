/**
 * Builds dist/ and THIRD_PARTY_NOTICES.md: `node scripts/build.mjs [--if-stale]`.
 *
 *   dist/**                    what `tsc` emits: the library, plain ES modules with declarations
 *   dist/bin/padlock.cjs       the bin: checks the Node version, answers `--version`, loads main.cjs
 *   dist/bin/main.cjs, *.cjs   the CLI, bundled and split; needs no node_modules
 *   dist/sandbox/provider.js   the embedded provider's own process, with oidc-provider inside
 *
 * It builds aside and then swaps, so that a running Padlock never sees half a build.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { chunkGroups } from './chunk-groups.mjs';
import { buildCommonJs } from './commonjs-chunks.mjs';
import { commonJsNames } from './commonjs-names.mjs';
import { notices } from './notices.mjs';
import { alone, hashOf, root, SOURCES } from './sources.mjs';
import { strategyFacts } from './strategy-facts.mjs';

const { values } = parseArgs({ options: { 'if-stale': { type: 'boolean', default: false } } });
const dist = join(root, 'dist');
const stage = join(root, '.cache', 'dist-next');
const old = join(root, '.cache', 'dist-old');
const builtFrom = join(root, '.cache', 'built-from');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** The library. */
const library = () =>
  promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', stage], {
    cwd: root,
  });

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** What every command loads, and with it what `padlock token` needs to find its token stored and to print it. */
const START = ['cli/main.ts', 'cli/runs/token.ts', 'core/file-store.ts', 'strategies/stores/file.ts', 'strategies/formatters/raw.ts'];

/** The modules of a folder of src. */
const modulesOf = (folder) =>
  readdirSync(join(root, 'src', folder), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.ts'))
    .map(({ name, parentPath, path }) => join(parentPath ?? path, name).slice(join(root, 'src/').length));

/** What signing in needs whatever the flow: client authentication and verifiers are tried one after the other until one applies. */
const SIGN_IN = [
  ...['cli/runs/auth.ts', 'cli/node-process.ts', 'core/wire-services.ts', 'core/http.ts', 'core/wrong-password.ts'],
  ...['core/file-claim.ts', 'core/file-sweep.ts'],
  ...['strategies/formatters/table.ts', 'strategies/formatters/table/text.ts', 'openid-client', 'jose/jws/compact/verify'],
  ...['client-auth', 'verifiers'].flatMap((kind) => modulesOf(`strategies/${kind}`)),
];

/** The command line. What is light in here is explained in src/cli/light/. Nothing that is printed depends on the name of a class or a function. */
const cli = () =>
  buildCommonJs({
    ...shared,
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: join(stage, 'bin'),
    chunkNames: '[name]-[hash]',
    // Lighter builds of the same: no Intl.Segmenter; no global that is changed; no configuration files, and so no node:module; modules that can be
    // joined instead of called one by one.
    alias: {
      'string-width': 'fast-string-width',
      'reflect-metadata': './src/cli/light/reflect.ts',
      'yargs-parser': 'yargs-parser/browser',
    },
    mainFields: ['es2015', 'module', 'main'],
    // The user's own, if any.
    external: ['ioredis'],
    inject: ['src/cli/light/web.ts', 'src/cli/light/reflect.ts'],
    plugins: [
      commonJsNames,
      strategyFacts(join(root, 'src/strategies/index.ts'), join(root, '.cache/strategies.mjs')),
      chunkGroups(join(root, 'src'), [START, SIGN_IN]),
    ],
  });

/** The bin. It has to start on any Node to say which one it needs. */
const bin = () =>
  build({
    ...shared,
    entryPoints: ['src/cli/bin.cts'],
    outfile: join(stage, 'bin/padlock.cjs'),
    format: 'cjs',
    target: 'node10',
    external: ['./main.cjs'],
    define: { PADLOCK_VERSION: JSON.stringify(version) },
    banner: { js: '#!/usr/bin/env node' },
  });

/** The embedded provider's process: its packages stay out of an embedder's install. */
const provider = () =>
  build({
    ...shared,
    keepNames: true,
    entryPoints: ['src/sandbox/provider.ts'],
    outfile: join(stage, 'sandbox/provider.js'),
    allowOverwrite: true,
    format: 'esm',
    // Some dependencies are CommonJS and require Node's own modules.
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  });

async function isFresh(hash) {
  return existsSync(dist) && (await readFile(builtFrom, 'utf8').catch(() => '')) === hash;
}

async function everything() {
  const hash = await hashOf(SOURCES);
  if (values['if-stale'] && (await isFresh(hash))) return;
  for (const folder of [stage, old]) await rm(folder, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  const [, ...bundles] = await Promise.all([library(), cli(), bin(), provider()]);
  await writeFile(join(root, '.cache', 'cli-chunks.json'), JSON.stringify(bundles[0].metafile.outputs)); // for test/cli/start-up.test.ts
  await chmod(join(stage, 'bin/padlock.cjs'), 0o755);
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(root, 'THIRD_PARTY_NOTICES.md'), await notices(root, inputs));
  if (existsSync(dist)) await rename(dist, old);
  await rename(stage, dist);
  await rm(old, { recursive: true, force: true });
  await writeFile(builtFrom, hash);
}

try {
  await alone(join(root, '.cache', 'build.lock'), everything);
} catch (error) {
  // tsc says what is wrong on its stdout; esbuild has printed it already.
  process.stderr.write(`${error.stdout || error.message}\n`);
  process.exitCode = 1;
}
