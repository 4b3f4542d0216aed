/** Documents held to the schemas that ship. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false });

/** The document, if it is what schema/NAME.schema.json says. */
export function valid<T = Readonly<Record<string, unknown>>>(name: 'session' | 'token' | 'error', document: unknown): T {
  const id = `urn:padlock:schema:${name}`;
  const check =
    ajv.getSchema(id) ??
    ajv.compile(JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as object);
  check(document);
  expect(check.errors).toBeNull();
  return document as T;
}
