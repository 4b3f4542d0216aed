import { describe, expect, test } from '@jest/globals';
import { loopbackUri } from '../../src/core/redirect-uri.ts';

describe('a redirect URI on this machine', () => {
  test.each<[string, readonly string[], number, string, string]>([
    ['http://127.0.0.1/callback', ['127.0.0.1'], 0, '/callback', 'http://127.0.0.1:4711/callback'],
    ['http://127.0.0.1:0/callback', ['127.0.0.1'], 0, '/callback', 'http://127.0.0.1:4711/callback'],
    ['http://127.0.0.1:8765/callback', ['127.0.0.1'], 8765, '/callback', 'http://127.0.0.1:4711/callback'],
    ['http://127.0.0.1:80/', ['127.0.0.1'], 80, '/', 'http://127.0.0.1:4711/'],
    ['http://[::1]/a/b?c=d', ['::1'], 0, '/a/b', 'http://[::1]:4711/a/b?c=d'],
    ['http://localhost', ['127.0.0.1', '::1'], 0, '/', 'http://localhost:4711'],
    ['http://LOCALHOST:8080', ['127.0.0.1', '::1'], 8080, '/', 'http://LOCALHOST:4711'],
    ['http://127.8.9.10?x=y', ['127.8.9.10'], 0, '/', 'http://127.8.9.10:4711?x=y'],
  ])('%s', (text, addresses, port, path, at) => {
    const uri = loopbackUri(text);
    expect([uri.addresses, uri.port, uri.path, uri.at(4711)]).toEqual([addresses, port, path, at]);
  });

  test.each([
    'https://127.0.0.1/callback',
    'http://example.com/callback',
    'http://127.0.0.1.example.com/callback',
    'http://0.0.0.0/callback',
    'http://[::]/callback',
    'http://user@127.0.0.1/callback',
    'http://127.0.0.1@example.com/callback',
    'http://127.0.0.1:99999/callback',
    'http://127.0.0.1:8765/callback#part',
    'http://localhost.example/',
    'com.acme.cli:/callback',
    'urn:ietf:wg:oauth:2.0:oob',
    '127.0.0.1:8765',
    '',
  ])('is not %s', (text) => {
    expect(() => loopbackUri(text)).toThrow(expect.objectContaining({ code: 'usage_bad_value', hint: expect.stringContaining('--paste') }));
  });
});
