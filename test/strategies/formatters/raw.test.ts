import { describe, expect, test } from '@jest/globals';
import { raw } from '../../../src/strategies/formatters/raw.ts';

const style = { width: 80, colour: true };
const print = async (bare?: string): Promise<string> =>
  raw.format({ columns: [], rows: [], document: {}, ...(bare !== undefined && { bare }) }, style);

describe('the raw value', () => {
  test('is printed as it is', async () => {
    await expect(print('eyJ.a-b_c.~+/=')).resolves.toBe('eyJ.a-b_c.~+/=');
  });

  test('is refused where there is none, with what to use instead', async () => {
    await expect(print()).rejects.toMatchObject({ code: 'usage_bad_value', hint: 'Use --format table, json or yaml.' });
  });

  test.each(['a\r\nHost: evil', 'a\u001b[2J', 'a\u202eb', 'a\u0000'])(
    'is refused with a control character in it (%j), never changed',
    async (value) => {
      await expect(print(value)).rejects.toMatchObject({ code: 'proto_bad_shape' });
    },
  );
});
