/** E23–E26: claims are hostile text, and what is printed of them is theirs to the letter, or made visible. */
import { deepEqual, doesNotMatch, match, strictEqual } from 'node:assert/strict';
import width from 'fast-string-width';
import { parse } from 'yaml';
import type { Row } from '../row.ts';

const ESCAPES = '\u001b[31mred\u001b[0m\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007\u0000\u009b2J';
const HTML = '<script>alert(1)</script>&amp;"\'';
const FAMILY = '👨‍👩‍👧‍👦 Zoë e\u0301 日本語';
const RTL = 'שלום \u202eevil\u202c \u2066x\u2069';

type Claims = Readonly<Record<string, unknown>>;
const HOSTILE: readonly (readonly [what: string, claims: Claims])[] = [
  ['escape sequences', { name: ESCAPES, nickname: ESCAPES }],
  ['HTML', { name: HTML, nickname: HTML }],
  ['a nickname of 600 kB', { nickname: 'n'.repeat(600_000) }],
  ['a family of emoji, and wide and combining characters', { name: FAMILY, nickname: FAMILY }],
  ['right-to-left text and overrides', { name: RTL, nickname: RTL }],
];
const FORMATS = ['table', 'json', 'yaml'] as const;

/** The same document in every format that has one. */
const documentOf = (format: 'json' | 'yaml', text: string): { readonly claims: Claims; readonly user: Claims } =>
  format === 'json' ? JSON.parse(text) : parse(text);

const printed = (id: string, what: string, claims: Claims, format: (typeof FORMATS)[number], check: NonNullable<Row['check']>): Row => ({
  id,
  what: `${what}, as ${format}`,
  answers: { token: { idToken: { claims } } },
  run: { args: ['auth', '--format', format], plain: true },
  exit: 0,
  check,
});
/** Every member of the claims is there as it was. */
const whole =
  (format: 'json' | 'yaml', claims: Claims): NonNullable<Row['check']> =>
  ({ stdout }) => {
    const { claims: found } = documentOf(format, stdout);
    for (const [name, value] of Object.entries(claims)) deepEqual(found[name], value, name);
  };

/** The last column begins below its name, however wide what stands before it is. */
const aligned: NonNullable<Row['check']> = ({ stdout }) => {
  doesNotMatch(stdout, /[\u202a-\u202e\u2066-\u2069]/);
  const lines = stdout.split('\n');
  const head = lines.findIndex((line) => line.startsWith('Email Address'));
  const [names = '', , cells = ''] = lines.slice(head);
  strictEqual(width(cells.slice(0, cells.lastIndexOf('robin'))), names.lastIndexOf('ID'));
};

const TEXTS: readonly Row[] = HOSTILE.flatMap(([what, claims], at) =>
  FORMATS.map((format) =>
    printed(`E23${'abcde'[at]}${format}`, what, claims, format, format === 'table' ? aligned : whole(format, claims)),
  ),
);

/** Names that mean something to the table, to the document or to JavaScript. */
const NAMES: Claims = JSON.parse(
  '{"id":"evil","toString":"evil","constructor":"evil","__proto__":{"evil":true},"hasOwnProperty":1,"user":{"id":"evil"},"tokens":"evil","issuer":"evil","warnings":"evil"}',
) as Claims;
const NO_CLOBBERING: readonly Row[] = (['json', 'yaml'] as const).map((format) =>
  printed(`E24${format}`, 'claims named like what is printed', NAMES, format, ({ stdout }, { idp }) => {
    const document = documentOf(format, stdout) as unknown as Record<string, unknown> & { user: Claims; claims: Claims };
    deepEqual([document.issuer, document.user.id, Array.isArray(document.warnings)], [idp.issuer, 'robin', true]);
    strictEqual(document.claims.id, 'evil');
    strictEqual(Object.hasOwn(document.claims, 'toString'), true);
    strictEqual(({} as { evil?: unknown }).evil, undefined);
  }),
);
const TABLE_NAMES = printed('E24table', 'claims named like the columns', NAMES, 'table', ({ stdout }) => {
  match(stdout, /\brobin\b/);
  doesNotMatch(stdout, /evil/);
});

const ACTIVE = [
  'no',
  'yes',
  'on',
  '~',
  'null',
  '1e3',
  '0x1F',
  '0o17',
  '1_000',
  '12:30:45',
  '2026-11-26',
  '.inf',
  '.NaN',
  '!!js/function x',
  'a: b',
  '- a',
  '-',
  '? x',
  '&a',
  '*a',
  '<<',
  '=',
  '%x',
  '@x',
  '`x',
  '#x',
  'x #y',
  "'",
  '"',
  '|',
  '>',
  '[a',
  '{a',
  ' x ',
  '',
  'a\nb',
  'a\r\nb',
  '\ttab',
  '---',
  '...',
  '\u2028',
  '\ufeffx',
];
const YAML: readonly Row[] = [
  ...(['1.1', '1.2'] as const).map((version, at) =>
    printed(
      `E25${'ab'[at]}`,
      `texts that YAML would take for something else, to a reader of YAML ${version}`,
      { texts: [...ACTIVE, version] },
      'yaml',
      ({ stdout }) =>
        deepEqual(((parse(stdout, { version }) as { claims: Claims }).claims as { texts?: unknown }).texts, [...ACTIVE, version]),
    ),
  ),
  printed(
    'E25names',
    'names that YAML would take for something else',
    Object.fromEntries(ACTIVE.map((text) => [text, 1])),
    'yaml',
    ({ stdout }) => {
      const { claims } = parse(stdout, { version: '1.1' }) as { claims: Claims };
      for (const text of ACTIVE) strictEqual(claims[text], 1, JSON.stringify(text));
    },
  ),
];

const MIXED: Claims = {
  number: 1.5,
  large: 9_007_199_254_740_991,
  small: 5e-324,
  nothing: null,
  truth: false,
  list: [1, 'a', [], {}, null],
  nested: { a: { b: { c: ['\u0000', '\ud83d\ude00', '\u2028', '</script>'] } } },
  csv: '=HYPERLINK("https://evil.example","x"),"a",;\t',
};
const ROUND: readonly Row[] = [
  printed('E26', 'claims of every kind', MIXED, 'json', whole('json', MIXED)),
  printed('E26yaml', 'claims of every kind', MIXED, 'yaml', whole('yaml', MIXED)),
];

export const OUTPUT: readonly Row[] = [...TEXTS, ...NO_CLOBBERING, TABLE_NAMES, ...YAML, ...ROUND];
