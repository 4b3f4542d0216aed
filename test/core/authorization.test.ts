import { expect, test } from '@jest/globals';
import { authorization } from '../../src/core/authorization.ts';

test('an access token stands behind its type', () => {
  expect(authorization({ type: 'Bearer', value: 'at' })).toBe('Bearer at');
  expect(authorization({ type: 'DPoP', value: 'at' })).toBe('DPoP at');
});

test('what was exchanged for and is no access token stands in no header, and in no error', () => {
  const refused = () => authorization({ type: 'N_A', value: 'canary' });
  expect(refused).toThrow(expect.objectContaining({ code: 'usage_bad_value', hint: expect.stringContaining('--format raw') }));
  expect(refused).not.toThrow(/canary/);
});
