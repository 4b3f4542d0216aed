import { describe, expect, test } from '@jest/globals';
import { disagreement, type Option, type Place, readOption } from '../../src/core/options.ts';

const place: Place = { name: '--x', kind: 'usage' };
const option = (more: Partial<Option>): Option => ({ type: 'string', summary: 'x', ...more });
const read = (of: Option, raw: unknown): unknown => {
  try {
    return readOption(of, raw, place);
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

describe('the form of a text', () => {
  test.each([
    ['host', 'id.acme.test', 'ID.acme.test:8443', '127.0.0.1:80'],
    ['segment', 'eng', 'a.b-c_d~1'],
    ['url', 'https://id.acme.test/token', 'http://127.0.0.1:8080/'],
  ] as const)('%s is taken', (form, ...texts) => {
    for (const text of texts) expect(read(option({ form }), text)).toBe(text);
  });

  test.each([
    ['host', 'https://id.acme.test', 'id.acme.test/path', 'a b', '-a.test', 'user@id.test'],
    ['segment', '..', '.', 'a/b', 'a?b', 'a b', ''],
  ] as const)('%s is refused otherwise', (form, ...texts) => {
    for (const text of texts) expect(read(option({ form }), text)).toBe('usage_bad_value');
  });

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'http://id.acme.test/token', 'https://user:pw@id.acme.test/', 'token'])(
    'of a URL that may be called: not %s',
    (text) => expect(read(option({ form: 'url' }), text)).toMatch(/^config_(insecure|bad)_url$/),
  );
});

describe('a number', () => {
  const whole = option({ type: 'number', integer: true, minimum: 0, maximum: 10 });
  test('may have to be whole', () => {
    expect([read(whole, '7'), read(whole, 7), read(whole, 0)]).toEqual([7, 7, 0]);
    for (const raw of ['1.5', 1.5, '1e1', 'x', -1, 11]) expect(read(whole, raw)).toBe('usage_bad_value');
    expect(read(option({ type: 'number' }), '1.5')).toBe(1.5);
  });
});

describe('what is read as its type', () => {
  const messageOf = (of: Option, raw: unknown): string => {
    try {
      readOption(of, raw, place);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('Nothing was thrown.');
  };
  const named = (type: Option['type'], more: Partial<Option> = {}): Option => option({ type, ...more });

  test.each<[Option, unknown, unknown]>([
    [named('number', { minimum: 1, maximum: 10 }), '10', 10],
    [named('number', { minimum: 1, maximum: 10 }), 1, 1],
    [named('number'), '0.25', 0.25],
    [named('number'), '-12.50', -12.5],
    [named('boolean'), 'YES', true],
    [named('boolean'), 'On', true],
    [named('boolean'), 'FALSE', false],
    [named('boolean'), 'No', false],
    [named('boolean'), '', false],
    [named('boolean'), false, false],
    [named('list'), ' a  b\tc\n', ['a', 'b', 'c']],
    [named('list'), ['a b', 7], ['a', 'b', '7']],
    [named('list'), ' ', []],
    [named('map'), ['a=1', 'b=c=d', 'c='], { a: '1', b: 'c=d', c: '' }],
    [named('map'), { a: '1', 'b=': 2 }, { a: '1', 'b=': '2' }],
    [named('map'), 'a=1', { a: '1' }],
  ])('%j: %j', (of, raw, value) => {
    expect(readOption(of, raw, place)).toEqual(value);
  });

  test.each<[Option, unknown, string]>([
    [named('number', { minimum: 1, maximum: 10 }), 11, 'must be between 1 and 10'],
    [named('number', { minimum: 1, maximum: 10 }), 0, 'must be between 1 and 10'],
    [named('number', { minimum: 1 }), 0, 'must be at least 1'],
    [named('number'), true, 'must be a number'],
    [named('number'), '1.', 'must be a number'],
    [named('number'), ' 1', 'must be a number'],
    [named('number'), null, 'must be a number'],
    [named('number'), Number.NaN, 'must be a number'],
    [named('number'), Number.POSITIVE_INFINITY, 'must be a number'],
    [named('boolean'), 'maybe', 'must be true or false'],
    [named('boolean'), 1, 'must be true or false'],
    [named('boolean'), [''], 'must be true or false'],
    [named('list'), ['a', true], 'must be a text'],
    [named('list'), ['a', ''], 'must not be empty'],
    [named('map'), null, 'must be a text'],
    [named('map'), 'a', 'must be key=value'],
    [named('map'), '=a', 'must be key=value'],
    [named('map'), ['a=1', 'a=2'], 'must not give a key twice'],
    [named('map'), { a: true }, 'must be a text'],
    [named('string'), 'a\0b', 'must be well-formed text without NUL'],
    [named('string'), '\ud800', 'must be well-formed text without NUL'],
    [named('string', { choices: ['table', 'json'] }), 'xml', 'must be one of table, json'],
  ])('%j is not %j: %s', (of, raw, must) => {
    expect(messageOf(of, raw)).toBe(`--x ${must}.`);
  });
});

test('two declarations of one word agree in everything but their summary, their short name and their aliases', () => {
  const one = option({ short: 'x', aliases: ['y'], minimum: 1 });
  expect(disagreement(one, option({ summary: 'another', minimum: 1 }))).toBeUndefined();
  expect(disagreement(one, option({ short: 'z', minimum: 1 }))).toBe('short');
  expect(disagreement(one, option({ aliases: ['z'], minimum: 1 }))).toBe('aliases');
  expect(disagreement(one, option({ minimum: 2 }))).toBe('minimum');
  expect(disagreement(one, option({}))).toBe('minimum');
  expect(disagreement(option({}), option({ secret: true }))).toBe('secret');
});
