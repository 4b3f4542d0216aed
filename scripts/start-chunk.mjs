/**
 * esbuild plugin: whatever a start loads is one chunk. With splitting, esbuild makes a chunk for every set of entries that share a module, and
 * each file that a start reads costs it as much as ten kilobytes of code. What is loaded later is loaded by the start, so that every module
 * under `folder` may say that it needs the modules of the start. Not those in `except`: what CommonJS requires is wrapped, with all it needs.
 */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export const startChunk = (folder, modules, except) => ({
  name: 'start-chunk',
  setup(build) {
    const needs = modules.map((path) => `import ${JSON.stringify(join(folder, path))};`).join('\n');
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!path.startsWith(join(folder, '/')) || except.some((name) => path === join(folder, name))) return undefined;
      return { contents: `${await readFile(path, 'utf8')}\n${needs}\n`, loader: extname(path).slice(1) };
    });
  },
});
