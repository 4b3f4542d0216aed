/**
 * esbuild plugin: modules that are needed together are one chunk. With splitting, esbuild makes a chunk for every set of entries that share a
 * module, and each file that is read costs a command as much as ten kilobytes of code. Here every entry, which is what is loaded by name or
 * lazily, has a door before it: that needs the first group, the start, and each other group that needs a module of ours which the entry needs, too.
 * A group may name packages that are loaded lazily; then what they consist of counts as ours.
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
    const isOurs = (name) => name.endsWith('.ts');
    const [start, ...others] = groups.map((group) => group.map((name) => (isOurs(name) ? nameOf(join(folder, name)) : name)));
    const packages = others.flat().filter((name) => !isOurs(name));
    let inputs = {};

    /** The module that is meant by the name of a package. */
    const moduleOf = (name) =>
      isOurs(name) ? name : Object.values(inputs).flatMap(({ imports }) => imports.filter(({ original }) => original === name))[0]?.path;
    /** The modules that a group needs and the start does not: ours, and those of the packages that it names. */
    const whole = (group) => {
      const before = reach(inputs, start);
      const named = reach(inputs, group.filter((name) => !isOurs(name)).map(moduleOf));
      return [...reach(inputs, group.map(moduleOf))].filter(
        (name) => !before.has(name) && (named.has(name) || name.startsWith(`${nameOf(folder)}/`)),
      );
    };
    /** Each group of which something is needed. */
    const needs = (name) => {
      const found = reach(inputs, [moduleOf(name)]);
      return others.filter((group) => whole(group).some((each) => found.has(each))).flat();
    };
    /** A package that nothing is taken of would be left out. */
    const line = (name, at) => (isOurs(name) ? `import "./${name}";` : `import * as p${at} from "${name}"; export { p${at} };`);

    build.onStart(async () => {
      const own = plugins.filter((plugin) => plugin.name !== 'chunk-groups');
      ({ inputs } = (await build.esbuild.build({ ...options, absWorkingDir, plugins: own, write: false, metafile: true })).metafile);
    });
    build.onResolve({ filter: /\.ts$/, namespace: 'file' }, async ({ kind, path, pluginData, resolveDir }) => {
      if (!isEntry(kind) || pluginData === DOOR || options.inject.includes(normalize(path))) return undefined;
      const found = await build.resolve(path, { kind, resolveDir, pluginData: DOOR });
      return { path: nameOf(found.path), namespace: DOOR };
    });
    build.onResolve({ filter: /^[^.]/, namespace: 'file' }, ({ kind, path, pluginData }) =>
      kind === 'dynamic-import' && pluginData !== DOOR && packages.includes(path) ? { path, namespace: DOOR } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: DOOR }, ({ path }) => {
      const lines = [...start, ...needs(path)].map(line);
      const entry = isOurs(path) ? `./${path}` : path;
      return { contents: [...lines, `export * from ${JSON.stringify(entry)};`].join('\n'), resolveDir: absWorkingDir, loader: 'js' };
    });
  },
});
