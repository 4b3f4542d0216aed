/**
 * esbuild plugin: in the bundle a strategy is its facts, as JSON, and a way to load it. What a strategy does, and the code that says what it is,
 * costs a start nothing unless the strategy is chosen, however many there are.
 */
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const IMPORT = /^import \{ (\w+)(?: as \w+)? \} from '(\.\/[^']+)';$/gm;
/** What a list of strategies says when it runs: each of them, in its order, and where it comes from. `scratch`: a file to write. */
async function evaluated(list, scratch) {
  const imports = [...(await readFile(list, 'utf8')).matchAll(IMPORT)].map(([, name, from]) => ({ name, from }));
  const lines = imports.map(({ name, from }, at) => `import { ${name} as v${at} } from ${JSON.stringify(from)};`);
  const all = imports.map((_, at) => `v${at}`);
  const contents = `${lines.join('\n')}\nexport { strategies } from './index.ts';\nexport const values = [${all}];`;
  const stdin = { contents, resolveDir: dirname(list), loader: 'ts' };
  await build({ stdin, outfile: scratch, bundle: true, format: 'esm', platform: 'node', packages: 'external' });
  const { strategies, values } = await import(`${pathToFileURL(scratch).href}?${Date.now()}`);
  await rm(scratch);
  return strategies.map((strategy) => ({ strategy, ...imports[values.indexOf(strategy)] }));
}

export const strategyFacts = (list, scratch) => ({
  name: 'strategy-facts',
  setup(build) {
    build.onLoad({ filter: /strategies[/\\]index\.ts$/ }, async ({ path }) => {
      if (path !== list) return undefined;
      const found = await evaluated(list, scratch);
      const facts = JSON.stringify(found.map(({ strategy }) => strategy)); // what runs is no JSON
      const loads = found.map(({ name, from }) => `async () => (await import(${JSON.stringify(from)})).${name}`);
      const contents = `const loads = [${loads.join(',\n')}];
        export const strategies = JSON.parse(${JSON.stringify(facts)}).map((facts, at) => ({ ...facts, load: loads[at] }));`;
      return { contents, resolveDir: dirname(path) };
    });
  },
});
