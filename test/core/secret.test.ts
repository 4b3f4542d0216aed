import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redactor, Secret } from '../../src/core/secret.ts';
import { leaks } from '../support/canaries.ts';

describe('a Secret', () => {
  const secret = new Secret('hunter2-and-more');

  test('is revealed only where that is said', () => {
    expect(secret.reveal()).toBe('hunter2-and-more');
  });

  test('prints as redacted', () => {
    for (const text of [inspect(secret), inspect({ deep: [secret] }, { showHidden: true }), JSON.stringify({ secret })]) {
      expect(text).toContain('[redacted]');
      expect(text).not.toContain('hunter2');
    }
    expect(Object.keys(secret)).toEqual([]);
    expect(JSON.stringify(structuredClone({ ...secret }))).toBe('{}');
  });

  test.each<[string, () => unknown]>([
    ['in a template', () => `${secret as unknown as string}`],
    ['with String()', () => String(secret)],
    ['as a header', () => new Headers({ authorization: secret as unknown as string })],
  ])('throws when it is used as a text %s', (_, use) => {
    expect(use).toThrow(/reveal\(\)/);
  });
});

const strict = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const SPELLINGS: readonly [string, (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in a URL', encodeURIComponent],
  ['in a URL, in lower case', (secret) => encodeURIComponent(secret).replace(/%../g, (octet) => octet.toLowerCase())],
  ['in a form', (secret) => new URLSearchParams({ a: secret }).toString().slice(2)],
  ['as client-secret-basic encodes it', (secret) => strict(secret).replaceAll('%20', '+')],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  ['in JSON inside JSON', (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  [
    'with every byte percent-encoded',
    (secret) => [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  ],
];

describe('the redactor', () => {
  test.each(SPELLINGS)('masks a secret %s', (_, spell) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 6, maxLength: 60 }), (secret) => {
        fc.pre(secret.isWellFormed());
        const redactor = new Redactor();
        redactor.add(secret);
        const masked = redactor.mask(`password=${spell(secret)}&grant_type=password`);
        expect(masked).not.toContain(spell(secret));
        expect(masked).toContain('[redacted]');
      }),
    );
  });

  test('masks a secret in the base64 of something longer, wherever it stands there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', minLength: 12 }), fc.string(), fc.string(), (secret, before, after) => {
        const redactor = new Redactor();
        redactor.add(secret);
        for (const encoding of ['base64', 'base64url'] as const)
          expect(leaks(redactor.mask(Buffer.from(`${before}:${secret}:${after}`).toString(encoding)), secret)).toBe(false);
      }),
    );
  });

  test('masks what was cut from a secret, if it is long enough to give it away', () => {
    const redactor = new Redactor();
    redactor.add('correct horse battery staple');
    expect(redactor.mask('correct hors… and tery stap, orse battery')).toBe('[redacted]… and tery stap, [redacted]');
    expect(redactor.mask('the correct horse')).toBe('the [redacted]');
    expect(redactor.mask(`${'correct horse battery staple'.slice(2)}${'correct horse battery staple'}`)).toBe('[redacted][redacted]');
    expect(redactor.copy().mask('a (horse battery) b')).toBe('a ([redacted]) b');
  });

  test("masks what a form makes of characters that encodeURIComponent leaves: !'()*~", () => {
    const redactor = new Redactor();
    redactor.add("it's (me)! ~*");
    expect(redactor.mask(`got ${new URLSearchParams({ password: "it's (me)! ~*" }).toString()}`)).toBe('got password=[redacted]');
  });

  test('masks the longest first, where one secret is the beginning of another', () => {
    const redactor = new Redactor();
    redactor.add('open');
    redactor.add('opensesame');
    expect(redactor.mask('opensesame, open')).toBe('[redacted], [redacted]');
  });

  test('leaves words alone that are too short to be told apart, and text without a secret', () => {
    const redactor = new Redactor();
    redactor.add('abc');
    redactor.add('');
    expect(redactor.mask('abc of nothing')).toBe('abc of nothing');
  });

  test('takes a text that is no well-formed Unicode, and a long one', () => {
    const redactor = new Redactor();
    redactor.add('\ud800broken');
    redactor.add('x'.repeat(100_000));
    expect(redactor.mask(`\ud800broken ${'x'.repeat(100_000)}`)).toBe('[redacted] [redacted]');
  });
});
