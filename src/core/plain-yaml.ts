/**
 * The YAML that configuration files are made of, read in a twentieth of the time that a whole parser takes to load and run:
 * block mappings and lists of one-line ASCII scalars, with comments. Whatever else there is, it declines the text.
 */

type Values = { [key: string]: PlainValue };
export type PlainValue = string | boolean | null | Values | PlainValue[];

interface Block {
  readonly indent: number;
  readonly values: Values | PlainValue[];
}

const WORD = String.raw`[A-Za-z0-9_/](?:[\w./@+=-]|:(?=[\w/]))*`;
const QUOTED = String.raw`"[^"\\]*"|'[^']*'`;
const KEY = String.raw`(?!(?:[Nn]ull|NULL|[Tt]rue|TRUE|[Ff]alse|FALSE)\b)[A-Za-z][\w-]*`;
const LIST = String.raw`\[ ?(?:${WORD}(?:, ?${WORD})* ?)?\]`;
const PAIR = String.raw`\{ ?${KEY}: (?:${WORD}|${QUOTED}) ?\}`;
/** 1 indent, 2 dash, 3 key, 4 value. */
const LINE = new RegExp(`^( *)(?:(-)|(${KEY}):)(?: +(${WORD}(?: ${WORD})*|${QUOTED}|${LIST}|${PAIR}))?(?: +#.*| *)$`);
const TEXT = /^[\n\x20-\x7e]*$/;
const BLANK = /^ *(?:#.*)?$/;
/** Longer lines, deeper blocks: not what anyone writes by hand. */
const LONGEST = 500;
const DEEPEST = 10;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

function plainValue(text: string): PlainValue {
  const inner = text.slice(1, -1);
  if (text[0] === '"' || text[0] === "'") return inner;
  if (text[0] === '[') return inner.trim() === '' ? [] : inner.split(',').map((word) => plainValue(word.trim()));
  if (text[0] === '{') {
    const [, key = '', value = ''] = /^ ?([^:]+): (.*?) ?$/.exec(inner) ?? [];
    return { [key]: plainValue(value) };
  }
  const word = WORDS.get(text);
  return word === undefined ? text : word;
}

/** What `text` says, numbers as text; undefined where a whole parser has to look at it, be it for its answer or for its error. */
export function readPlainYaml(text: string): Values | undefined {
  if (!TEXT.test(text)) return undefined;
  const top: Values = {};
  const open: Block[] = [{ indent: 0, values: top }];
  /** Makes a block of the key that has no value yet. */
  let pending: { readonly indent: number; readonly put: (values: Values | PlainValue[]) => void } | undefined;
  for (const line of text.split('\n')) {
    if (BLANK.test(line)) continue;
    const [, { length: indent } = '', dash, key, value] = (line.length <= LONGEST && LINE.exec(line)) || [];
    if (dash === undefined && key === undefined) return undefined;
    if (pending !== undefined && indent > pending.indent) {
      const values = dash === undefined ? {} : [];
      pending.put(values);
      open.push({ indent, values });
    } else while (open.length > 1 && (open.at(-1) as Block).indent > indent) open.pop();
    const block = open.at(-1) as Block;
    if (block.indent !== indent || open.length > DEEPEST) return undefined;
    pending = undefined;
    const { values } = block;
    if (Array.isArray(values)) {
      if (dash === undefined || value === undefined) return undefined;
      values.push(plainValue(value));
    } else {
      if (key === undefined || Object.hasOwn(values, key)) return undefined;
      values[key] = value === undefined ? null : plainValue(value);
      if (value === undefined) pending = { indent, put: (inner) => void Object.assign(values, { [key]: inner }) };
    }
  }
  return Object.keys(top).length === 0 ? undefined : top;
}
