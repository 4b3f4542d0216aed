/** A document as YAML that every reader takes for the same object. */
import type { ScalarTag } from 'yaml';
import type { JsonObject } from '../../../core/json-value.ts';
import { replaceUnsafe } from '../../../core/text.ts';

// What every reader of YAML 1.1 and 1.2 takes for the same text may stand plain; anything else is a JSON string, which both can read.
const PLAIN = /^\p{L}[\p{L}\p{M}\p{N}_./@|+=~-]*(?:[ :][\p{L}\p{M}\p{N}_./@|+=~-]+)*$/u;
const WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** YAML's escapes name code points, so a pair of surrogates is one escape. */
const escaped = (found: string): string => {
  const hex = (found.codePointAt(0) ?? 0).toString(16);
  return found.length === 1 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};

const text = (value: string): string => (PLAIN.test(value) && !WORD.test(value) ? value : replaceUnsafe(JSON.stringify(value), escaped));

/** YAML 1.1 takes 1e+21 for a text and 1.0e+21 for a number. */
const number = (value: number): string => JSON.stringify(value).replace(/^(-?\d+)e/, '$1.0e');

const scalar = (name: string, type: string, write: (value: never) => string): ScalarTag => ({
  tag: `tag:yaml.org,2002:${name}`,
  default: true,
  identify: (value) => (value === null ? 'null' : typeof value) === type,
  resolve: (source) => source,
  stringify: ({ value }) => write(value as never),
});

const SCALARS = [
  scalar('null', 'null', () => 'null'),
  scalar('bool', 'boolean', (value: boolean) => String(value)),
  scalar('float', 'number', number),
  scalar('str', 'string', text),
];

export async function yamlText(document: JsonObject): Promise<string> {
  const { stringify } = await import('yaml');
  const written = stringify(document, {
    schema: 'failsafe',
    customTags: (known) => [...known.filter((tag) => typeof tag === 'object' && tag.tag !== 'tag:yaml.org,2002:str'), ...SCALARS],
    aliasDuplicateObjects: false,
  });
  return written.replace(/\n$/, '');
}
