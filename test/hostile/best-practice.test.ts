import { expect, test } from '@jest/globals';
import { BEST_PRACTICE_LINES, bestPractice, numbersIn } from './best-practice.ts';

test('every line of best practice has a test that carries its number', () => {
  const lines = Array.from({ length: BEST_PRACTICE_LINES }, (_, at) => at + 1);
  expect([...bestPractice().keys()].sort((a, b) => a - b)).toEqual(lines);
});

test('a number counts in a title, not in a comment', () => {
  expect(numbersIn("test('x (BCP 7, 8)', () => {}); // (BCP 9)\ntest(`y's (BCP 10)`)\n/* it's (BCP 11) */")).toEqual([7, 8, 10]);
});
