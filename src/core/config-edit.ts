/** Changing the configuration file without losing what a human wrote there: comments and order stay. */
import { type ConfigPlace, configPlace, locateConfig, type PluginEntry, readStructure } from './config-file.ts';
import { configText, isJsonPath, parseConfigText, yamlDocument } from './config-text.ts';
import { fail, isPadlockError } from './errors.ts';
import type { JsonValue } from './json-value.ts';
import type { Files } from './ports.ts';
import { excerpt } from './text.ts';

/** A configuration that is being changed; a path is the keys from the top. */
export interface EditableConfig {
  set(path: readonly string[], value: JsonValue): void;
  /** The plugins as the file lists them now. */
  readonly plugins: readonly PluginEntry[];
  readonly profiles: readonly string[];
}

type Mutable = { [key: string]: unknown };
interface Tree {
  setIn(path: readonly string[], value: JsonValue): void;
  text(): string;
}

const HEADING = '# Padlock configuration: padlock help environment, padlock config schema\n';

function jsonTree(content: Mutable): Tree {
  const parent = (path: readonly string[]): Mutable =>
    path.slice(0, -1).reduce((at, key) => {
      if (!Object.hasOwn(at, key) || at[key] === null) at[key] = {};
      return at[key] as Mutable;
    }, content);
  return {
    setIn: (path, value) => {
      parent(path)[path.at(-1) as string] = value;
    },
    text: () => `${JSON.stringify(content, null, 2)}\n`,
  };
}

async function yamlTree(text: string, path: string): Promise<Tree> {
  const { isScalar, visit } = await import('yaml');
  const document = await yamlDocument(text, path);
  // Numbers are written as the text they are read as; other readers of this file take what looks like a number for one.
  const plain = (value: JsonValue): unknown => (typeof value === 'number' ? String(value) : value);
  const quote = (scalar: { value: unknown; type?: string }, value: JsonValue): void => {
    if (typeof value !== 'number' && typeof scalar.value === 'string' && /^[-+.]?\d/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
  };
  return {
    setIn: (keys, value) => {
      for (let depth = 1; depth < keys.length; depth++) {
        const above = keys.slice(0, depth);
        if (document.hasIn(above) && document.getIn(above) === null) document.deleteIn(above); // a key with nothing behind it yet
      }
      const there = document.getIn(keys, true);
      if (isScalar(there) && typeof value !== 'object') {
        there.value = plain(value); // the comment behind it stays
        quote(there, value);
        return;
      }
      const node = document.createNode(plain(value));
      visit(node, { Scalar: (_, scalar) => quote(scalar, value) });
      document.setIn(keys, node);
    },
    text: () => (text.trim() === '' ? HEADING : '') + document.toString({ lineWidth: 0 }),
  };
}

function apply(change: () => void, path: readonly string[]): void {
  try {
    change();
  } catch (error) {
    if (isPadlockError(error)) throw error;
    // The document model refuses to write through an alias or a scalar; its sentence may quote the file.
    fail('config_schema', `${configPlace(...path).name} cannot be changed there: part of it is an alias or no mapping.`);
  }
}

/**
 * Changes the configuration file in one step, or creates it (0600). Returns its path, or undefined when there is nowhere to keep one.
 * Throws `config_*`, `store_*`; a symbolic link is refused, since replacing it would part it from its target.
 */
export async function editConfig(files: Files, where: ConfigPlace, change: (config: EditableConfig) => void): Promise<string | undefined> {
  const found = await locateConfig(files, where);
  if (!found) return undefined;
  const { path } = found;
  if ((await files.facts(path))?.kind === 'symlink')
    fail('store_symlink', `${excerpt(path, 200)} is a symbolic link.`, { hint: 'Name its target with --config to change it.' });
  const before = (await files.read(path)) ?? new Uint8Array();
  const content = await parseConfigText(before, path);
  const { plugins, profiles } = readStructure(content);
  const tree = isJsonPath(path) ? jsonTree((content ?? {}) as Mutable) : await yamlTree(configText(before, path), path);
  change({
    set: (keys, value) => apply(() => tree.setIn(keys, value), keys),
    plugins,
    profiles: [...profiles.keys()],
  });
  const text = tree.text();
  readStructure(await parseConfigText(new TextEncoder().encode(text), path));
  await files.write(path, text);
  return path;
}
