/** Bytes that are nearly right: what a seeded hand changes in them. */
import { random } from '../hostile/forged-families.ts';

/** What readers of JSON, YAML, tokens and command lines may stumble over. */
const TOKENS: readonly string[] = [
  'null', 'true', '[]', '{}', '""', '0', '-1', '1e999', '9007199254740993', '"a":1,', ',', ':', '"', '\\', '\\u0000', '\\ud800', '\0', '\n', '\r\n',
  '\ufeff', '\u2028', '\u001b[2J', '\u202e', '__proto__', '"__proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},', '[[[[[[[[', '{"a":{"a":',
  'http://', 'https://evil.test/', 'javascript:alert(1)', 'file:///etc/passwd', '.', '..', '=', '--', '&a [*a]', '!!js/function x', '|', '$(id)', '%00',
]; // biome-ignore format: a list of words

/** One of many small wrongs, or several. */
export function mutator(seed: number): (good: Uint8Array) => Uint8Array {
  const below = random(seed);
  const step = (bytes: Buffer): Buffer => {
    const at = below(bytes.length + 1);
    const to = Math.min(bytes.length, at + 1 + below(1 + below(40)));
    const [head, part, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
    const word = Buffer.from(TOKENS[below(TOKENS.length)] ?? '');
    switch (below(8)) {
      case 0: // a bit
        return Buffer.concat([head, part.map((byte, nth) => (nth === 0 ? byte ^ (1 << below(8)) : byte)), tail]);
      case 1: // any bytes
        return Buffer.concat([head, Buffer.from(Array.from({ length: 1 + below(8) }, () => below(256))), tail]);
      case 2: // something is missing
        return Buffer.concat([head, tail]);
      case 3: // something is there twice
        return Buffer.concat([head, part, part, tail]);
      case 4: // the end is missing
        return Buffer.from(head);
      case 5: // a word more
        return Buffer.concat([head, word, tail]);
      case 6: // a word in the place of another
        return Buffer.concat([head, word, bytes.subarray(Math.min(bytes.length, at + word.length))]);
      default: // something is elsewhere
        return Buffer.concat([part, head, tail]);
    }
  };
  return (good) => {
    let bytes: Buffer = Buffer.from(good);
    for (let times = 1 + below(3); times > 0; times--) bytes = step(bytes);
    return bytes;
  };
}
