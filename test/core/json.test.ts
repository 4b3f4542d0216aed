import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPadlockError } from '../../src/core/errors.ts';
import { objectOf, parseJson } from '../../src/core/json.ts';

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return isPadlockError(error) ? error.code : error;
  }
};
const read = (text: string | Uint8Array): unknown => codeOf(() => parseJson(text));
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('what is JSON', () => {
  test.each([
    '[]',
    '{}',
    '""',
    '0',
    '-0',
    '-1.5e-7',
    'null',
    'true',
    ' [ 1 , "a" ] ',
    '"\\u0000\\ud83d\\ude00\\/"',
    '"\ud83d\ude00"',
    '"\u2028\u007f"',
    '[[[]]]',
    '{"":0}',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '123456789012345678901234567890',
    '1E400',
    '"\\ud800"',
    '{"a\\"b":1,"a\\\\":2}',
    '["a,b","{","}","[","]",":"]',
  ])('%s is read as JSON.parse reads it', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
    expect(read(new TextEncoder().encode(text.toWellFormed()))).toEqual(JSON.parse(text.toWellFormed()));
  });

  test('arbitrary JSON is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!/__proto__|constructor/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a byte order mark before it is ignored', () => {
    expect(read(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toEqual({});
  });
});

describe('what is not', () => {
  test.each([
    '',
    ' ',
    '[',
    ']',
    '{',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a"}',
    '{"a":}',
    '{"a":1 "b":2}',
    '[1]x',
    '{}{}',
    '01',
    '+1',
    '1.',
    '.5',
    '0x1',
    'NaN',
    'Infinity',
    'True',
    'nul',
    '"a',
    '"\n"',
    '"\t"',
    '"\\x00"',
    '"\\u12"',
    '"\\',
    '[1,// c\n2]',
    '/* c */1',
    '<html>',
    '\u00a0[]',
    '\ufeff',
    '{"a":1}\0',
    '[\f1]',
    'undefined',
    '{"a":"b"',
  ])('%j is refused', (text) => {
    expect(read(text)).toBe('proto_not_json');
  });

  test.each([
    ['bytes that are not UTF-8', bytes(0x22, 0xff, 0x22)],
    ['an overlong slash', bytes(0x22, 0xc0, 0xaf, 0x22)],
    ['a surrogate in UTF-8', bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['a cut character', bytes(0x22, 0xe2, 0x82, 0x22)],
    ['UTF-16', bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
    ['a byte order mark alone', bytes(0xef, 0xbb, 0xbf)],
  ])('%s is refused', (_name, input) => {
    expect(read(input)).toBe('proto_not_json');
  });

  test('says what was read, and not what it was', () => {
    expect.assertions(2);
    try {
      parseJson('hunter22', 'The token');
    } catch (error) {
      expect((error as Error).message).toBe('The token is not JSON.');
      expect(error).not.toHaveProperty('cause');
    }
  });
});

describe('a member that is there twice', () => {
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a":1,"\\u0061":2}',
    '[{"x":{"a":[],"a":{}}}]',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":{"b":1},"a":2}',
    '{"a\\\\":1,"a\\\\":2}',
  ])('is refused: %s', (text) => {
    expect(read(text)).toBe('proto_duplicate_key');
  });

  test('is found wherever it is', () => {
    const entries = fc.array(fc.tuple(fc.string(), fc.json({ maxDepth: 2 })), { minLength: 1 });
    fc.assert(
      fc.property(entries, fc.nat(), (members, pick) => {
        const unique = [...new Map(members)].filter(([, value]) => typeof read(value) !== 'string' || JSON.parse(value) === read(value));
        fc.pre(unique.length > 0);
        const write = (list: typeof unique): string => `{${list.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
        expect(read(write(unique))).not.toBe('proto_duplicate_key');
        expect(read(write([...unique, unique[pick % unique.length] as [string, string]]))).toBe('proto_duplicate_key');
      }),
    );
  });
});

describe('nesting', () => {
  const nested = (depth: number, [before, after]: readonly [string, string]): string =>
    before.repeat(depth) + (before === '[' ? '' : '1') + after.repeat(depth);
  test.each([[['[', ']']], [['{"a":', '}']]] as const)('of 64 levels is read and of 65 refused: %j', (pair) => {
    expect(typeof read(nested(64, pair))).toBe('object');
    expect(read(nested(65, pair))).toBe('proto_too_deep');
    expect(read(nested(100_000, pair))).toBe('proto_too_deep');
  });

  test('that never ends is not JSON', () => {
    expect(read('['.repeat(100_000))).toBe('proto_not_json');
  });
});

test('members with a meaning in JavaScript are dropped, at any depth', () => {
  const value = parseJson('{"__proto__":{"polluted":1},"a":[{"constructor":{"prototype":{"polluted":1}},"b":1}],"\\u005f_proto__x":2}');
  expect(JSON.stringify(value)).toBe('{"a":[{"b":1}],"__proto__x":2}');
  expect(Object.assign({}, value)).not.toHaveProperty('polluted');
  expect({}).not.toHaveProperty('polluted');
});

test('a megabyte of the worst is read, or refused, before the test runner loses its patience', () => {
  for (const text of [
    `"${'\\\\'.repeat(500_000)}"`,
    `{${Array.from({ length: 50_000 }, (_, i) => `"member${i}":0`).join(',')}}`,
    `[${'{},'.repeat(300_000)}{}]`,
  ])
    expect(() => read(text)).not.toThrow();
});

test.each(['[]', 'null', '1', '"x"', 'true'])('%s is no object', (text) => {
  expect(codeOf(() => objectOf(parseJson(text)))).toBe('proto_bad_shape');
});
