/** Test files as scripts: each bundled with the sources it imports, compiled once, and run as often as there are mutants, from nothing each time. */
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { build } from 'esbuild';

/** A bundle would make one file of all the files that ask where they are. */
const whereabouts = {
  name: 'whereabouts',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) };
    }),
};

/** Packages are loaded once and stay. */
const asAwait = (code) =>
  code
    .replace(/^import \* as (\S+) from "(.+)";$/gm, 'const $1 = await $load("$2");')
    .replace(
      /^import (\w+), \{([^}]*)\} from "(.+)";$/gm,
      (_, name, names, from) => `const { default: ${name},${names.replaceAll(' as ', ': ')}} = await $load("${from}");`,
    )
    .replace(
      /^import \{([^}]*)\} from "(.+)";$/gm,
      (_, names, from) => `const {${names.replaceAll(' as ', ': ')}} = await $load("${from}");`,
    )
    .replace(/^import (\w+) from "(.+)";$/gm, 'const { default: $1 } = await $load("$2");')
    .replace(/^import "(.+)";$/gm, 'await $load("$1");');

/** What is imported late is loaded with the rest: else Stryker takes it for code of the one test that happened to load it, and asks no other. */
const loaded = (code) => `${code}\n${[...code.matchAll(/^var (init_\w+) = __esm\(/gm)].map(([, load]) => `await ${load}();`).join('\n')}`;

/** Runs a file under its globals: `(jest) => Promise`, where `jest` is what `@jest/globals` is to it. */
const runnable = (code, filename) =>
  new Script(
    `(async ($jest) => { 'use strict';\nconst $load = (name) => name === '@jest/globals' ? $jest : import(name);\n${loaded(asAwait(code))}\n})`,
    { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );

/** File → how to run it. Files are relative to `folder`; the bundles are kept in it for the next process. */
export async function scriptsOf(folder, files) {
  const outdir = join(folder, '.bundles');
  if (!existsSync(outdir)) {
    const own = `${outdir}.${process.pid}`;
    await build({
      absWorkingDir: folder,
      entryPoints: files,
      outbase: folder,
      outdir: own,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
      plugins: [whereabouts],
    });
    await rename(own, outdir).catch((error) => {
      if (!existsSync(outdir)) throw error; // another process was quicker
    });
  }
  const compiled = files.map(async (file) => {
    const path = join(outdir, file.replace(/ts$/, 'js'));
    const script = runnable(await readFile(path, 'utf8'), path);
    return [file, (jest) => script.runInThisContext()(jest)];
  });
  return new Map(await Promise.all(compiled));
}
