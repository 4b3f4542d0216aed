import { describe, expect, test } from '@jest/globals';
import { type Option, type Place, readOption } from '../../src/core/options.ts';

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
