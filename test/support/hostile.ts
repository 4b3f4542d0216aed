/** Text as a hostile or merely foreign identity provider may put it into claims. */
import fc from 'fast-check';
import type { JsonValue } from '../../src/core/json-value.ts';

export const HOSTILE = {
  escape: '\u001b[2J\u001b[1;1Hgone',
  link: '\u001b]8;;https://evil.test\u0007click\u001b]8;;\u0007',
  clipboard: '\u001b]52;c;cm0gLXJmIH4=\u0007',
  c1: '\u009b31mred\u0085next',
  bidi: 'user\u202egpj.exe\u2066\u200f',
  hidden: 'ad\u200bmin\u00ad\u2060\u{e0041}',
  lines: 'one\ntwo\r\nthree\u2028four\tfive',
  wide: '山田太郎',
  family: '👨‍👩‍👧‍👦',
  technologist: '👩🏽‍💻',
  flag: '🇳🇱',
  combining: 'Zoe\u0308 n\u0303',
  rtl: 'שלום مرحبا',
  lone: 'a\ud800b',
} as const;

/** What a YAML 1.1 or 1.2 reader could take for something else than a text. */
export const YAML_ACTIVE =
  'no|yes|on|off|y|n|N|Y|NO|True|null|Null|~|12:30:45|190:20:30|0x1f|0o7|07|1e3|1E+3|.5|1_000|+1|-1|<<|=|.inf|-.INF|.NaN|2026-11-23|2026-11-23T11:00:00Z|!!js/function|!x|&a|*a|- a|-|? a|a: b|a:|: a|:|a #b|#b|@a|`a|%a|>|\\||[a|{a}|a, b|\'a|"a|\\\\|---|...| a|a |\ta|a\nb|a\tb|\n|\u0085|\u2028|\ufeff|a\ufeff|\u0000|\u007f|\u200d|\ud800|\ufffe|\u{1f600}|\u{e0001}|__proto__|constructor|'
    .split('|')
    .concat(Object.values(HOSTILE));

/** Letters, everything a terminal could obey or hide, and what YAML gives a meaning. */
export const hostileText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...YAML_ACTIVE),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc
      .array(
        fc.constantFrom(
          ...'\u001b\u009b\u0085\u200d\u200b\u202e\u2066\ufeff\u00ad\ud83d\udc68\ufe0f: #-\n\t\r"\'\\&*!|>%@`~=<',
          '👨',
          '🏽',
          '山',
          'e\u0301',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
  );

/**
 * Without the reverse solidus: from Node 24 on JSON.parse reads the name "\n" as "\\" where an object of the same shape had that one before.
 * A name never becomes another that a program looks for.
 */
const memberName = hostileText().map((text) => text.replaceAll('\\', '/'));

/** JSON as a provider may send it, `__proto__` included. */
export const hostileJson = (): fc.Arbitrary<JsonValue> =>
  fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      hostileText(),
      fc.oneof(
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
      ),
      fc.constantFrom(true, false, null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(memberName, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
    ),
  })).value;

/** What no output may hold: controls but the line feed, bidi marks, line separators, characters that only hide. */
export const CONTROL = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\u200b\u200c\u2060\ufeff\u00ad]/u;
