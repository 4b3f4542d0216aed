/**
 * Builds the package: `node scripts/build.mjs [--into FOLDER]` writes FOLDER/dist and FOLDER/THIRD_PARTY_NOTICES.md (default: here).
 *
 *   dist/**                    what `tsc` emits: the library, plain ES modules with declarations
 *   dist/bin/padlock.cjs       the bin: checks the Node version, answers `--version`, imports main.js
 *   dist/bin/main.js, *.js     the CLI, bundled and split; needs no node_modules
 *   dist/sandbox/provider.js   the embedded provider's own process, with oidc-provider inside
 *
 * It builds aside and then swaps, so that a running Padlock never sees half a build.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { commonJsNames } from './commonjs-names.mjs';
import { notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { into: { type: 'string', default: root } } });
const into = resolve(values.into);
const stage = join(into, `.dist-${process.pid}`);
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
const modules = {
  ...shared,
  format: 'esm',
  // Class and function names are part of error messages and of the container's diagnostics.
  keepNames: true,
  // Some dependencies are CommonJS and require Node's own modules.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
};

/** The command line. What is light in here is explained in src/cli/light/. */
const cli = () =>
  build({
    ...modules,
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: join(stage, 'bin'),
    splitting: true,
    chunkNames: '[name]-[hash]',
    alias: { 'string-width': 'fast-string-width' },
    inject: ['src/cli/light/web.ts'],
    plugins: [commonJsNames],
  });

/** The bin. It has to start on any Node to say which one it needs. */
const bin = () =>
  build({
    ...shared,
    entryPoints: ['src/cli/bin.cts'],
    outfile: join(stage, 'bin/padlock.cjs'),
    format: 'cjs',
    target: 'node10',
    supported: { 'dynamic-import': true },
    external: ['./main.js'],
    define: { PADLOCK_VERSION: JSON.stringify(version) },
    banner: { js: '#!/usr/bin/env node' },
  });

/** The embedded provider's process: its packages stay out of an embedder's install. */
const provider = () =>
  build({ ...modules, entryPoints: ['src/sandbox/provider.ts'], outfile: join(stage, 'sandbox/provider.js'), allowOverwrite: true });

await mkdir(stage, { recursive: true });
try {
  const [, ...bundles] = await Promise.all([library(), cli(), bin(), provider()]);
  await chmod(join(stage, 'bin/padlock.cjs'), 0o755);
  await writeFile(
    join(into, 'THIRD_PARTY_NOTICES.md'),
    await notices(
      root,
      bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
    ),
  );
  await rm(join(into, 'dist'), { recursive: true, force: true });
  await rename(stage, join(into, 'dist'));
} catch (error) {
  // tsc says what is wrong on its stdout; esbuild has printed it already.
  process.stderr.write(`${error.stdout || error.message}\n`);
  process.exitCode = 1;
} finally {
  await rm(stage, { recursive: true, force: true });
}
