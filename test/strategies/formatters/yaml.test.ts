import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import type { JsonObject, JsonValue } from '../../../src/core/json-value.ts';
import { yaml } from '../../../src/strategies/formatters/yaml.ts';
import { examples } from '../../support/examples.ts';
import { expectGolden } from '../../support/golden.ts';
import { CONTROL, HOSTILE, hostileJson, YAML_ACTIVE } from '../../support/hostile.ts';

// js-yaml 3 knows YAML 1.1's base-60 numbers, dates, octals, merge keys and words for booleans.
const reader = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };

const print = async (document: JsonObject): Promise<string> =>
  yaml.format({ columns: [], rows: [], document }, { width: 80, colour: true });

/** A value with its member order and its `__proto__` members, as text. */
const same = (value: unknown): string => JSON.stringify(value);

const readers: readonly (readonly [string, (text: string) => unknown])[] = [
  ['YAML 1.2', (text) => parse(text)],
  ['YAML 1.2, failsafe of merge keys', (text) => parse(text, { merge: true })],
  ['YAML 1.1', (text) => parse(text, { version: '1.1' })],
  ['js-yaml 3', (text) => reader.load(text)],
];

describe('YAML', () => {
  test('of hostile claims is one document a terminal can show', async () => {
    const text = await print({ schema: 'padlock/session/1', claims: HOSTILE });
    expect(text).not.toMatch(CONTROL);
    expect(parseAllDocuments(text)).toHaveLength(1);
    expectGolden('hostile.yaml', text);
  });

  test('leaves what no reader can mistake without quotes', async () => {
    const plain = ['Robin Percy', 'robin@percy.test', 'https://percy.eu.auth0.com/', 'auth0|59f', '山田太郎', 'a-b', 'urn:ietf:params:x'];
    expect(await print({ plain })).toBe(`plain:\n${plain.map((text) => `  - ${text}`).join('\n')}`);
  });

  describe.each(readers)('to a reader of %s', (_, read) => {
    test.each(YAML_ACTIVE)('%j is a text, as a value and as a key', async (text) => {
      const document = { value: text, list: [text, [text]], key: Object.fromEntries([[text, { [text]: text }]]) };
      expect(same(read(await print(document)))).toBe(same(document));
    });

    test('is the object JSON would have been', async () => {
      await fc.assert(
        fc.asyncProperty(hostileJson(), async (value) => {
          const text = await print({ value });
          expect(text).not.toMatch(CONTROL);
          expect(same(read(text))).toBe(same({ value }));
        }),
        { numRuns: examples(1000) },
      );
    });

    test('keeps every number', async () => {
      const value = [0, -1, 1e21, -1e21, 1e-7, 1.5e300, 5e-324, 0.1, Number.MAX_SAFE_INTEGER, 1e20, 1_000];
      expect(read(await print({ value }))).toEqual({ value });
    });

    test('keeps a key of any length', async () => {
      const document = Object.fromEntries([1023, 1024, 2000].map((length) => ['\u0085'.repeat(length), length]));
      expect(same(read(await print(document)))).toBe(same(document));
    });
  });

  test('keeps a member called __proto__ as data', async () => {
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as JsonValue;
    expect(await print({ claims })).toBe('claims:\n  __proto__:\n    admin: true'.replace('__proto__', '"__proto__"'));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('writes an object that occurs twice twice, without anchors', async () => {
    const shared = { a: 'b' };
    expect(await print({ one: shared, two: shared })).toBe('one:\n  a: b\ntwo:\n  a: b');
  });

  const python = spawnSync('python3', ['-c', 'import yaml']).status === 0;
  (python ? test : test.skip)('to PyYAML is the object JSON would have been', async () => {
    const values = [...YAML_ACTIVE, ...fc.sample(hostileJson(), { numRuns: examples(500), seed: 7 }), 1e21, 1e-7];
    const pairs = await Promise.all(values.map(async (value) => [await print({ value }), JSON.stringify({ value })]));
    const script =
      'import json,sys,yaml\nfor text, expected in json.load(sys.stdin):\n  assert json.dumps(yaml.safe_load(text)) == json.dumps(json.loads(expected)), text';
    const { status, stderr } = spawnSync('python3', ['-c', script], { input: JSON.stringify(pairs), encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
