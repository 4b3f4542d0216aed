/** The JSON Schema of the configuration file, for editors. It is made from the same declarations that the file is read by. */
import type { JsonObject, JsonValue } from './json-value.ts';
import { configKey, type Option, PATTERNS, type TextForm } from './options.ts';
import { profileOptions } from './profile.ts';
import type { Registry } from './registry.ts';

const text: JsonObject = { type: 'string', minLength: 1 };

function reference(registry: Registry): JsonObject {
  const ways = registry.list('source').flatMap(({ name, summary, argument }): readonly JsonObject[] => [
    { type: 'object', properties: { [name]: {} }, required: [name], additionalProperties: false, description: summary },
    {
      type: 'object',
      properties: { source: { const: name }, ...(argument !== undefined && { [argument]: {} }) },
      required: ['source'],
      description: summary,
    },
  ]);
  return { oneOf: [...ways] };
}

const formOf = (form: TextForm): JsonObject =>
  form === 'url' ? { ...text, format: 'uri' } : { type: 'string', pattern: PATTERNS[form].pattern };

function value(option: Option): JsonObject {
  const { integer, minimum, maximum, choices, form } = option;
  const word: JsonObject = choices ? { enum: [...choices] } : form === undefined ? text : formOf(form);
  switch (option.type) {
    case 'string':
      return word;
    case 'boolean':
      return { type: 'boolean' };
    case 'number':
      return { type: integer ? 'integer' : 'number', ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
    case 'list':
      return { anyOf: [word, { type: 'array', items: word }] };
    case 'map':
      return { type: 'object', additionalProperties: text };
  }
}

function property(option: Option): JsonObject {
  const about = { description: option.summary, ...(option.default !== undefined && { default: option.default as JsonValue }) };
  if (!option.secret) return { ...value(option), ...about };
  return { anyOf: [value(option), { $ref: '#/$defs/reference' }], ...about };
}

/** JSON Schema, draft 2020-12. What it accepts, Padlock reads; Padlock also reads a number where text is meant. */
export function configSchema(registry: Registry): JsonObject {
  const options = profileOptions(registry);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Padlock configuration',
    type: 'object',
    additionalProperties: false,
    properties: {
      default_profile: { ...text, description: 'the profile that is used when none is named' },
      plugins: {
        description: 'modules to load; a path is relative to this file',
        type: 'array',
        items: {
          anyOf: [text, { type: 'object', properties: { path: text, sha256: text }, required: ['path'], additionalProperties: false }],
        },
      },
      profiles: { description: 'named settings', type: 'object', additionalProperties: { $ref: '#/$defs/profile' } },
    },
    $defs: {
      profile: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(options.map(({ key, option }) => [configKey(key), property(option)])),
      },
      reference: reference(registry),
    },
  };
}
