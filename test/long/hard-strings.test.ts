/** hardening.md S13: hard texts as user name, password and client secret, byte for byte. Every text by every way. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { homeWithWork } from '../cli/in-process.ts';
import { hardStrings } from '../support/hard-strings.ts';
import { arrived, HARD_WAYS } from './hard-ways.ts';

const SEED = 20_261_126;
const strings = hardStrings(SEED);
let home: string;
beforeAll(() => {
  home = homeWithWork();
});

test('there are a few hundred of twenty-two kinds, the same ones for a seed', () => {
  expect(strings.length).toBeGreaterThan(400);
  expect(new Set(strings.map(({ kind }) => kind)).size).toBe(22);
  expect(hardStrings(SEED)).toEqual(strings);
  expect(strings.filter(({ text }) => text === '' || text.includes('\0') || !text.isWellFormed())).toEqual([]);
});

describe('arrives byte for byte', () => {
  test.each(HARD_WAYS.map((way, nth) => [way, nth] as const))(
    'by %s',
    async (way, nth) => {
      // On a command line nobody can tell U+FFFD from what Node puts in the place of bytes that are no text: it is refused (test/cli/flags.test.ts).
      const texts = strings.map(({ text }) => (way.startsWith('flags') ? text.replaceAll('\ufffd', '\ufffe') : text));
      const lost: unknown[] = [];
      for (let at = 0; at < texts.length; at += 3) {
        // Every text by every way; as what changes from way to way.
        const [username = '', password = '', secret = ''] = [0, 1, 2].map((role) => texts[(at + ((role + nth) % 3)) % texts.length]);
        const who = { username, password, secret };
        const found = await arrived(way, who, home, at % 2 === 0 ? 'form' : 'header');
        const expected = { code: 0, error: '', ...who };
        if (JSON.stringify(found) !== JSON.stringify(expected))
          lost.push([strings[at]?.kind, at, found, expected].map((one) => JSON.stringify(one).slice(0, 300)));
      }
      expect(lost).toEqual([]);
    },
    120_000,
  );
});
