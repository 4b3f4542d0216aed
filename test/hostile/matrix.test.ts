/** What the fault matrix as a whole is held to, on small matrices. */
import { describe, expect, test } from '@jest/globals';
import { type Ran, sumUp } from './matrix.ts';

const row = (id: string, more: Partial<Ran> = {}): Ran => ({ id, passed: true, fingerprint: id, codes: [], runs: 2, ...more });
const wrongWith = (rows: readonly Ran[], later: readonly string[] = [], known: readonly string[] = []): readonly string[] => {
  const { absent, wrong } = sumUp({ A: 2, B: 1 }, later, known, rows);
  return [...wrong, ...absent];
};

describe('the fault matrix', () => {
  test('is whole when every case has a row', () => {
    expect(wrongWith([row('A1'), row('A2a'), row('A2b'), row('B1')])).toEqual([]);
  });

  test.each([
    ['lacks a case', [row('A1'), row('B1')], ['A2 is missing']],
    ['has one twice', [row('A1'), row('A1', { fingerprint: 'x' }), row('A2'), row('B1')], ['A1 is there twice']],
    [
      'has one that does not exist',
      [row('A1'), row('A2'), row('A3'), row('B1'), row('D1')],
      ['there is no case A3', 'there is no case D1'],
    ],
    ['has two that send the same', [row('A1'), row('A2', { fingerprint: 'A1' }), row('B1')], ['A1 and A2 provoke by the same bytes']],
  ])('that %s says so', (_, rows, wrong) => {
    expect(wrongWith(rows)).toEqual(wrong);
  });

  test('may lack a family that comes later', () => {
    expect(wrongWith([row('A1'), row('A2')], ['B'])).toEqual([]);
  });

  test('reaches every code, with a row that passed', () => {
    const rows = [
      row('A1', { codes: ['net_dns'] }),
      row('A2', { codes: ['net_tls'], passed: false }),
      row('B1'),
      row('code io_output', { codes: ['io_output'] }),
    ];
    expect(wrongWith(rows, [], ['net_dns', 'net_tls', 'io_output', 'internal'])).toEqual([
      'no row reaches net_tls',
      'no row reaches internal',
    ]);
  });

  test('tells of each family how much of it passed', () => {
    const { lines, runs } = sumUp({ A: 2, B: 1 }, ['B'], [], [row('A1'), row('A2', { passed: false }), row('code internal')]);
    expect(lines).toEqual([
      'A     2 cases,   1 passed (2 rows)',
      'B     1 cases,   0 passed (0 rows), not complete yet',
      'beside them 1 rows, 1 passed, for codes that no case ends with',
    ]);
    expect(runs).toBe(6);
  });
});
