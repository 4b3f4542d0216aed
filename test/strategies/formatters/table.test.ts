import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import width from 'fast-string-width';
import type { Row, View } from '../../../src/core/view.ts';
import { table } from '../../../src/strategies/formatters/table.ts';
import { examples } from '../../support/examples.ts';
import { expectGolden } from '../../support/golden.ts';
import { CONTROL, HOSTILE, hostileText } from '../../support/hostile.ts';

const columns = [
  { key: 'email', label: 'Email Address' },
  { key: 'nickname', label: 'Nickname' },
  { key: 'id', label: 'ID' },
];
const robin = { email: 'robin@percy.test', nickname: 'robin', id: 'auth0|59f0c2a1b3d4e5f6a7b8c9d0' };
const view = (rows: readonly Row[], title?: string): View => ({ columns, rows, document: {}, ...(title !== undefined && { title }) });
const print = async (shown: View, columnsOfTerminal?: number, colour = false): Promise<string> =>
  table.format(shown, { width: columnsOfTerminal, colour });

const sizes = [
  ['piped', undefined],
  ['80', 80],
  ['40', 40],
  ['20', 20],
] as const;

describe('the table', () => {
  test.each(sizes)('of a sign-in, %s', async (name, size) => {
    expectGolden(`sign-in.${name}.txt`, await print(view([robin], 'Robin Percy'), size));
  });

  test.each(sizes)('of hostile claims, %s', async (name, size) => {
    const rows = [
      { email: HOSTILE.escape, nickname: HOSTILE.link, id: HOSTILE.clipboard },
      { email: HOSTILE.wide, nickname: HOSTILE.family, id: HOSTILE.rtl },
      { email: HOSTILE.combining, nickname: HOSTILE.bidi, id: HOSTILE.lines },
      { email: HOSTILE.technologist, nickname: HOSTILE.hidden, id: HOSTILE.lone },
    ];
    const text = await print(view(rows, `Robin ${HOSTILE.escape}`), size);
    expect(text).not.toMatch(CONTROL);
    expectGolden(`hostile.${name}.txt`, text);
  });

  test('of one record that is too wide is a list with nothing cut', async () => {
    const lines = (await print(view([robin]), 40)).split('\n');
    expect(lines).toEqual([
      'Email Address  robin@percy.test',
      'Nickname       robin',
      'ID             auth0|59f0c2a1b3d4e5f6a7b',
      '               8c9d0',
    ]);
  });

  test('of a column without a heading names it where the values stand below each other', async () => {
    const marked = {
      columns: [{ key: 'current', label: '', name: 'Current' }, ...columns],
      rows: [{ current: '*', ...robin }],
      document: {},
    };
    expect((await print(marked, 80)).split('\n')[0]).toMatch(/^ +Email Address/);
    expect((await print(marked, 40)).split('\n')[0]).toBe('Current        *');
  });

  test('of several records that are too wide keeps its headings and cuts its longest column', async () => {
    const [headings, , first] = (await print(view([robin, robin]), 50)).split('\n');
    expect(headings).toBe('Email Address     Nickname  ID');
    expect(first).toBe('robin@percy.test  robin     auth0|59f0c2a1b3d4e5f…');
  });

  test('is bold in its title and headings where there is colour, and nowhere else', async () => {
    const text = await print(view([robin], 'Robin Percy'), 80, true);
    expect(text).toContain(
      '\u001b[1mRobin Percy\u001b[22m\n\n\u001b[1mEmail Address\u001b[22m     \u001b[1mNickname\u001b[22m  \u001b[1mID\u001b[22m\n',
    );
    expect(text.split('\n').at(-1)).toBe('robin@percy.test  robin     auth0|59f0c2a1b3d4e5f6a7b8c9d0');
    expect(stripVTControlCharacters(text)).toBe(await print(view([robin], 'Robin Percy'), 80));
  });

  test('has no trailing blanks', async () => {
    expect(await print(view([{ email: 'a', nickname: '', id: '' }]))).toBe('Email Address  Nickname  ID\n-------------  --------  --\na');
  });

  test('without rows says so', async () => {
    expect(await print(view([]))).toBe('None.');
    expect(await print(view([], 'Sessions'))).toBe('Sessions\n\nNone.');
  });

  test('without columns is its title', async () => {
    expect(await print({ title: 'Signed out.', columns: [], rows: [], document: {} })).toBe('Signed out.');
    expect(await print({ columns: [], rows: [], document: {} })).toBe('');
  });

  test('reads no cell from a prototype', async () => {
    const shown = { columns: ['toString', '__proto__', 'constructor'].map((key) => ({ key, label: key })), rows: [{}], document: {} };
    expect((await print(shown)).split('\n').at(-1)).toBe('');
  });

  test.each([1, 10_000, undefined])('of a nickname of a megabyte, at width %s, is printed in time', async (size) => {
    const started = performance.now();
    const text = await print(view([{ ...robin, nickname: 'x'.repeat(1_000_000) }]), size);
    expect(performance.now() - started).toBeLessThan(10_000);
    if (size === undefined) expect(text.length).toBeGreaterThan(2_000_000);
    else expect(text.length).toBeLessThan(50_000);
  });

  test('moves no cursor, is never wider than the terminal, and keeps its columns, whatever the claims say', async () => {
    const row = fc.record({ email: hostileText(), nickname: hostileText(), id: hostileText() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 3 }),
        hostileText(),
        fc.integer({ min: 1, max: 120 }),
        async (rows, title, size) => {
          const lines = (await print(view(rows, title), size)).split('\n');
          for (const line of lines) {
            expect(line).not.toMatch(CONTROL);
            expect(width(line)).toBeLessThanOrEqual(Math.max(size, 20));
          }
        },
      ),
      { numRuns: examples(500) },
    );
  });

  test('starts every column at the same place in every line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(hostileText(), hostileText()), { minLength: 1, maxLength: 4 }), async (pairs) => {
        const rows = pairs.map(([a, b]) => ({ a: `${a}|`, b: `${b}|`, end: '$' }));
        const shown = { columns: ['a', 'b', 'end'].map((key) => ({ key, label: key })), rows, document: {} };
        const lines = (await print(shown)).split('\n').slice(2);
        expect(new Set(lines.map((line) => width(line))).size).toBe(1);
      }),
      { numRuns: examples(500) },
    );
  });
});
