/** Some 400 texts that are hard to carry, of every kind and made here: what a user name, a password or a secret may be. Seeded, none twice. */
import { random } from '../hostile/forged-families.ts';

export interface HardString {
  readonly kind: string;
  readonly text: string;
}

const chars = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at));
/** At the beginning, inside and at the end: trimming and splitting find it somewhere. */
const around = (mark: string): string => `${mark}a${mark}b${mark}`;

const SPACES = [...' \t\u00a0\u1680\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000'];
const HIDDEN = [...'\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u2060\u2064\ufe0f\ufeff', '\u{e0001}', '\u{e0041}', '\u{1d173}'];
const DIRECTIONS = [...'\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'];
const JOINED = ['e\u0301', '\u0061\u0323\u0307', 'n\u0303o', '각', '\u1100\u1161\u11a8', 'กำ', 'क्ष', '\u0644\u0627'];
const PICTURES = ['🙂', '👍🏿', '👩‍🚀', '🏴‍☠️', '🇨🇭', '1️⃣', '🫱🏻‍🫲🏾'];

const KINDS: Readonly<Record<string, readonly string[]>> = {
  punctuation: chars(0x21, 0x7e)
    .filter((one) => !/\w/.test(one))
    .map(around),
  quotes: ['"', "'", '`', '“”', '«»', '„‟', '\\"', "\\'", '""', "''", '"\'`', "'; --", '\\', '\\\\', '\\n', '\\u0041', '\\x41', "$'a'"],
  shell: [
    '$(id)',
    '`id`',
    '$HOME',
    '\u0024{HOME}',
    '~',
    '~root',
    '!!',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '>x',
    '| cat',
    '&& ls',
    '; ls',
    '# a',
    'a\\\nb',
  ],
  format: [
    '%s',
    '%n%n',
    '%d %x',
    '%%',
    '%c%o%O%j',
    '%1$s',
    '{0}',
    '{}',
    '{{a}}',
    '\u0024{a}',
    '#{a}',
    '<%= a %>',
    '$1$&',
    '\\1',
    '%(a)s',
    '@a@',
  ],
  encoded: [
    '%',
    '%4',
    '%41',
    '%zz',
    '%00',
    '%e2%82%ac',
    '%252F',
    '+',
    'a+b',
    'a%20b',
    '&amp;',
    '&#65;',
    '=?utf-8?Q?a?=',
    'a=b&c=d',
    '=',
    '&',
    'YQ==',
  ],
  options: ['-', '--', '---', '-p', '--password', '--password=x', '--flow', '-=', '@file', '/?', '--no-input', '-o json', ' --help'],
  numbers: [
    '0',
    '-0',
    '007',
    '0x1f',
    '0o17',
    '0b1',
    '1e3',
    '1e999',
    '1_000',
    '.5',
    '5.',
    '+1',
    'NaN',
    'Infinity',
    '9007199254740993',
    '٣',
    '１２',
  ],
  words: ['true', 'false', 'null', 'undefined', 'no', 'yes', 'on', '~', 'None', 'nil', '[object Object]', '2026-11-26', '12:30:45'],
  members: ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'length', '0', 'default'].map(
    (one) => `${one}`,
  ),
  markup: [
    '{"a":1}',
    '[1]',
    '"a"',
    '- a',
    'a: b',
    '&a *a',
    '!!js/function',
    '|',
    '<a>',
    '<!--',
    ']]>',
    '<script>alert(1)</script>',
    '\u2028',
    'a,b',
    '\tx',
  ],
  injected: [
    "' OR 1=1 --",
    '*)(uid=*',
    '../../etc/passwd',
    'C:\\con',
    'file:///etc/passwd',
    'http://a:b@c/',
    'a\r\nSet-Cookie: b=c',
    'a\nb: c',
    '{{7*7}}',
    ':',
    'a:b',
  ],
  controls: [...chars(0x01, 0x1f), '\u007f', ...chars(0x80, 0x9f)].map(around),
  terminals: [
    '\u001b[2J',
    '\u001b]8;;https://a.test\u0007b',
    '\u001b]52;c;YQ==\u0007',
    '\u009b31m',
    '\u001bc',
    '\b\b\b',
    'a\rb',
    '\u000e\u000f',
  ],
  spaces: SPACES.map(around),
  hidden: HIDDEN.map(around),
  directions: [...DIRECTIONS.map(around), 'שלום', 'مرحبا بك', 'abcאבג123', 'גישה\u200f!', '\u202egpj.exe'],
  letters: [
    ...JOINED,
    'Ä',
    'A\u0308',
    'Å',
    '\u212b',
    'ß',
    'ẞ',
    'ﬃ',
    'İ',
    'ı',
    'Σς',
    'ǅ',
    '½',
    '²',
    'Ω',
    '\u2126',
    'Ⅷ',
    'ｆｕｌｌ',
    'Ѕсоре',
    '漢字',
    'かな',
    '한글',
    'ไทย',
  ],
  pictures: [...PICTURES, PICTURES.join(''), `a${PICTURES[2]}b`],
  edges: ['\ud7ff', '\ue000', '\ufffd', '\ufffe', '\uffff', '\u{10000}', '\u{1ffff}', '\u{f0000}', '\u{10fffd}', '\u{10ffff}'].map(around),
  endings: ['a ', ' a', 'a\t', 'a\u0085', 'a\u2028', 'a\u3000', '\ufeffa', 'a\\', 'a\u001a', 'a\u0004'],
  long: [100, 255, 256, 1023, 4096, 20_000].flatMap((length) => ['x'.repeat(length), '€'.repeat(length), '😀'.repeat(length / 2)]),
};

/** Any characters at all, but NUL and halves of surrogate pairs, which no text may hold. */
function anything(below: (limit: number) => number): string {
  const one = (): string => {
    const point = 1 + below([0x7f, 0xff, 0x2fff, 0xffff, 0x10ffff][below(5)] ?? 0xff);
    return point >= 0xd800 && point <= 0xdfff ? '\ufffd' : String.fromCodePoint(point);
  };
  return Array.from({ length: 1 + below(24) }, one).join('');
}

export function hardStrings(seed: number): readonly HardString[] {
  const below = random(seed);
  const made = Object.entries(KINDS).flatMap(([kind, texts]) => texts.map((text) => ({ kind, text })));
  const mixed = Array.from({ length: 80 }, () => ({ kind: 'anything', text: anything(below) }));
  const seen = new Set<string>();
  return [...made, ...mixed].filter(({ text }) => !seen.has(text) && seen.add(text));
}
