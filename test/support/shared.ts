/** What is costly to make and the same for everybody: made once for all the test files that a worker runs. */
import { generateKeyPairSync, KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';

const SHARED = Symbol.for('padlock.test.shared');
// Each test file has globals of its own; what Node's own modules hold is there for all of them.
const place = KeyObject as typeof KeyObject & { [SHARED]?: Map<string, unknown> };
place[SHARED] ??= new Map();
const made = place[SHARED];

/** The first one made under that name: text, or an object of Node's own. */
export function shared<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}

/** A pair of 2048 bits, which takes a tenth of a second; the same one each time for the same number. */
export const rsaPair = (nth = 0): KeyPairKeyObjectResult => shared(`rsa ${nth}`, () => generateKeyPairSync('rsa', { modulusLength: 2048 }));
