import { describe, expect, test } from '@jest/globals';
import { PadlockError } from '../../src/core/errors.ts';
import { translated } from '../../src/core/openid-client-error.ts';

describe('what openid-client throws', () => {
  test('is our own failure, however deep it stands', () => {
    const ours = new PadlockError('net_reset');
    expect(translated(Object.assign(new TypeError('fetch failed', { cause: ours }), { code: 'OAUTH_X' }))).toBe(ours);
    expect(translated(new Error('a', { cause: new Error('b', { cause: ours }) }))).toBe(ours);
    const aborted = new DOMException('no', 'AbortError');
    expect(translated(new Error('a', { cause: aborted }))).toBe(aborted);
  });

  test('is told by its code and nothing else: it carries the answer', () => {
    const theirs = Object.assign(new Error('s3cret', { cause: { body: 's3cret' } }), { code: 'OAUTH_INVALID_RESPONSE' });
    expect(translated(theirs)).toMatchObject({ code: 'proto_bad_shape', message: expect.stringContaining('OAUTH_INVALID_RESPONSE') });
    expect(JSON.stringify(translated(theirs))).not.toContain('s3cret');
  });

  test('is a bug of ours where it is neither', () => {
    const bug = new TypeError('x is not a function');
    expect(translated(bug)).toBe(bug);
  });
});
