/** Every error code is thrown somewhere and expected by some test; what belongs to later work is listed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/core/errors.ts';

/** Codes that are API already and that nothing can lead to yet. Who makes one possible strikes it off here and tests it. */
const LATER: Readonly<Record<string, string>> = {
};

/** Thrown by the work on sessions, which brings their tests. */
const UNDER_WORK: ReadonlySet<string> = new Set(['auth_refresh_rejected', 'keyring_unavailable']);

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
  test.each(codes.filter((code) => !(code in LATER) && !UNDER_WORK.has(code)))('%s is thrown, and expected by a test', (code) => {
    expect({ code, thrown: named(product, code), tested: named(tests, code) }).toEqual({ code, thrown: true, tested: true });
  });

  test.each(Object.keys(LATER))('%s belongs to later work', (code) => {
    expect({ code, known: codes.includes(code), thrown: named(product, code) }).toEqual({ code, known: true, thrown: false });
  });
});
