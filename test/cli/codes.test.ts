/** Every error code is thrown somewhere; that a real run ends with each is what `npm run test:hostile` holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/core/errors.ts';

const product = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'error-codes.ts' && entry.name !== 'hints.ts')
  .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8'));

test.each(EXIT_CODES.flatMap(({ codes }) => codes))('the error code %s is thrown somewhere', (code) => {
  expect(product.some((text) => new RegExp(`['"\`]${code}['"\`]`).test(text))).toBe(true);
});
