/** hardening.md I3, I16: whatever the secret and however it is given, it arrives byte for byte. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deliver, SECRET_WAYS } from '../cli/secret-ways.ts';
import { HOSTILE, hostileText } from '../support/hostile.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();

const possible = (text: string): boolean => text !== '' && !text.includes('\0') && text.isWellFormed() && !/[\r\n]$/.test(text);
const EXAMPLES = [' padded ', '\ufeffbom', 'tab\tin', 'a\nb', '"\'`$(id)\\', '--flag', '-', '=', '%41+%', ...Object.values(HOSTILE)];
const text = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...EXAMPLES) }, { weight: 1, arbitrary: hostileText() });

test.each(SECRET_WAYS)(
  'by %s',
  async (way) => {
    const property = fc.asyncProperty(text.filter(possible), async (secret) => {
      idp().requests.clear();
      const { code } = await deliver(idp(), way, secret);
      expect([0, 4]).toContain(code);
      expect(
        idp()
          .requests.at('token')
          .map(({ form }) => form.password),
      ).toEqual([secret]);
    });
    await fc.assert(property, { numRuns: 15 });
  },
  120_000,
);
