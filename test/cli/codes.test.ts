/** Every error code is thrown somewhere and expected by some test; that each is really reached is counted by `npm run test:hostile`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/core/errors.ts';

function sources(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts'),
  );
  return new Map(
    files.map((entry) => [
      join(entry.parentPath ?? entry.path, entry.name),
      readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8'),
    ]),
  );
}

const product = [...sources('src')].filter(([path]) => !path.endsWith(join('core', 'error-codes.ts'))).map(([, text]) => text);
const tests = [...sources('test')].filter(([path]) => !path.endsWith('codes.test.ts')).map(([, text]) => text);
const named = (texts: readonly string[], code: string): boolean =>
  texts.some((text) => new RegExp(`['"\`[]${code}['"\`\\]\\\\]`).test(text));
const codes = EXIT_CODES.flatMap((category) => category.codes);

describe('every error code', () => {
  test.each(codes)('%s is thrown, and expected by a test', (code) => {
    expect({ code, thrown: named(product, code), tested: named(tests, code) }).toEqual({ code, thrown: true, tested: true });
  });
});
