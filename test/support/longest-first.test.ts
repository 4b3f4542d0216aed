import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import LongestFirst, { LONGEST } from './longest-first.mjs';

test('the longest test files are there and begin first, the others keep their order', () => {
  expect(LONGEST.filter((name) => !existsSync(`test/${name}.test.ts`))).toEqual([]);
  const named = (names: readonly string[]): readonly { readonly path: string }[] =>
    names.map((name) => ({ path: `/x/test/${name}.test.ts` }));
  const [longest = '', next = ''] = LONGEST;
  expect(new LongestFirst().sort(named(['long/z', next, 'long/a', longest]))).toEqual(named([longest, next, 'long/z', 'long/a']));
});
