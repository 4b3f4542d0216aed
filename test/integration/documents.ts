/** Documents held to the schemas that ship. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false });

/** The document, if it is what schema/NAME.schema.json says. */
export function valid<T = Readonly<Record<string, unknown>>>(
  name: 'session' | 'token' | 'id-token' | 'error' | 'doctor',
  document: unknown,
): T {
  const id = `urn:padlock:schema:${name}`;
  const check =
    ajv.getSchema(id) ??
    ajv.compile(JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as object);
  void check(document);
  expect(check.errors).toBeNull();
  return document as T;
}

/** The error document of a failed run. */
export const failureOf = (stderr: string): unknown => valid<{ readonly error: unknown }>('error', JSON.parse(stderr)).error;

/** What of a session document the tests look into. */
export interface Document {
  readonly [member: string]: unknown;
  readonly tokens: Readonly<Record<'access', Token>> & Readonly<Partial<Record<'id' | 'refresh', Token>>>;
}
interface Token {
  readonly value?: string;
  readonly verified?: unknown;
}

/** Seconds that may pass between two sign-ins that are compared. */
const APART = 10;

/** Expects two documents of two sign-ins to be deep-equal but for the moment and for what depends on the access token. */
export function sameButForTime(actual: unknown, expected: unknown): void {
  const moments: number[][] = [[], []];
  const timeless = (document: unknown, at: 0 | 1): unknown =>
    JSON.parse(JSON.stringify(document), (member, value: unknown) => {
      if (member === 'at_hash') return typeof value;
      if (!/^(expires_at|expires_in|exp|iat|auth_time)$/.test(member)) return value;
      moments[at]?.push(typeof value === 'string' ? Date.parse(value) / 1000 : Number(value));
      return typeof value;
    });
  expect(timeless(actual, 0)).toEqual(timeless(expected, 1));
  const [one = [], other = []] = moments;
  expect(one.length).toBeGreaterThan(0);
  for (const [index, moment] of one.entries()) expect(Math.abs(moment - (other[index] ?? Number.NaN))).toBeLessThan(APART);
}
