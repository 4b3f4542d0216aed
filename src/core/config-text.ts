/** The text of a configuration file as plain data. Its errors say where, and never quote the text. */
import { fail } from './errors.ts';
import { DEEPEST, jsonFault, TOO_DEEP } from './json-fault.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { excerpt } from './text.ts';

const LIMIT = 256 * 1024;
/** Aliases may repeat this many nodes; a bomb repeats millions. */
const ALIASES = 100;

export const isJsonPath = (path: string): boolean => path.toLowerCase().endsWith('.json');

/** Throws `config_parse`. */
export function refuseText(path: string, why: string, position?: { readonly line: number; readonly col: number }): never {
  const where = position ? `, line ${position.line}, column ${position.col}` : '';
  fail('config_parse', `${excerpt(path, 200)}${where}: ${why}.`);
}

function positionOf(text: string, at: number): { line: number; col: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, col: (before.at(-1) ?? '').length + 1 };
}

function parseJsonText(text: string, path: string): unknown {
  const fault = jsonFault(text);
  if (fault) refuseText(path, fault.why, positionOf(text, fault.at));
  return JSON.parse(text);
}

interface Token {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/** Are collections nested deeper than anyone means? Walks without recursion. */
function isTooDeep(roots: Iterable<unknown>): boolean {
  const open = Array.from(roots, (root) => ({ token: root as Token | undefined, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > DEEPEST) return true;
    if (typeof token?.value === 'object') open.push({ token: token.value as Token, depth });
    for (const { key, value } of token?.items ?? [])
      for (const inner of [key, value]) open.push({ token: inner as Token, depth: depth + 1 });
  }
  return false;
}

/** The YAML document model, for reading and for editing. Loaded only when there is YAML. */
export async function yamlDocument(text: string, path: string) {
  const { LineCounter, Parser, parseDocument } = await import('yaml');
  // The composer recurses, and near the end of the stack V8 does not throw but ends the process: so the depth is looked at first.
  if (isTooDeep(new Parser().parse(text))) refuseText(path, TOO_DEEP);
  const lines = new LineCounter();
  // Numbers stay text: the declaration of an option decides what 007 means, not the look of it.
  const customTags = (tags: readonly unknown[]) =>
    tags.filter((tag) => !/:(int|float)$/.test(String((tag as { tag?: string }).tag))) as never[];
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: 'error',
    lineCounter: lines,
    customTags,
  });
  const [problem] = [...document.errors, ...document.warnings]; // an unknown tag is only a warning to the parser
  if (problem) refuseText(path, problem.code.toLowerCase().replaceAll('_', ' '), lines.linePos(problem.pos[0]));
  return document;
}

async function parseYamlText(text: string, path: string): Promise<unknown> {
  const plain = readPlainYaml(text);
  if (plain !== undefined) return plain;
  const document = await yamlDocument(text, path);
  try {
    return document.toJS({ maxAliasCount: ALIASES });
  } catch {
    refuseText(path, 'its aliases repeat too much, or name nothing'); // the parser's sentence may quote the file
  }
}

/** UTF-8 text of at most 256 kB. Throws `config_parse`. */
export function configText(content: Uint8Array, path: string): string {
  if (content.length > LIMIT) refuseText(path, 'it is larger than 256 kB');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    refuseText(path, 'it is not UTF-8 text'); // what the decoder says adds nothing
  }
}

/** JSON where the name ends in .json, else YAML 1.2. An empty file is undefined. Throws `config_parse`. */
export async function parseConfigText(content: Uint8Array, path: string): Promise<unknown> {
  const text = configText(content, path);
  if (text.trim() === '') return undefined;
  return isJsonPath(path) ? parseJsonText(text, path) : ((await parseYamlText(text, path)) ?? undefined);
}
