import { describe, expect, test } from '@jest/globals';
import { entryBytes, entryIn } from '../../src/core/file-entry.ts';

const data = Buffer.from('sealed\nbytes');
const file = (line: unknown, rest: Uint8Array = data): Uint8Array =>
  Buffer.concat([Buffer.from(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`), rest]);
const good = { schema: 'padlock/entry/1', tag: 't', bytes: data.length };

describe('the file of an entry', () => {
  test('says what it is in its first line', () => {
    expect(Buffer.from(entryBytes({ tag: 't', data }))).toEqual(file(good));
    expect(entryIn(file(good))).toEqual({ tag: 't', data });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['an empty line', file('\n')],
    ['no line that ends', file(JSON.stringify(good), Buffer.alloc(0))],
    ['a line that is too long', file({ ...good, more: 'x'.repeat(1024) })],
    ['no JSON', file('{\n')],
    ['a list', file([good])],
    ['no schema', file({ ...good, schema: undefined })],
    ['a schema before which something stands', file({ ...good, schema: 'xpadlock/entry/1' })],
    ['a schema behind which something stands', file({ ...good, schema: 'padlock/entry/1x' })],
    ['the version 0', file({ ...good, schema: 'padlock/entry/0' })],
    ['no tag', file({ ...good, tag: undefined })],
    ['a byte less than it says', file(good, data.subarray(1))],
    ['a byte more than it says', file(good, Buffer.concat([data, Buffer.alloc(1)]))],
  ])('with %s is none', (_, bytes) => {
    expect(entryIn(bytes)).toBeUndefined();
  });

  test.each([2, 10, 11])('of version %i was written by a newer Padlock, whatever follows', (version) => {
    expect(() => entryIn(file({ schema: `padlock/entry/${version}` }))).toThrow(
      expect.objectContaining({ code: 'store_version', hint: expect.stringContaining('Update Padlock') }),
    );
  });
});
