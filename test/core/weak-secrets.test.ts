import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { isMemorable } from '../../src/core/weak-secrets.ts';
import { SECRET } from './forge.ts';

test.each([
  'a-string-secret-at-least-256-bits-long',
  'Qwertyuiopasdfghjklzxcvbnm123456',
  'secretsecretsecretsecretsecretsecret',
  '0123456789abcdef0123456789abcdef',
  '0'.repeat(64),
  'abababababababababababababababababab',
  'aabbaabcabbcabcaabbcabcabbcabcaabc',
  'secret7secret7secret7secret7secre',
])('%s is the first thing anyone would try (BCP 44)', (secret) => {
  expect(isMemorable(secret)).toBe(true);
});

test('random secrets are not', () => {
  expect(isMemorable(SECRET)).toBe(false);
  expect(isMemorable(SECRET.slice(0, 16))).toBe(false); // short is another matter
  expect(isMemorable('fbadcefabecdfacbedfbcadefcabdeaf')).toBe(false); // six different characters
  for (let round = 0; round < 200; round++)
    for (const encoding of ['hex', 'base64', 'base64url'] as const) expect(isMemorable(randomBytes(32).toString(encoding))).toBe(false);
});
