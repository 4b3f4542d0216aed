/** Which of the 54 lines of best practice (RFC 9700, OAuth 2.1, RFC 8252, RFC 8628, RFC 8725, …) a test carries in its title, as `(BCP 7)`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const BEST_PRACTICE_LINES = 54;

const TITLE = /(['"`])(?:(?!\1)[^\n\\]|\\.)*\(BCP (\d+(?:, \d+)*)\)(?:(?!\1)[^\n\\]|\\.)*\1/g;

/** The numbers in the titles of a test file. */
export const numbersIn = (text: string): readonly number[] =>
  [...text.matchAll(TITLE)].flatMap(([, , numbers = '']) => numbers.split(', ').map(Number));

/** By number, the test files that carry it. */
export function bestPractice(): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const path of readdirSync('test', { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.test.ts') && !path.endsWith('best-practice.test.ts'))
      for (const number of new Set(numbersIn(readFileSync(join('test', path), 'utf8'))))
        found.set(number, [...(found.get(number) ?? []), path]);
  return found;
}
