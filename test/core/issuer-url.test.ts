import { describe, expect, test } from '@jest/globals';
import { issuerUrl } from '../../src/core/issuer-url.ts';
import { CANARY, errorOf } from './config-fixture.ts';

const place = { name: 'profiles.work.issuer', kind: 'config' as const };

describe('an issuer', () => {
  test.each([
    'https://id.test',
    'https://id.test/',
    'https://id.test:443/realms/Eng',
    'http://127.0.0.1:8080/x',
    'http://[::1]:1',
    'https://id.test/a%20b',
  ])('%s stays as it is written', (text) => {
    expect(issuerUrl(text, place)).toBe(text);
  });

  test.each([
    ['https://аpple.test', 'https://xn--pple-43d.test'],
    ['https://bücher.test/x', 'https://xn--bcher-kva.test/x'],
    ['https://bücher.test/', 'https://xn--bcher-kva.test/'],
  ])('%s shows as punycode', (text, shown) => {
    expect(issuerUrl(text, place)).toBe(shown);
  });

  test('is a URL however often one was asked about', () => {
    for (let times = 0; times < 20_000; times++) issuerUrl('https://id.test/x', place);
    expect(issuerUrl('https://bücher.test/x', place)).toBe('https://xn--bcher-kva.test/x');
  });

  test.each([
    [`https://robin:${CANARY}@id.test`, 'config_bad_url'],
    ['https://id.test#f', 'config_bad_url'],
    ['https://id.test/#', 'config_bad_url'],
    ['https://id.test?x=1', 'config_bad_url'],
    ['https://id.test/?', 'config_bad_url'],
    ['https://id.test /x', 'config_bad_url'],
    [' https://id.test', 'config_bad_url'],
    ['https://id.test\n', 'config_bad_url'],
    ['https://id.test\\@evil.test', 'config_bad_url'],
    ['https://id\u200b.test', 'config_bad_url'],
    ['id.test', 'config_bad_url'],
    ['', 'config_bad_url'],
    ['ftp://id.test', 'config_bad_url'],
    ['javascript:alert(1)', 'config_bad_url'],
    ['http://id.test', 'config_insecure_url'],
    ['http://127.0.0.1.nip.test', 'config_insecure_url'],
    ['http://10.0.0.1', 'config_insecure_url'],
  ])('%j is refused', async (text, code) => {
    const error = await errorOf(() => issuerUrl(text, place));
    expect(error).toMatchObject({ code, exit: 3 });
    expect(error.message.startsWith(place.name)).toBe(true);
  });
});
