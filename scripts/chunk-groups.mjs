/**
 * esbuild plugin: modules that are needed together are one chunk. With splitting, esbuild makes a chunk for every set of entries that share a
 * module, and each file that is read costs a command as much as ten kilobytes of code. Here each module of a group says that it needs the others,
 * and every module of `folder` that it needs the first group, the start: it is loaded by it. Not those in `except`: what CommonJS requires is
 * wrapped, with all it needs.
 */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export const chunkGroups = (folder, groups, except) => ({
  name: 'chunk-groups',
  setup(build) {
    const paths = groups.map((group) => group.map((name) => join(folder, name)));
    const [start, ...others] = paths;
    const outside = except.map((name) => join(folder, name));
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!path.startsWith(join(folder, '/')) || outside.includes(path)) return undefined;
      const needs = [...start, ...others.filter((group) => group.includes(path)).flat()];
      const lines = needs.map((needed) => `import ${JSON.stringify(needed)};`);
      return { contents: `${await readFile(path, 'utf8')}\n${lines.join('\n')}\n`, loader: extname(path).slice(1) };
    });
  },
});
