import { describe, expect, test } from '@jest/globals';
import { checkUrl, isLoopback, isSecure, parseUrl } from '../../src/core/url.ts';
import { codeOf } from './forge.ts';

test.each(['localhost', '[::1]', '127.0.0.1', '127.10.20.30', '127.255.255.254'])('%s cannot leave this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['localhost.evil.test', 'x127.0.0.1', '127.0.0.1.evil.test', '127.0.0', '128.0.0.1', '[::2]', '', '10.127.0.0.1'])(
  '%s may be anywhere',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

describe('a URL', () => {
  test.each(['https://id.test/x', 'http://127.0.0.1:8080/x', 'http://localhost', 'http://[::1]:1/'])('%s is safe to call', (text) => {
    expect(isSecure(new URL(text))).toBe(true);
    expect(checkUrl(text).href).toBe(new URL(text).href);
  });

  test.each([
    ['http://id.test/x', 'config_insecure_url'],
    ['ftp://id.test/x', 'config_bad_url'],
    ['ftp://localhost/x', 'config_bad_url'],
    ['javascript:alert(1)', 'config_bad_url'],
    ['https://robin@id.test/', 'config_bad_url'],
    ['https://:secret@id.test/', 'config_bad_url'],
    ['https://robin:secret@id.test/', 'config_bad_url'],
    ['http://robin@localhost/', 'config_bad_url'],
  ])('%s is not', async (text, code) => {
    expect(isSecure(new URL(text))).toBe(false);
    expect(await codeOf(() => checkUrl(text))).toBe(code);
  });

  test('that is http to another machine is told what would do', () => {
    expect(() => checkUrl('http://id.test/x')).toThrow(expect.objectContaining({ hint: expect.stringContaining('Use https') }));
  });

  test('is undefined for a text that is none', async () => {
    expect(parseUrl('id.test')).toBeUndefined();
    expect(await codeOf(() => checkUrl('id.test'))).toBe('config_bad_url');
  });
});
