/**
 * esbuild plugin: modules that are needed together are one chunk. With splitting, esbuild makes a chunk for every set of entries that share a
 * module, and each file that is read costs a command as much as ten kilobytes of code. Here every entry, which is what is loaded by name or
 * lazily, has a door before it: that needs the first group, the start, and each other group that needs a module of ours which the entry needs, too.
 * The modules themselves stay as they are, and so does the order in which they run.
 */
import { join, normalize, relative } from 'node:path';

const DOOR = 'door';
const isEntry = (kind) => kind === 'entry-point' || kind === 'dynamic-import';

/** What a module needs to run, itself included; `inputs` of a metafile. */
function reach(inputs, names, seen = new Set()) {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const needed = (inputs[name]?.imports ?? []).filter(({ external, kind }) => !external && !isEntry(kind));
    reach(
      inputs,
      needed.map(({ path }) => path),
      seen,
    );
  }
  return seen;
}

export const chunkGroups = (folder, groups) => ({
  name: 'chunk-groups',
  setup(build) {
    const { absWorkingDir, plugins, ...options } = build.initialOptions;
    const nameOf = (path) => relative(absWorkingDir, path);
    const [start, ...others] = groups.map((group) => group.map((name) => nameOf(join(folder, name))));
    let inputs = {};

    /** Our own modules that a group needs and the start does not. */
    const whole = (group) => {
      const before = reach(inputs, start);
      return new Set([...reach(inputs, group)].filter((name) => !before.has(name) && name.startsWith(`${nameOf(folder)}/`)));
    };
    /** Each group of which something is needed. */
    const needs = (name) => {
      const found = reach(inputs, [name]);
      return others.filter((group) => [...whole(group)].some((each) => found.has(each))).flat();
    };

    build.onStart(async () => {
      const own = plugins.filter((plugin) => plugin.name !== 'chunk-groups');
      ({ inputs } = (await build.esbuild.build({ ...options, absWorkingDir, plugins: own, write: false, metafile: true })).metafile);
    });
    build.onResolve({ filter: /\.ts$/, namespace: 'file' }, async ({ kind, path, pluginData, resolveDir }) => {
      if (!isEntry(kind) || pluginData === DOOR || options.inject.includes(normalize(path))) return undefined;
      const found = await build.resolve(path, { kind, resolveDir, pluginData: DOOR });
      return { path: nameOf(found.path), namespace: DOOR };
    });
    build.onLoad({ filter: /.*/, namespace: DOOR }, ({ path }) => {
      const lines = [...start, ...needs(path)].map((name) => `import ${JSON.stringify(`./${name}`)};`);
      return { contents: [...lines, `export * from ${JSON.stringify(`./${path}`)};`].join('\n'), resolveDir: absWorkingDir, loader: 'js' };
    });
  },
});
