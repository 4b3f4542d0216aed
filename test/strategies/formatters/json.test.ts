import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/core/json-value.ts';
import { json } from '../../../src/strategies/formatters/json.ts';
import { examples } from '../../support/examples.ts';
import { expectGolden } from '../../support/golden.ts';
import { CONTROL, HOSTILE, hostileJson } from '../../support/hostile.ts';

const print = async (document: JsonObject): Promise<string> =>
  json.format({ columns: [], rows: [], document }, { width: 80, colour: true });

describe('JSON', () => {
  test('of hostile claims is one document a terminal can show', async () => {
    const text = await print({ schema: 'padlock/session/1', claims: HOSTILE });
    expect(text).not.toMatch(CONTROL);
    expect(JSON.parse(text)).toEqual({ schema: 'padlock/session/1', claims: HOSTILE });
    expectGolden('hostile.json', text);
  });

  test('parses back to the same document, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(hostileJson(), async (value) => {
        const text = await print({ schema: 'padlock/x/1', value });
        expect(text).not.toMatch(CONTROL);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify({ schema: 'padlock/x/1', value }));
      }),
      { numRuns: examples(1000) },
    );
  });

  test('is for programs', () => {
    expect(json.machine).toBe(true);
  });
});
