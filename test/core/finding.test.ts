import { expect, test } from '@jest/globals';
import { PadlockError } from '../../src/core/errors.ts';
import { areFindings, doubtful, failing, fine } from '../../src/core/finding.ts';

const GOOD = { name: 'disk', verdict: 'ok', detail: 'There is room.' };

test.each<[unknown]>([
  [[]],
  [[GOOD]],
  [[GOOD, { ...GOOD, verdict: 'warning', advice: 'Make room.' }]],
  [[{ ...GOOD, verdict: 'problem', advice: 'Make room.', code: 'store_no_space' }]],
  [[{ ...GOOD, advice: undefined, code: undefined }]],
])('%j are findings', (value) => {
  expect(areFindings(value)).toBe(true);
});

test.each<[unknown]>([
  [undefined],
  [null],
  ['disk'],
  [GOOD],
  [{ length: 0, every: () => true }],
  [[null]],
  [['disk']],
  [[undefined]],
  [[5, GOOD]],
  [[GOOD, { ...GOOD, name: '' }]],
  [[{ ...GOOD, name: 5 }]],
  [[{ ...GOOD, detail: '' }]],
  [[{ ...GOOD, detail: ['x'] }]],
  [[{ ...GOOD, verdict: 'bad' }]],
  [[{ ...GOOD, verdict: undefined }]],
  [[{ ...GOOD, advice: '' }]],
  [[{ ...GOOD, advice: 5, code: 'x' }]],
  [[{ ...GOOD, advice: 'x', code: null }]],
])('%j are none', (value) => {
  expect(areFindings(value)).toBe(false);
});

test('what is made here is one', () => {
  const error = new PadlockError('store_no_space', { message: 'The disk is full.', hint: 'Make room.' });
  const made = [fine('disk', 'There is room.'), doubtful('disk', 'There is little.', 'Make room.'), failing('disk', error)];
  expect(areFindings(made)).toBe(true);
  expect(made).toEqual([
    GOOD,
    { name: 'disk', verdict: 'warning', detail: 'There is little.', advice: 'Make room.' },
    { name: 'disk', verdict: 'problem', detail: 'The disk is full.', advice: 'Make room.', code: 'store_no_space' },
  ]);
});
