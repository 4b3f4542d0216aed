/** The rules of the house: who may import whom, which packages stand behind which door, and what no file does. */
import { posix } from 'node:path';
import type { Import, Source } from './source.ts';

/** One sentence per offence, beginning with the file's path. */
export type Rule = (sources: readonly Source[]) => readonly string[];

/** What a file may import, by the first pattern its path matches. `lazily`: only with `import()`, or types. */
const ROOMS: readonly { readonly room: RegExp; readonly may: readonly RegExp[]; readonly lazily?: readonly RegExp[] }[] = [
  { room: /^src\/core\//, may: [/^src\/core\//] },
  { room: /^src\/strategies\/index\.ts$/, may: [/^src\/core\//, /^src\/strategies\//] },
  // What a strategy loads when it is chosen, in a folder of its own name.
  { room: /^src\/strategies\/[a-z-]+\/[a-z-]+\//, may: [/^src\/core\//] },
  { room: /^src\/strategies\//, may: [/^src\/core\//] },
  { room: /^src\/sandbox\//, may: [/^src\/core\//, /^src\/sandbox\//] },
  // Loaded only with --sandbox.
  { room: /^src\/cli\/sandboxed\.ts$/, may: [/^src\/cli\//, /^src\/core\//, /^src\/sandbox\/index\.ts$/] },
  {
    room: /^src\/cli\//,
    may: [/^src\/(builtin|index|container|plugin)\.ts$/, /^src\/core\//, /^src\/cli\//],
    lazily: [/^src\/sandbox\/index\.ts$/],
  },
  { room: /^src\/plugin\.ts$/, may: [/^src\/core\//] },
  { room: /^src\/[a-z]+\.ts$/, may: [/^src\/core\//, /^src\/strategies\/index\.ts$/, /^src\/(builtin|index)\.ts$/] },
];

/** The files a package may be imported by. Only what is `eager` may be loaded before it is needed; types always. */
const DOORS: Readonly<Record<string, { readonly behind: RegExp; readonly eager?: boolean }>> = {
  tsyringe: { behind: /^src\/core\/inject\.ts$/, eager: true },
  'reflect-metadata': { behind: /^src\/core\/inject\.ts$/, eager: true },
  'openid-client': { behind: /^src\/core\/provider\.ts$/ },
  jose: { behind: /^src\/core\/jose\.ts$/ },
  yaml: { behind: /^src\/core\/config-(edit|text)\.ts$|^src\/strategies\/formatters\// },
  'fast-string-width': { behind: /^src\/strategies\/formatters\// },
  'oidc-provider': { behind: /^src\/sandbox\/provider(\.ts$|\/)/, eager: true },
  // help.ts is itself loaded when help is asked for.
  yargs: { behind: /^src\/cli\/help\.ts$/, eager: true },
  'yargs-parser': { behind: /^src\/cli\/flags\.ts$/, eager: true },
  // Native: it is loaded in a process of its own.
  '@napi-rs/keyring': { behind: /^src\/core\/keyring-process\.cts$/ },
  // Optional; the store redis asks for it.
  ioredis: { behind: /^src\/core\/redis\.ts$/ },
  uqr: { behind: /^src\/cli\/qr\.ts$/ },
  pino: { behind: /^src\/cli\/host\.ts$/ },
  '@clack/prompts': { behind: /^src\/cli\/prompt\.ts$/ },
};

/** What a strategy's record may load: every start loads it anyway. */
const AT_EVERY_START = /^src\/core\/(client-options|errors|inject|options|ports|printable-token|text|wrong-password)\.ts$/;
const RECORD = /^src\/strategies\/[a-z-]+\/[a-z-]+\.ts$/;

/** Where the process, the console and the user's account are known. */
const KNOWS_THE_PROCESS = /^src\/cli\/|^src\/sandbox\/provider(\.ts$|\/)|^src\/core\/keyring-process\.cts$/;
/** The only files that hand on what others export. */
const PUBLIC_DOORS = /^src\/[a-z]+\.ts$|^src\/cli\/terminal\.ts$|^src\/sandbox\/index\.ts$/;

const packageOf = (from: string): string => from.split('/', from.startsWith('@') ? 2 : 1).join('/');
const isPackage = ({ from }: Import): boolean => !from.startsWith('.') && !from.startsWith('node:');
const targetOf = (source: Source, { from }: Import): string => posix.join(posix.dirname(source.path), from);
const each = (sources: readonly Source[], find: (source: Source) => readonly string[]): readonly string[] =>
  sources.flatMap((source) => find(source).map((offence) => `${source.path} ${offence}`));

export const rooms: Rule = (sources) =>
  each(sources, (source) => {
    const room = ROOMS.find((entry) => entry.room.test(source.path));
    if (room === undefined) return ['is in no room'];
    return source.imports
      .filter(({ from }) => from.startsWith('.'))
      .filter((found) => {
        const target = targetOf(source, found);
        // The bin and the bundle's own name for the program.
        if (source.path === 'src/cli/bin.cts' && target === 'src/cli/main.cjs') return false;
        if (RECORD.test(source.path) && target.startsWith(source.path.replace(/\.ts$/, '/'))) return false;
        return (
          !room.may.some((may) => may.test(target)) && !((found.lazy || found.typeOnly) && room.lazily?.some((may) => may.test(target)))
        );
      })
      .map((found) => `may not import ${targetOf(source, found)}`);
  });

export const doors: Rule = (sources) =>
  each(sources, ({ path, imports }) =>
    imports.filter(isPackage).flatMap(({ from, typeOnly, lazy }) => {
      const door = Object.hasOwn(DOORS, packageOf(from)) ? DOORS[packageOf(from)] : undefined;
      if (!door?.behind.test(path)) return [`may not import the package ${packageOf(from)}`];
      return door.eager || lazy || typeOnly ? [] : [`loads the package ${packageOf(from)} before it is needed`];
    }),
  );

/** A strategy that is not chosen costs a start its record and nothing else. */
export const records: Rule = (sources) =>
  each(
    sources.filter(({ path }) => RECORD.test(path)),
    (source) =>
      source.imports
        .filter(({ lazy, typeOnly }) => !lazy && !typeOnly)
        .map((found) => (found.from.startsWith('.') ? targetOf(source, found) : found.from))
        .filter((target) => !AT_EVERY_START.test(target))
        .map((target) => `loads ${target} at every start: import it where it is used, with await import()`),
  );

export const cycles: Rule = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: (readonly string[])[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    const source = byPath.get(path);
    if (at >= 0 || source === undefined || done.has(path)) return;
    for (const each of source.imports) if (each.from.startsWith('.')) walk(targetOf(source, each), [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) walk(path, []);
  // The shortest ones; breaking them breaks those that share a step with them.
  const steps = new Set<string>();
  return found
    .sort((a, b) => a.length - b.length)
    .filter((cycle) => {
      const own = cycle.slice(1).map((path, at) => `${cycle[at]} → ${path}`);
      const isNew = own.every((step) => !steps.has(step));
      for (const step of own) steps.add(step);
      return isNew;
    })
    .map((cycle) => cycle.join(' → '));
};

const canRequire = (imports: readonly Import[], globals: readonly string[]): boolean =>
  imports.some(({ from }) => /^(node:)?module$/.test(from)) || globals.includes('require');

export const ambient: Rule = (sources) =>
  each(
    sources.filter(({ path }) => !KNOWS_THE_PROCESS.test(path)),
    ({ imports, globals, called }) => [
      ...globals
        .filter((name) => /^(globalThis\.)?(process|console)$|^(globalThis|global)$/.test(name))
        .map((name) => `uses the global ${name}`),
      ...imports
        .filter(
          ({ from, names }) =>
            /^(node:)?(process|console)$/.test(from) ||
            (/^(node:)?os$/.test(from) && names.some((name) => /^(homedir|userInfo|default|\*)$/.test(name))),
        )
        .map(({ from, names }) => `imports ${names.join(', ')} from ${from}`),
      // A bare word is a module's name only to what can require.
      ...called
        .filter((name) => /^node:(process|console|os)$/.test(name) || (canRequire(imports, globals) && /^(process|console|os)$/.test(name)))
        .map((name) => `asks for the module ${name}`),
    ],
  );

export const realms: Rule = (sources) =>
  each(sources, ({ instanceOf }) => instanceOf.map((name) => `uses instanceof ${name}, which fails between realms`));

export const names: Rule = (sources) =>
  each(sources, ({ path }) =>
    /(^|[/-])(util|utils|helper|helpers|common|misc)(?=[./-])/.test(path) ? ['has a name that says nothing'] : [],
  );

export const length: Rule = (sources) => each(sources, ({ lines }) => (lines > 250 ? [`has ${lines} lines`] : []));

export const barrels: Rule = (sources) =>
  each(
    sources.filter(({ path }) => !PUBLIC_DOORS.test(path)),
    ({ imports }) => imports.filter(({ reExport }) => reExport).map(({ from }) => `re-exports ${from}`),
  );

export const inlineTypes: Rule = (sources) =>
  each(sources, ({ imports }) => imports.filter(({ typesInline }) => typesInline).map(({ from }) => `loads ${from} for its types only`));

export const typesOnly: Rule = (sources) =>
  each(
    sources.filter(({ path }) => path === 'src/plugin.ts'),
    ({ imports }) => imports.filter(({ typeOnly }) => !typeOnly).map(({ from }) => `loads ${from} at run time`),
  );

const FOLDER_OF: Readonly<Record<string, string>> = {
  grant: 'grants',
  'client-auth': 'client-auth',
  verifier: 'verifiers',
  formatter: 'formatters',
  source: 'sources',
  store: 'stores',
  provider: 'providers',
};

/** Every file in a kind's folder under src/strategies is a strategy in the list, under the name of its file; what it loads is in a folder of its name. */
export function listed(
  paths: readonly string[],
  strategies: readonly { readonly kind: string; readonly name: string }[],
): readonly string[] {
  const expected = strategies.map(({ kind, name }) => `src/strategies/${FOLDER_OF[kind]}/${name}.ts`);
  const files = paths.filter((path) => path.startsWith('src/strategies/') && path !== 'src/strategies/index.ts');
  const recordOf = (path: string): string => path.replace(/^(src\/strategies\/[a-z-]+\/[a-z-]+)\/.*$/, '$1.ts');
  return [
    ...files.filter((file) => !expected.includes(recordOf(file))).map((file) => `${file} is not in the list of src/strategies/index.ts`),
    ...expected
      .filter((file) => !files.includes(file))
      .map((file) => `${file} does not exist, but is what the list of src/strategies/index.ts asks for`),
  ];
}
